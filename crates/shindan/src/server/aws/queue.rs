//! Change events of a queue, as the service takes them.

use std::sync::Arc;

use shindan_cloud::events::{EventQueue, QueueOptions, Receipt, Subject};
use shindan_inspector::Region;
use shindan_service::source::account::{CallError, Change, ChangeQueue, Place};

use super::{Aws, call_error};

/// A queue by its URL.
pub(super) struct Queue {
    aws: Arc<Aws>,
    url: String,
    /// Where it is, if its URL says so.
    region: Option<Region>,
}

impl Queue {
    pub(super) fn new(aws: Arc<Aws>, url: &str) -> Self {
        Self {
            aws,
            region: region(url),
            url: url.to_owned(),
        }
    }

    async fn open(&self) -> Result<EventQueue, CallError> {
        let sessions = self.aws.sessions().await?;
        let region = self.region.as_ref().unwrap_or(sessions.region());
        let session = sessions.session(sessions.home(), region).await;
        let session = session.map_err(|error| call_error(&error))?;
        Ok(session.events(&self.url, QueueOptions::default()))
    }
}

impl ChangeQueue for Queue {
    type Receipt = Receipt;

    async fn receive(&self) -> Result<Vec<(Change, Receipt)>, CallError> {
        let received = self.open().await?.receive().await;
        let received = received.map_err(|error| call_error(&error))?;
        for malformed in received.malformed {
            tracing::warn!(queue = self.url, reason = %malformed, "a message is ignored");
        }
        let change = |subject, account, region| match subject {
            Subject::Function(arn) => Change::Function(arn),
            Subject::Layer(arn) => Change::Layer(Place { account, region }, arn),
        };
        let taken = received.changes.into_iter();
        Ok(taken
            .map(|delivery| {
                let event = delivery.change;
                let change = change(event.subject, event.account, event.region);
                (change, delivery.receipt)
            })
            .collect())
    }

    async fn done(&self, receipts: Vec<Receipt>) -> Result<(), CallError> {
        let queue = self.open().await?;
        queue.done(&receipts).await.map_err(|e| call_error(&e))
    }
}

/// The Region in `https://sqs.eu-west-1.amazonaws.com/123456789012/shindan-events`.
fn region(url: &str) -> Option<Region> {
    let host = url.strip_prefix("https://sqs.")?;
    Region::parse(host.split('.').next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_says_where_it_is() {
        let of = |url| region(url).map(|region| region.to_string());
        let aws = "https://sqs.ap-northeast-1.amazonaws.com/123456789012/shindan-events";
        assert_eq!(of(aws).as_deref(), Some("ap-northeast-1"));
        assert_eq!(
            of("http://127.0.0.1:5000/123456789012/shindan-events"),
            None
        );
    }
}
