//! Decisions and what was done, in the service's database.

use jiff::tz::TimeZone;
use shindan_control::ShortText;
use shindan_control::decision::{Decision, Entry, Event, Outcome, State, Subject};
use shindan_control::definition::ControlId;
use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_store::{AuditEntry, DecisionError, Scope, Store};

use crate::cli::service::ServicePlace;
use crate::complaint::Complaint;
use crate::server::open_store;
use crate::server::settings::Place;

/// The histories of decisions, and the audit log that they are written with.
pub(crate) struct Record {
    pub(crate) store: Store,
}

impl Record {
    pub(crate) async fn open(place: &ServicePlace) -> Result<Self, Complaint> {
        Ok(Self {
            store: open_store(&Place::find(place)?).await?,
        })
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }

    /// What was decided about a control.
    pub(crate) async fn decision(&self, subject: &Subject) -> Result<Option<Decision>, Complaint> {
        let scope = Scope::own(subject.region.clone(), subject.account);
        Ok(self.store.decision(&scope, subject.control).await?)
    }

    /// What was decided in an account and Region.
    pub(crate) async fn decisions(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Result<Vec<Decision>, Complaint> {
        let scope = Scope::own(region.clone(), account);
        Ok(self.store.decisions(&scope).await?)
    }

    /// Appends to a history, and writes down in the audit log that it was.
    pub(crate) async fn append(
        &self,
        subject: &Subject,
        event: Event,
        at: jiff::Timestamp,
    ) -> Result<Decision, Complaint> {
        let known = self.decision(subject).await?;
        let before = known.as_ref().map_or(0, |known| known.history().len());
        let told = in_words(&event);
        let entry = Entry {
            at,
            by: me(),
            event,
        };
        let refused = |error: shindan_control::decision::DecisionError| {
            Complaint::input(format!(
                "{} in account {} and {}: {error}",
                subject.control, subject.account, subject.region
            ))
        };
        let decision = match known {
            None => Decision::begin(subject.clone(), entry).map_err(refused)?,
            Some(mut known) => {
                known.append(entry).map_err(refused)?;
                known
            }
        };
        let at = Timestamp::from_millis(at.as_millisecond());
        let mut write = self.store.write().await?;
        write.put_decision(&decision, before, at).await?;
        write
            .audit(&entry_of(subject, "Decision", at, told))
            .await?;
        write.commit().await?;
        Ok(decision)
    }

    /// Writes down what was done to AWS.
    pub(crate) async fn note(
        &self,
        subject: &Subject,
        operation: &str,
        outcome: String,
    ) -> Result<(), Complaint> {
        let mut write = self.store.write().await?;
        let entry = entry_of(subject, operation, crate::server::now(), outcome);
        write.audit(&entry).await?;
        write.commit().await?;
        Ok(())
    }
}

impl From<DecisionError> for Complaint {
    fn from(error: DecisionError) -> Self {
        Self::input(error.to_string())
    }
}

fn entry_of(subject: &Subject, operation: &str, at: Timestamp, outcome: String) -> AuditEntry {
    AuditEntry {
        at,
        region: subject.region.clone(),
        account: subject.account,
        access_key: String::new(),
        operation: format!("control:{operation}"),
        target: subject.control.to_string(),
        outcome,
    }
}

/// Who runs the program, as the system knows them.
pub(crate) fn me() -> ShortText {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find_map(|name| ShortText::new(&name).ok())
        .unwrap_or_else(|| ShortText::new("shindan").expect("it is short"))
}

/// A text that somebody gave.
pub(crate) fn short(option: &str, text: &str) -> Result<ShortText, Complaint> {
    ShortText::new(text).map_err(|error| Complaint::input(format!("{option}: {error}")))
}

/// A control in an account and Region.
pub(crate) fn subject(control: ControlId, account: AccountId, region: &Region) -> Subject {
    Subject {
        control,
        account,
        region: region.clone(),
    }
}

/// The moment as people read it, to the minute and in their own zone.
pub(crate) fn moment(at: jiff::Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system())
        .strftime("%F %R %Z")
        .to_string()
}

/// An entry's event in one line.
pub(crate) fn in_words(event: &Event) -> String {
    match event {
        Event::Asked { whom } => format!("asked {whom}"),
        Event::Decided(verdict) => format!(
            "{}, decided by {}: {}",
            outcome_in_words(&verdict.outcome),
            verdict.decided_by,
            verdict.why
        ),
        Event::Applied { evidence } => format!("applied: {evidence}"),
        Event::Expired => "the end has come".to_owned(),
        Event::Lifted { why } => format!("lifted: {why}"),
    }
}

pub(crate) fn outcome_in_words(outcome: &Outcome) -> String {
    let what = match outcome {
        Outcome::Enable => "enable".to_owned(),
        Outcome::Suppress { .. } => "suppress".to_owned(),
        Outcome::AcceptAlternative { alternative, .. } => {
            format!("suppress, with {alternative} in its place")
        }
    };
    match outcome.until() {
        Some(until) => format!("{what} until {}", moment(until)),
        None => what,
    }
}

pub(crate) const fn state_in_words(state: State) -> &'static str {
    match state {
        State::Asked => "asked",
        State::Decided => "decided",
        State::Applied => "applied",
        State::Expired => "ended",
        State::Lifted => "lifted",
    }
}
