//! The question in Japanese.

use std::fmt::Write as _;

use super::markdown::{Table, escape};
use super::summary::{Counts, Summary};
use super::{MAX_ROWS, Question};
use crate::cost::{Amount, PriceSource, Range};
use crate::evaluate::{Cause, ComplianceStatus};
use crate::function::{FunctionScan, Ineligibility};

pub(super) fn write(question: &Question<'_>, summary: &Summary<'_>) -> String {
    let scan = scan_name(question.scan);
    let mut text = format!(
        "# 【ご確認のお願い】{scan}の有効化について（{}）\n\n",
        question.region
    );
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
        FunctionScan::Standard => "Lambda 標準スキャン",
        FunctionScan::Code => "Lambda コードスキャン",
    }
}

fn introduction(text: &mut String, question: &Question<'_>) {
    let control = question.control();
    let status = match question.check.status {
        ComplianceStatus::Passed => "「成功（PASSED）」となっています",
        ComplianceStatus::Failed => "「失敗（FAILED）」となっています",
        ComplianceStatus::Warning | ComplianceStatus::NotAvailable => {
            "一部の情報を取得できず、判定できない状態となっています"
        }
    };
    let _ = writeln!(
        text,
        "関係者の皆さま（依頼者：{}）\n\nお疲れさまです。\n\n\
         {} リージョンのアカウント {} において、AWS Security Hub のコントロール **{control}**（{}）が{status}。\
         Amazon Inspector の {}を有効化するか、有効化せずにコントロールを抑制するかをご判断いただきたく、\
         影響範囲と費用の見込みを以下にまとめました。",
        escape(question.asked_by.as_str()),
        question.region,
        question.named(question.account),
        control.definition().title,
        scan_name(question.scan),
    );
    match question.answer_by {
        Some(date) => {
            let _ = writeln!(
                text,
                "\nお忙しいところ恐れ入りますが、**{} 年 {} 月 {} 日まで**にご回答いただけますと幸いです。",
                date.year(),
                date.month(),
                date.day()
            );
        }
        None => text
            .push_str("\nお忙しいところ恐れ入りますが、ご確認のほどよろしくお願いいたします。\n"),
    }
}

fn meaning(text: &mut String, scan: FunctionScan) {
    text.push_str("\n## 機能の概要\n\n");
    text.push_str(match scan {
        FunctionScan::Standard => {
            "- Lambda 関数とレイヤーに含まれるパッケージについて、既知の脆弱性を検出する機能です。\n\
             - 対応ランタイムは Java、.NET、Node.js、Python、Ruby、Go、および Amazon Linux ベースのカスタムランタイムです。\n\
             - 関数の検出時、デプロイ時、更新時に加え、該当する脆弱性が新たに公開された際にもスキャンが実行されます。\n"
        }
        FunctionScan::Code => {
            "- 自社で開発したアプリケーションコードを解析し、インジェクション、データの漏えい、脆弱な暗号化、\
             暗号化の漏れといった問題を検出する機能です。\n\
             - 対応言語は Java、.NET、Node.js、Python、Ruby です。\n\
             - 関数の検出時、デプロイ時、更新時にスキャンが実行されます。\n\
             - 前提として Lambda 標準スキャンが必要です。無効になっているアカウントでは、あわせて有効化します。\n\
             - 検出結果には該当箇所のソースコードが表示されます。コード内に認証情報などが直接記述されている場合は、\
             その内容も表示されますのでご留意ください。\n"
        }
    });
    text.push_str(
        "- スキャンの対象は、過去 90 日以内に実行または更新された関数の `$LATEST` バージョンのみです。\n\
         - 除外用のタグが付与された関数や、カスタマーマネージドキーで暗号化された関数は対象外です。\n",
    );
}

fn accounts(text: &mut String, question: &Question<'_>) {
    let accounts = &question.check.accounts;
    if accounts.is_empty() {
        return;
    }
    text.push_str("\n## 要因となっているアカウント\n\n");
    let mut table = Table::new(&[("アカウント", false), ("状態", false)]);
    for account in accounts.iter().take(MAX_ROWS) {
        let cause = match &account.cause {
            Cause::Disabled => "無効".to_owned(),
            Cause::Enabling => "有効化の処理中".to_owned(),
            Cause::Disabling => "無効化の処理中".to_owned(),
            Cause::Suspended => "停止中".to_owned(),
            Cause::SuspendedMember => {
                "停止中のメンバーアカウント（関連付けの解除が必要）".to_owned()
            }
            Cause::Unreadable(why) => format!("状態を取得できず（{}）", escape(&why.message)),
        };
        table.row([question.named(account.account), cause]);
    }
    text.push_str(&table.finish());
    if accounts.len() > MAX_ROWS {
        let _ = writeln!(
            text,
            "\nこのほかに {} アカウントありますが、記載を省略しています。",
            accounts.len() - MAX_ROWS
        );
    }
}

fn functions(text: &mut String, question: &Question<'_>, summary: &Summary<'_>) {
    text.push_str("\n## 対象となる関数\n\n");
    if question.functions.is_empty() {
        text.push_str("このリージョンに Lambda 関数はありません。\n");
        return;
    }
    let mut table = Table::new(&[
        ("アカウント", false),
        ("ランタイム", false),
        ("関数の数", true),
        ("スキャン対象", true),
        ("スキャン対象外とその理由", false),
        ("shindan でスキャン済み", true),
    ]);
    for ((account, runtime), counts) in summary.by_runtime.iter().take(MAX_ROWS) {
        table.row(cells(question.named(*account), escape(runtime), counts));
    }
    table.row(cells("**合計**".to_owned(), String::new(), &summary.total));
    text.push_str(&table.finish());
    if summary.by_runtime.len() > MAX_ROWS {
        let _ = writeln!(
            text,
            "\nこのほかに {} 行ありますが、記載を省略しています（合計には含まれます）。",
            summary.by_runtime.len() - MAX_ROWS
        );
    }
}

const fn reason(why: Ineligibility) -> &'static str {
    match why {
        Ineligibility::Dormant => "90 日以上未使用",
        Ineligibility::UnsupportedRuntime => "ランタイムが未対応",
        Ineligibility::ExcludedByTag => "タグにより除外",
        Ineligibility::CustomerManagedKey => "カスタマーマネージドキーで暗号化",
        Ineligibility::ContainerImage => "コンテナイメージ形式",
    }
}

fn cells(account: String, runtime: String, counts: &Counts) -> [String; 6] {
    let reasons: Vec<String> = counts
        .not_scanned
        .iter()
        .map(|(why, functions)| format!("{} {functions} 件", reason(*why)))
        .collect();
    [
        account,
        runtime,
        counts.functions.to_string(),
        counts.scanned.to_string(),
        if reasons.is_empty() {
            "－".to_owned()
        } else {
            reasons.join("、")
        },
        counts.by_shindan.to_string(),
    ]
}

fn costs(text: &mut String, question: &Question<'_>) {
    text.push_str("\n## 費用の見込み\n\n");
    let scans: Vec<&str> = question
        .enables
        .iter()
        .map(|scan| scan_name(*scan))
        .collect();
    if !scans.is_empty() {
        let _ = writeln!(text, "新たに有効化する {}の費用です。\n", scans.join("と "));
    }
    let forecast = question.forecast;
    let mut table = Table::new(&[
        ("アカウント", false),
        ("月額（想定）", true),
        ("月額（最小～最大）", true),
    ]);
    for (account, range) in forecast.by_account.iter().take(MAX_ROWS) {
        table.row(cost_cells(question.named(*account), range));
    }
    table.row(cost_cells("**合計**".to_owned(), &forecast.total));
    text.push_str(&table.finish());
    if forecast.by_account.len() > MAX_ROWS {
        let _ = writeln!(
            text,
            "\nこのほかに {} アカウントありますが、記載を省略しています（合計には含まれます）。",
            forecast.by_account.len() - MAX_ROWS
        );
    }
    text.push_str(
        "\n- 最小は、1 か月を通してスキャン対象であり続ける関数のみの場合、最大は、現在使われていない関数がすべて再び\
         使われた場合の金額です。今後新たに追加される関数は含まれていません。\n\
         - 各アカウントでスキャンを初めて有効化してから 15 日間は無料です。\n",
    );
    if let Amount::Unknown { prices } = &forecast.total.most {
        for (region, scan) in prices {
            let _ = writeln!(
                text,
                "- {region} リージョンの {}の単価を把握できていないため、金額を算出していません。\
                 お手数ですが Amazon Inspector の料金表をご確認ください。",
                scan_name(*scan)
            );
        }
    }
    if matches!(
        forecast.total.most,
        Amount::Known {
            source: PriceSource::Unverified,
            ..
        }
    ) {
        text.push_str(
            "- 「単価未確認」とある金額は、公式の料金表との照合が済んでいない単価に基づいています。\
             ご判断の前に料金表をご確認ください。\n",
        );
    }
}

fn amount(amount: &Amount) -> String {
    match amount {
        Amount::Known {
            usd,
            source: PriceSource::Unverified,
        } => {
            format!("{usd} USD（単価未確認）")
        }
        Amount::Known { usd, .. } => format!("{usd} USD"),
        Amount::Unknown { .. } => "不明".to_owned(),
    }
}

fn cost_cells(account: String, range: &Range) -> [String; 3] {
    let ends = match (range.least.usd(), range.most.usd()) {
        (Some(least), Some(most)) => format!("{least} ～ {most} USD"),
        _ => "不明".to_owned(),
    };
    [account, amount(&range.expected), ends]
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
    text.push_str("\n## shindan による現在の対応状況\n\n");
    let _ = write!(
        text,
        "Amazon Inspector のスキャン対象となる {scanned} 件の関数のうち、{eligible_by_shindan} 件はすでに shindan で\
         スキャンしています。"
    );
    if eligible_by_shindan == scanned {
        text.push_str("すべての対象関数について、代替手段が導入済みです。");
    }
    if eligible_by_shindan > 0 {
        let _ = write!(
            text,
            "これらの関数で Amazon Inspector のスキャンを有効化しない場合に抑えられる費用は、想定月額で {} です。",
            amount(&question.forecast.saved_by_shindan.expected)
        );
    }
    text.push('\n');
}

fn decision(text: &mut String, question: &Question<'_>) {
    let control = question.control();
    let _ = write!(
        text,
        "\n## ご判断いただきたいこと\n\n\
         次のいずれかをお選びください。\n\n\
         1. **有効化する**：{}で {}を有効化します。{}\n\
         2. **shindan を代替手段として認める**：その旨を記録したうえで、{control} を抑制します。\n\
         3. **リスクを受容する**：理由を記録したうえで、{control} を抑制します。\n\n\
         ご回答の際は、決定された方のお名前と理由をあわせてお知らせください。2 または 3 の場合は、いつまで有効な判断かも\
         ご記入をお願いいたします。期限を迎えた時点で、改めてご確認をお願いいたします。\n\n\
         ご不明な点がございましたら、お気軽にお問い合わせください。よろしくお願いいたします。\n",
        if question.administers {
            "すべてのアカウント"
        } else {
            "当該アカウント"
        },
        scan_name(question.scan),
        if question.administers {
            "今後追加されるアカウントも対象とします。"
        } else {
            ""
        },
    );
}
