//! The question in English.

use std::fmt::Write as _;

use super::markdown::{Table, escape};
use super::summary::{Counts, Summary};
use super::{MAX_ROWS, Question};
use crate::cost::{Amount, Range};
use crate::evaluate::{Cause, ComplianceStatus};
use crate::function::FunctionScan;

pub(super) fn write(question: &Question<'_>, summary: &Summary<'_>) -> String {
    let scan = scan_name(question.scan);
    let mut text = format!("# Shall we enable {scan} in {}?\n\n", question.region);
    introduction(&mut text, question);
    meaning(&mut text, question.scan);
    accounts(&mut text, question);
    functions(&mut text, question, summary);
    costs(&mut text, question);
    shindan(&mut text, question, summary);
    decision(&mut text, question);
    text
}

const fn scan_name(scan: FunctionScan) -> &'static str {
    match scan {
        FunctionScan::Standard => "Lambda standard scanning",
        FunctionScan::Code => "Lambda code scanning",
    }
}

fn introduction(text: &mut String, question: &Question<'_>) {
    let control = question.control();
    let status = match question.check.status {
        ComplianceStatus::Passed => "passes",
        ComplianceStatus::Failed => "fails",
        ComplianceStatus::Warning | ComplianceStatus::NotAvailable => {
            "could not be evaluated completely"
        }
    };
    let _ = writeln!(
        text,
        "The Security Hub control **{control}** ({}) {status} for account {} in {}. It is up to you whether Amazon \
         Inspector's {} is enabled, or whether we leave it off and suppress the control. Below is what you need to know \
         for that.",
        control.definition().title,
        question.named(question.account),
        question.region,
        scan_name(question.scan),
    );
    if let Some(date) = question.answer_by {
        let _ = writeln!(text, "\n**Please answer by {date}.**");
    }
    let _ = writeln!(text, "\nAsked by: {}", escape(question.asked_by.as_str()));
}

fn meaning(text: &mut String, scan: FunctionScan) {
    text.push_str("\n## What it does\n\n");
    text.push_str(match scan {
        FunctionScan::Standard => {
            "- It looks for known vulnerabilities in the packages of functions and their layers.\n\
             - Java, .NET, Node.js, Python, Ruby, Go and custom runtimes on Amazon Linux are supported.\n\
             - A function is scanned when it is found, deployed or updated, and again when a vulnerability becomes known \
             that concerns it.\n"
        }
        FunctionScan::Code => {
            "- It looks for weaknesses in the code that we have written ourselves: injection, leaked data, weak or \
             missing encryption.\n\
             - Java, .NET, Node.js, Python and Ruby are supported.\n\
             - A function is scanned when it is found, deployed or updated.\n\
             - It needs Lambda standard scanning, which would be enabled in the same step where it is off.\n\
             - Findings show lines of our code. If secrets are written in it, they are shown too.\n"
        }
    });
    text.push_str(
        "- Only `$LATEST` is scanned, and only while the function was invoked or updated within the last 90 days.\n\
         - Functions with certain tags or with code encrypted by a key of our own are not scanned.\n",
    );
}

fn accounts(text: &mut String, question: &Question<'_>) {
    let accounts = &question.check.accounts;
    if accounts.is_empty() {
        return;
    }
    text.push_str("\n## Which accounts are the reason\n\n");
    let mut table = Table::new(&[("Account", false), ("State", false)]);
    for account in accounts.iter().take(MAX_ROWS) {
        let cause = match &account.cause {
            Cause::Disabled => "off".to_owned(),
            Cause::Enabling => "is being enabled".to_owned(),
            Cause::Disabling => "is being disabled".to_owned(),
            Cause::Suspended => "suspended".to_owned(),
            Cause::SuspendedMember => "suspended member; has to be disassociated".to_owned(),
            Cause::Unreadable(why) => format!("could not be read: {}", escape(&why.message)),
        };
        table.row([question.named(account.account), cause]);
    }
    text.push_str(&table.finish());
    if accounts.len() > MAX_ROWS {
        let _ = writeln!(
            text,
            "\n{} more accounts are not listed.",
            accounts.len() - MAX_ROWS
        );
    }
}

fn functions(text: &mut String, question: &Question<'_>, summary: &Summary<'_>) {
    text.push_str("\n## Which functions are concerned\n\n");
    if question.functions.is_empty() {
        text.push_str("There are no functions in this Region.\n");
        return;
    }
    let mut table = Table::new(&[
        ("Account", false),
        ("Runtime", false),
        ("Functions", true),
        ("Would be scanned", true),
        ("Would not be scanned, because", false),
        ("Scanned by shindan", true),
    ]);
    for ((account, runtime), counts) in summary.by_runtime.iter().take(MAX_ROWS) {
        table.row(cells(question.named(*account), escape(runtime), counts));
    }
    table.row(cells("**Total**".to_owned(), String::new(), &summary.total));
    text.push_str(&table.finish());
    if summary.by_runtime.len() > MAX_ROWS {
        let left = summary.by_runtime.len() - MAX_ROWS;
        let _ = writeln!(
            text,
            "\n{left} more lines are not listed; the total counts them."
        );
    }
}

fn cells(account: String, runtime: String, counts: &Counts) -> [String; 6] {
    let reasons: Vec<String> = counts
        .not_scanned
        .iter()
        .map(|(why, functions)| format!("{functions}: {why}"))
        .collect();
    [
        account,
        runtime,
        counts.functions.to_string(),
        counts.scanned.to_string(),
        if reasons.is_empty() {
            "–".to_owned()
        } else {
            reasons.join(", ")
        },
        counts.by_shindan.to_string(),
    ]
}

fn costs(text: &mut String, question: &Question<'_>) {
    text.push_str("\n## What it would cost\n\n");
    let scans: Vec<&str> = question
        .enables
        .iter()
        .map(|scan| scan_name(*scan))
        .collect();
    if !scans.is_empty() {
        let _ = writeln!(text, "For {}:\n", scans.join(" and "));
    }
    let forecast = question.forecast;
    let mut table = Table::new(&[
        ("Account", false),
        ("A month, expected", true),
        ("At least – at most", true),
    ]);
    for (account, range) in forecast.by_account.iter().take(MAX_ROWS) {
        table.row(cost_cells(question.named(*account), range));
    }
    table.row(cost_cells("**Total**".to_owned(), &forecast.total));
    text.push_str(&table.finish());
    if forecast.by_account.len() > MAX_ROWS {
        let left = forecast.by_account.len() - MAX_ROWS;
        let _ = writeln!(
            text,
            "\n{left} more accounts are not listed; the total counts them."
        );
    }
    text.push_str(
        "\n- The least is for functions that stay within their 90 days all month, the most if dormant functions are used \
         again as well. Functions that are deployed later are not in it.\n\
         - The first 15 days after a scan type is first enabled in an account are free.\n",
    );
    if let Amount::Unknown { prices } = &forecast.total.most {
        for (region, scan) in prices {
            let _ = writeln!(
                text,
                "- The price of {} in {region} is not known here; please see the price list of Amazon Inspector.",
                scan_name(*scan)
            );
        }
    }
    if matches!(
        forecast.total.most,
        Amount::Known {
            source: crate::cost::PriceSource::Unverified,
            ..
        }
    ) {
        text.push_str(
            "- Prices marked as unverified were not compared with the price list of Amazon Inspector; please check them.\n",
        );
    }
}

fn cost_cells(account: String, range: &Range) -> [String; 3] {
    let ends = match (range.least.usd(), range.most.usd()) {
        (Some(least), Some(most)) => format!("{least} – {most} USD"),
        _ => "unknown".to_owned(),
    };
    [account, range.expected.to_string(), ends]
}

fn shindan(text: &mut String, question: &Question<'_>, summary: &Summary<'_>) {
    let Counts {
        scanned,
        eligible_by_shindan,
        ..
    } = summary.total;
    if scanned == 0 {
        return;
    }
    text.push_str("\n## What shindan does already\n\n");
    let _ = write!(
        text,
        "shindan scans {eligible_by_shindan} of {scanned} functions that Amazon Inspector would scan."
    );
    if eligible_by_shindan == scanned {
        text.push_str(" So an alternative is in place.");
    }
    if eligible_by_shindan > 0 {
        let _ = write!(
            text,
            " As long as Amazon Inspector's scanning stays off for them, that saves {} in an expected month.",
            question.forecast.saved_by_shindan.expected
        );
    }
    text.push('\n');
}

fn decision(text: &mut String, question: &Question<'_>) {
    let _ = write!(
        text,
        "\n## What we ask you to decide\n\n\
         1. **Enable** {} in {}.\n\
         2. **Accept shindan as the alternative**: we suppress {} with a note that says so.\n\
         3. **Accept the risk**: we suppress {} with your reason.\n\n\
         With the answer, please tell us who decided, why, and for 2 and 3 until when it holds. We will ask again when \
         that day has come.\n",
        scan_name(question.scan),
        if question.administers {
            "all accounts, also in those that join later"
        } else {
            "this account"
        },
        question.control(),
        question.control(),
    );
}
