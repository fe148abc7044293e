//! Reports of findings. Asked for here, written by the job that is enqueued with them.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shindan_store::{Job, Priority, Report, ReportKind, ReportStatus};

use super::account_status::no_number;
use super::findings::criteria;
use crate::call::{Answer, Call, answer};
use crate::error::Fault;
use crate::validate::Form;

/// Reports of an account that may be in progress at once.
const AT_ONCE: u64 = 10;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportId<'a> {
    report_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    report_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    destination: &'a RawValue,
    filter_criteria: &'a RawValue,
}

pub(super) async fn create(call: &Call) -> Answer {
    let (format, destination, criteria) = call.read(|form| {
        let criteria = criteria(form, "filterCriteria");
        (
            form.needed_word("reportFormat", &["CSV", "JSON"]),
            destination(form),
            serde_json::to_value(criteria).unwrap_or_default(),
        )
    })?;
    add(call, ReportKind::Findings, format, destination, &criteria).await
}

pub(super) async fn status(call: &Call) -> Answer {
    let id = call.read(|form| form.text("reportId", 1..=256))?;
    let report = match id {
        Some(id) => find(call, ReportKind::Findings, &id).await?,
        None => call
            .store()
            .newest_report(&call.scope(), ReportKind::Findings)
            .await?
            .ok_or_else(|| Fault::NotFound("There is no report".to_owned()))?,
    };
    let error = report.error.as_ref();
    answer(&Status {
        report_id: &report.id,
        status: report.status.as_str(),
        error_code: error.map(|(code, _)| code.as_str()),
        error_message: error.map(|(_, message)| message.as_str()),
        destination: raw(&report.destination)?,
        filter_criteria: raw(&report.criteria)?,
    })
}

pub(super) async fn cancel(call: &Call) -> Answer {
    end(call, ReportKind::Findings).await
}

/// Where a report goes: the members of the model, each a text.
pub(super) fn destination(form: &mut Form<'_>) -> Value {
    form.need("s3Destination");
    let read = form.structure("s3Destination", |form| {
        let mut destination = serde_json::Map::new();
        let bucket = form.needed_text("bucketName", 1..=1024);
        destination.insert("bucketName".to_owned(), bucket.into());
        let key = form.needed_text("kmsKeyArn", 1..=2048);
        destination.insert("kmsKeyArn".to_owned(), key.into());
        if let Some(prefix) = form.text("keyPrefix", 0..=1024) {
            if prefix.split('/').any(|part| part == ".." || part == ".") {
                form.refuse("keyPrefix", "Member must not have . or .. as a part");
            }
            destination.insert("keyPrefix".to_owned(), prefix.into());
        }
        if let Some(owner) = form.account("expectedBucketOwner") {
            destination.insert("expectedBucketOwner".to_owned(), owner.to_string().into());
        }
        Value::Object(destination)
    });
    read.unwrap_or_default()
}

/// Asks for a report of either kind.
pub(super) async fn add(
    call: &Call,
    kind: ReportKind,
    format: &str,
    destination: Value,
    criteria: &Value,
) -> Answer {
    let running = call
        .store()
        .reports_in_progress(&call.scope(), kind)
        .await?;
    if running >= AT_ONCE {
        return Err(Fault::Throttled {
            message: format!("{running} reports are in progress; wait for one, or cancel one"),
            retry_after: 10,
        });
    }
    let id = call.uuid();
    let report = Report {
        id: id.clone(),
        scope: call.scope(),
        kind,
        format: format.to_owned(),
        destination: destination.to_string(),
        criteria: criteria.to_string(),
        status: ReportStatus::InProgress,
        error: None,
        created_at: call.now,
    };
    let mut jobs = call.store().job_numbers(1).await?;
    let mut write = call.store().write().await?;
    write.add_report(&report).await?;
    let job = Job::Report { id: id.clone() };
    let number = jobs.next().ok_or_else(no_number)?;
    write
        .enqueue(&job, Priority::Soon, call.now, number)
        .await?;
    call.audit(&mut write, &id).await?;
    write.commit().await?;
    answer(&ReportId { report_id: &id })
}

/// A report of the caller's.
pub(super) async fn find(call: &Call, kind: ReportKind, id: &str) -> Result<Report, Fault> {
    let report = call.store().report(&call.scope(), kind, id).await?;
    report.ok_or_else(|| Fault::NotFound(format!("There is no report {id}")))
}

/// Cancels a report of either kind.
pub(super) async fn end(call: &Call, kind: ReportKind) -> Answer {
    let id = call.read(|form| form.needed_text("reportId", 1..=256))?;
    let report = find(call, kind, &id).await?;
    let mut write = call.store().write().await?;
    let ended = write
        .end_report(&report.id, ReportStatus::Cancelled, None, call.now)
        .await?;
    if !ended {
        return Err(Fault::other("The report is not in progress any more"));
    }
    call.audit(&mut write, &report.id).await?;
    write.commit().await?;
    answer(&ReportId {
        report_id: &report.id,
    })
}

pub(super) fn raw(json: &str) -> Result<&RawValue, Fault> {
    serde_json::from_str(json)
        .map_err(|error| Fault::internal(format!("a stored report is not JSON: {error}")))
}
