//! `shindan security-hub`: imports what a server found into AWS Security Hub.
//!
//! Findings keep their ids, so that importing twice is importing once. Workflow and notes are no part of what is imported:
//! what somebody suppressed there stays so. What a filter of shindan suppresses is suppressed there once it is imported.

use serde_json::{Value, json};
use shindan_cloud::Policy;
use shindan_cloud::security_hub::{FindingId, FindingUpdate, Note, SecurityHub, Workflow};
use shindan_inspector::{AccountId, FilterCriteria, FindingDocument, FindingStatus, Region};
use shindan_security_hub::{InspectorFinding, imported_of};
use shindan_store::{FindingRow, Scope, Store};

use super::control::answer;
use super::control::inspector::{known, printable};
use crate::aws::Aws;
use crate::cli::control::SecurityHubArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::server::settings::Place;
use crate::server::{account, open_store, wait};
use crate::terminal;

/// Findings that are read at once, the most that one call imports.
const BATCH: u32 = 100;

pub(crate) fn run(args: &SecurityHubArgs) -> Result<Exit, Complaint> {
    wait(import(args))
}

/// What became of the findings of an account in a Region.
#[derive(Debug, Default)]
struct Done {
    found: usize,
    taken: usize,
    suppressed: usize,
    refused: Vec<String>,
}

async fn import(args: &SecurityHubArgs) -> Result<Exit, Complaint> {
    let aws = Aws::open(&args.aws, Policy::Remediator).await?;
    let mut accounts: Vec<AccountId> = args
        .accounts
        .iter()
        .map(|text| account(text))
        .collect::<Result<_, _>>()?;
    if accounts.is_empty() {
        accounts.push(aws.sessions.home());
    }
    let store = open_store(&Place::find(&args.place)?).await?;
    let mut exit = Exit::Clean;
    let mut results = Vec::new();
    let mut text = String::new();
    for region in &aws.regions {
        for &account in &accounts {
            // Security Hub takes findings from the account that they are about alone.
            let done = match known(aws.sessions.session(account, region).await)? {
                Ok(session) => {
                    let hub = (!args.dry_run).then(|| session.security_hub());
                    import_of(&store, hub.as_ref(), account, region).await?
                }
                Err((_, why)) => Done {
                    refused: vec![why.message],
                    ..Done::default()
                },
            };
            if !done.refused.is_empty() {
                exit = Exit::Findings;
            }
            text.push_str(&done.in_words(account, region, args.dry_run));
            results.push(done.json(account, region));
        }
    }
    store.close().await;
    answer(args.answers.format, &results, || text)?;
    for result in &results {
        for why in result["refused"].as_array().into_iter().flatten() {
            terminal::warn(why.as_str().unwrap_or_default());
        }
    }
    Ok(exit)
}

/// Imports the findings of one account in one Region, batch by batch.
async fn import_of(
    store: &Store,
    hub: Option<&SecurityHub>,
    account: AccountId,
    region: &Region,
) -> Result<Done, Complaint> {
    let scope = Scope::own(region.clone(), account);
    let mut done = Done::default();
    let mut after = None;
    loop {
        let page = store
            .findings(
                &scope,
                &FilterCriteria::default(),
                None,
                after.as_ref(),
                BATCH,
            )
            .await?;
        let findings: Vec<Value> = page.rows.iter().map(in_asff).collect::<Result<_, _>>()?;
        done.found += findings.len();
        if let Some(hub) = hub
            && !findings.is_empty()
        {
            match known(hub.import(&findings).await)? {
                Ok(imported) => {
                    done.taken += imported.taken;
                    done.refused.extend(imported.refused.iter().map(|refused| {
                        printable(&format!(
                            "{}: {}: {}",
                            refused.id, refused.code, refused.message
                        ))
                    }));
                    suppress(hub, &page.rows, &findings, &mut done).await?;
                }
                Err((_, why)) => {
                    done.refused.push(why.message);
                    return Ok(done);
                }
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(done);
        }
    }
}

/// Suppresses those findings that a filter of shindan suppresses.
async fn suppress(
    hub: &SecurityHub,
    rows: &[FindingRow],
    findings: &[Value],
    done: &mut Done,
) -> Result<(), Complaint> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let ids: Vec<FindingId> = rows
        .iter()
        .zip(findings)
        .filter(|(row, _)| row.status == FindingStatus::Suppressed)
        .map(|(_, finding)| FindingId {
            id: text(finding, "Id"),
            product: text(finding, "ProductArn"),
        })
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let update = FindingUpdate {
        workflow: Some(Workflow::Suppressed),
        note: Some(Note {
            text: "A filter of shindan suppresses this finding.".to_owned(),
            updated_by: "shindan".to_owned(),
        }),
    };
    match known(hub.update(&ids, &update).await)? {
        Ok(unprocessed) => {
            done.suppressed += ids.len().saturating_sub(unprocessed.len());
            done.refused.extend(unprocessed.iter().map(|refused| {
                printable(&format!(
                    "{}: {}: {}",
                    refused.id.id, refused.code, refused.message
                ))
            }));
        }
        Err((_, why)) => done.refused.push(why.message),
    }
    Ok(())
}

fn in_asff(row: &FindingRow) -> Result<Value, Complaint> {
    let document: FindingDocument = serde_json::from_str(&row.to_json()).map_err(|error| {
        Complaint::program(format!(
            "{}: a stored finding cannot be read: {error}",
            row.arn
        ))
    })?;
    Ok(imported_of(&InspectorFinding {
        arn: &row.arn,
        document: &document,
        status: row.status,
        first_observed_at: row.first_observed_at,
        last_observed_at: row.last_observed_at,
        updated_at: row.updated_at,
    })
    .into_value())
}

impl Done {
    fn in_words(&self, account: AccountId, region: &Region, dry_run: bool) -> String {
        let Self {
            found,
            taken,
            suppressed,
            refused,
        } = self;
        if dry_run {
            return format!("account {account}, {region}: {found} findings would be imported\n");
        }
        format!(
            "account {account}, {region}: {taken} of {found} findings imported, {suppressed} suppressed, {} refused\n",
            refused.len()
        )
    }

    fn json(&self, account: AccountId, region: &Region) -> Value {
        json!({
            "account": account,
            "region": region,
            "findings": self.found,
            "imported": self.taken,
            "suppressed": self.suppressed,
            "refused": self.refused,
        })
    }
}
