//! The arguments of the commands around Security Hub's controls: what fails, what to do about it, and what it costs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use shindan_control::definition::ControlId;

use super::ListFormat;
use super::service::ServicePlace;
use crate::aws::AwsArgs;
use crate::exit;

const EXAMPLES: &str = "\
Examples:
  shindan control check                                  what fails, and which accounts cause it
  shindan control explain Inspector.3                    what it means, what enabling covers and costs
  shindan control ask Inspector.3 --language ja --by 'Security team' --output question.md
  shindan control decide Inspector.3 enable --by 'Yamada (CISO)' --why 'customers ask for it'
  shindan control enable Inspector.3 --dry-run           show the plan; without --dry-run carry it out
  shindan control decide Inspector.3 suppress --by 'Yamada (CISO)' --why 'no functions yet' --until 2027-03-31
  shindan control suppress Inspector.3                   do as was decided; again later to lift what has ended
  shindan control score

Decisions and what was done are kept in the service's database; without a server that is a file of your own.";

/// `shindan control`.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", exit::CONTROL_TABLE))]
pub(crate) struct ControlArgs {
    #[command(subcommand)]
    pub(crate) command: ControlCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ControlCommand {
    /// List the controls for Amazon Inspector, and where they exist
    #[command(after_help = exit::CONTROL_TABLE)]
    List(ListArgs),
    /// Check the controls now: which pass, which fail, and which accounts cause it
    #[command(after_help = exit::CONTROL_TABLE)]
    Check(CheckArgs),
    /// Say what a control means, what enabling its scan type covers, and what that costs
    #[command(after_help = exit::CONTROL_TABLE)]
    Explain(ExplainArgs),
    /// Write the question to those who have to decide, with the facts of this organization
    #[command(after_help = exit::CONTROL_TABLE)]
    Ask(AskArgs),
    /// Record who decided what, why, and until when; without a decision, show what is recorded
    #[command(after_help = exit::CONTROL_TABLE)]
    Decide(DecideArgs),
    /// Enable what controls ask for: plan, show, ask, carry out, and wait until it is enabled
    #[command(after_help = exit::CONTROL_TABLE)]
    Enable(EnableArgs),
    /// Suppress findings of controls as was decided, and lift what has ended
    #[command(after_help = exit::CONTROL_TABLE)]
    Suppress(SuppressArgs),
    /// Compute the security score as Security Hub does
    #[command(after_help = exit::CONTROL_TABLE)]
    Score(ScoreArgs),
}

/// Where facts come from and decisions are.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
    /// A shindan server whose coverage counts as an alternative, beside the database
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    pub(crate) shindan_url: Option<String>,
    /// The profile with an access key for that server
    #[arg(
        long,
        value_name = "PROFILE",
        requires = "shindan_url",
        help_heading = "AWS"
    )]
    pub(crate) shindan_profile: Option<String>,
    /// The time to decide by, in place of now. For tests: a decision ends without waiting for the day. Requests are signed
    /// with the real time whatever this is.
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<Timestamp>,
}

/// How much to say, and in what form.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Answers {
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Controls such as Inspector.3 [default: all four]
    #[arg(value_name = "CONTROL")]
    pub(crate) controls: Vec<ControlId>,
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A control such as Inspector.3
    #[arg(value_name = "CONTROL")]
    pub(crate) control: ControlId,
    /// Prices of your own in TOML, see docs/controls.md
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    /// Inspector.3 (code) or Inspector.4 (standard)
    #[arg(value_name = "CONTROL")]
    pub(crate) control: ControlId,
    /// The language of the question
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub(crate) language: LanguageName,
    /// Who asks
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,
    /// Who is asked; then it is recorded that they were
    #[arg(long, value_name = "NAME")]
    pub(crate) whom: Option<String>,
    /// The day until which an answer is needed, such as 2027-01-15
    #[arg(long, value_name = "DATE")]
    pub(crate) answer_by: Option<Date>,
    /// Write the question to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Prices of your own in TOML, see docs/controls.md
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Record nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    /// A control such as Inspector.3 [default: show what is recorded about all]
    #[arg(value_name = "CONTROL")]
    pub(crate) control: Option<ControlId>,
    /// What was decided [default: show what is recorded]
    #[arg(value_name = "DECISION", requires = "by", requires = "why")]
    pub(crate) decision: Option<DecisionName>,
    /// Who decided it
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
    /// Until when it holds: a day, which is included, or a time [default: no end]
    #[arg(long, value_name = "DATE|TIME")]
    pub(crate) until: Option<String>,
    /// What does instead what the control asks for [default: shindan, with its coverage]
    #[arg(long, value_name = "TEXT")]
    pub(crate) alternative: Option<String>,
    /// The account that has the finding, where AWS is not to be asked for it
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// Record nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Debug, Args)]
pub(crate) struct EnableArgs {
    /// Controls whose scan types are to be enabled, such as Inspector.3, which takes Inspector.4 along
    #[arg(required = true, value_name = "CONTROL")]
    pub(crate) controls: Vec<ControlId>,
    /// Leave what accounts get that join the organization later as it is
    #[arg(long)]
    pub(crate) no_new_members: bool,
    /// Show the plan and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// How long to wait until everything is enabled, in minutes
    #[arg(long, value_name = "MINUTES", default_value = "30")]
    pub(crate) wait: u32,
    /// Prices of your own in TOML, see docs/controls.md
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Debug, Args)]
pub(crate) struct SuppressArgs {
    /// Controls such as Inspector.3 [default: all that something was decided about]
    #[arg(value_name = "CONTROL")]
    pub(crate) controls: Vec<ControlId>,
    /// Show what would be changed and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

const COST_EXAMPLES: &str = "\
Examples:
  shindan cost                           this month as Inspector meters it, next month as a forecast
  shindan cost --by function             each function
  shindan cost --month 2026-10           a past month as shindan itself covered it: what that saved
  shindan cost --prices prices.toml      with prices of your own";

/// `shindan cost`.
#[derive(Debug, Args)]
#[command(after_help = format!("{COST_EXAMPLES}\n\n{}", exit::CONTROL_TABLE))]
pub(crate) struct CostArgs {
    /// What to break the forecast down by
    #[arg(long, value_name = "WHAT", default_value = "account")]
    pub(crate) by: Breakdown,
    /// A past month, such as 2026-10; may be given several times [default: the last three]
    #[arg(long = "month", value_name = "YYYY-MM")]
    pub(crate) months: Vec<String>,
    /// Prices of your own in TOML, see docs/controls.md
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

const SECURITY_HUB_EXAMPLES: &str = "\
Examples:
  shindan security-hub --dry-run         what would be imported
  shindan security-hub                   import it; again later to bring it up to date";

/// `shindan security-hub`.
#[derive(Debug, Args)]
#[command(after_help = format!("{SECURITY_HUB_EXAMPLES}\n\n{}", exit::CONTROL_TABLE))]
pub(crate) struct SecurityHubArgs {
    /// An account whose findings to import; may be given several times [default: the credentials' own]
    #[arg(long = "account", value_name = "ACCOUNT")]
    pub(crate) accounts: Vec<String>,
    /// Count and check, but import nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
    #[command(flatten)]
    pub(crate) answers: Answers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageName {
    /// English
    En,
    /// Japanese
    Ja,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecisionName {
    /// Enable the scan type
    Enable,
    /// Accept the risk and suppress the finding
    Suppress,
    /// Something else does it: suppress the finding and name what does
    Alternative,
    /// Take back what was decided before
    Lift,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Breakdown {
    Account,
    Function,
}
