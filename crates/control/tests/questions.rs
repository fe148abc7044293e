//! The stakeholder question in both languages: the facts are in it, whatever they are, and nobody's name is Markdown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use shindan_control::ShortText;
use shindan_control::cost::{Forecast, FreeTrials, Interval, PriceTable, forecast};
use shindan_control::evaluate::{AccountCause, Cause, Check, ComplianceStatus};
use shindan_control::function::{Eligibility, FunctionFacts, FunctionScan, Ineligibility};
use shindan_control::question::{Language, Question};
use shindan_inspector::{AccountId, Region};

const LANGUAGES: [Language; 2] = [Language::English, Language::Japanese];

fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn function(region: &Region, number: u64, runtime: &str, code: Eligibility) -> FunctionFacts {
    FunctionFacts {
        account: account(number),
        region: region.clone(),
        name: "f".to_owned(),
        runtime: runtime.to_owned(),
        standard: Eligibility::Eligible,
        code,
        scanned_by_shindan: code == Eligibility::Eligible,
    }
}

/// Everything that a question borrows.
struct Facts {
    region: Region,
    check: Check,
    functions: Vec<FunctionFacts>,
    enables: Vec<FunctionScan>,
    forecast: Forecast,
    names: BTreeMap<AccountId, String>,
    asked_by: ShortText,
}

impl Facts {
    fn new(region: &str, scans: &[FunctionScan]) -> Self {
        let region: Region = region.parse().expect("a Region");
        let functions = vec![
            function(&region, 1, "python3.12", Eligibility::Eligible),
            function(&region, 1, "python3.12", Eligibility::Eligible),
            function(
                &region,
                1,
                "python3.12",
                Eligibility::Not(Ineligibility::Dormant),
            ),
            function(
                &region,
                2,
                "nodejs24.x",
                Eligibility::Not(Ineligibility::UnsupportedRuntime),
            ),
        ];
        let month = Interval {
            from: Timestamp::UNIX_EPOCH,
            to: Timestamp::from_second(30 * 86_400).expect("in range"),
        };
        let prices = PriceTable::built_in();
        Self {
            forecast: forecast(&functions, scans, month, &FreeTrials::default(), &prices),
            region,
            enables: scans.to_vec(),
            check: Check {
                status: ComplianceStatus::Failed,
                reasons: vec![],
                accounts: vec![
                    AccountCause {
                        account: account(1),
                        cause: Cause::Disabled,
                    },
                    AccountCause {
                        account: account(3),
                        cause: Cause::SuspendedMember,
                    },
                ],
            },
            functions,
            names: [
                (account(1), "shop".to_owned()),
                (account(2), "a|b [x](y)".to_owned()),
            ]
            .into(),
            asked_by: ShortText::new("sato").expect("a text"),
        }
    }

    fn ask(&self, scan: FunctionScan, language: Language) -> String {
        Question {
            scan,
            account: account(1),
            administers: true,
            region: &self.region,
            check: &self.check,
            functions: &self.functions,
            enables: &self.enables,
            forecast: &self.forecast,
            names: &self.names,
            asked_by: &self.asked_by,
            answer_by: Some(date(2024, 8, 30)),
        }
        .to_markdown(language)
    }
}

#[test]
fn the_facts_are_in_the_question() {
    let facts = Facts::new("ap-northeast-1", &[FunctionScan::Code]);
    let english = facts.ask(FunctionScan::Code, Language::English);
    for part in [
        "# Shall we enable Lambda code scanning in ap-northeast-1?",
        "**Inspector.3**",
        "fails for account 000000000001 (shop)",
        "Please answer by 2024-08-30.",
        "Asked by: sato",
        "| 000000000001 (shop) | off |",
        "| 000000000003 | suspended member; has to be disassociated |",
        "| 000000000001 (shop) | python3.12 | 3 | 2 | 1: not used for 90 days | 2 |",
        "| nodejs24.x | 1 | 0 | 1: unsupported runtime | 0 |",
        "| 000000000001 (shop) | 1.30 USD | 1.30 – 1.95 USD |",
        "For Lambda code scanning:",
        "shindan scans 2 of 2 functions that Amazon Inspector would scan. So an alternative is in place.",
        "that saves 1.30 USD in an expected month",
        "in all accounts, also in those that join later.",
    ] {
        assert!(english.contains(part), "{part:?} is missing in\n{english}");
    }
    let japanese = facts.ask(FunctionScan::Code, Language::Japanese);
    for part in [
        "# 【ご確認のお願い】Lambda コードスキャンの有効化について（ap-northeast-1）",
        "**Inspector.3**",
        "「失敗（FAILED）」となっています",
        "2024 年 8 月 30 日まで",
        "| 000000000001 (shop) | 無効 |",
        "| 000000000003 | 停止中のメンバーアカウント（関連付けの解除が必要） |",
        "| 000000000001 (shop) | python3.12 | 3 | 2 | 90 日以上未使用 1 件 | 2 |",
        "| 000000000001 (shop) | 1.30 USD | 1.30 ～ 1.95 USD |",
        "2 件の関数のうち、2 件はすでに shindan でスキャンしています。",
        "想定月額で 1.30 USD です。",
        "新たに有効化する Lambda コードスキャンの費用です。",
        "すべてのアカウントで Lambda コードスキャンを有効化します。今後追加されるアカウントも対象とします。",
    ] {
        assert!(
            japanese.contains(part),
            "{part:?} is missing in\n{japanese}"
        );
    }
}

#[test]
fn names_stay_names() {
    let facts = Facts::new("ap-northeast-1", &[FunctionScan::Code]);
    for language in LANGUAGES {
        let text = facts.ask(FunctionScan::Code, language);
        assert!(text.contains("a\\|b \\[x\\]\\(y\\)"), "{text}");
        // Every line of a table has as many cells as its head.
        let mut columns = None;
        for line in text.lines() {
            if !line.starts_with('|') {
                columns = None;
                continue;
            }
            let cells = line.replace("\\|", "").matches('|').count();
            assert_eq!(*columns.get_or_insert(cells), cells, "{line}");
        }
    }
}

#[test]
fn a_price_that_is_not_known_is_said_and_one_that_is_not_verified_too() {
    let unknown = Facts::new("eu-west-1", &[FunctionScan::Code]);
    let english = unknown.ask(FunctionScan::Code, Language::English);
    assert!(english.contains("The price of Lambda code scanning in eu-west-1 is not known here"));
    assert!(english.contains("| **Total** | unknown | unknown |"));
    let japanese = unknown.ask(FunctionScan::Code, Language::Japanese);
    assert!(
        japanese.contains("eu-west-1 リージョンの Lambda コードスキャンの単価を把握できていない")
    );

    let unverified = Facts::new("us-east-1", &[FunctionScan::Code]);
    let english = unverified.ask(FunctionScan::Code, Language::English);
    assert!(english.contains("1.20 USD (unverified price)"), "{english}");
    let japanese = unverified.ask(FunctionScan::Code, Language::Japanese);
    assert!(japanese.contains("1.20 USD（単価未確認）"), "{japanese}");
}

#[test]
fn standard_scanning_is_another_control() {
    let facts = Facts::new("us-east-1", &[FunctionScan::Standard]);
    for language in LANGUAGES {
        let text = facts.ask(FunctionScan::Standard, language);
        assert!(text.contains("**Inspector.4**") && !text.contains("Inspector.3"));
    }
}

#[test]
fn a_question_without_functions_and_one_about_ten_thousand_accounts_stay_readable() {
    let mut none = Facts::new("us-east-1", &[FunctionScan::Code]);
    none.functions.clear();
    let text = none.ask(FunctionScan::Code, Language::English);
    assert!(text.contains("There are no functions in this Region."));
    assert!(!text.contains("What shindan does already"));

    let mut many = Facts::new("us-east-1", &[FunctionScan::Code]);
    let cause = |n| AccountCause {
        account: account(n),
        cause: Cause::Disabled,
    };
    many.check.accounts = (0..10_000).map(cause).collect();
    for language in LANGUAGES {
        let text = many.ask(FunctionScan::Code, language);
        assert!(text.contains("9950"), "the rest is counted");
        assert!(text.len() < 20_000);
    }
}

#[test]
fn the_japanese_has_no_english_sentences_in_it() {
    let facts = Facts::new("ap-northeast-1", &[FunctionScan::Code]);
    let text = facts.ask(FunctionScan::Code, Language::Japanese);
    for word in [" the ", " is ", " are ", "unknown", "function"] {
        assert!(!text.contains(word), "{word:?} in\n{text}");
    }
}
