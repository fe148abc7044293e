//! What changes in Lambda, as it happens: events of EventBridge on a queue of SQS.
//!
//! `deploy/cloudformation/events.yaml` makes rule and queue. A message is deleted when its change was handled, so what a
//! crash interrupts comes again; changes can come twice and in any order, and are hints to look, not facts. What cannot
//! be understood never blocks the queue: it is counted, and deleted after it came several times.

mod message;

use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};

use crate::call::Call;
use crate::error::{CloudError, ErrorKind};
use crate::failure::Failure;
use crate::session::Session;

pub use message::{Change, ChangeKind, MalformedEvent, Subject, parse};

/// Messages of one call, the most that SQS takes and gives.
const BATCH: usize = 10;

/// A queue of change events.
#[derive(Clone, Debug)]
pub struct EventQueue {
    session: Session,
    client: aws_sdk_sqs::Client,
    url: String,
    options: QueueOptions,
}

/// How a queue is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueOptions {
    /// Seconds that a call waits for a message, 0 to 20.
    pub wait_seconds: u8,
    /// How often a message may come that is not understood. Less than the queue's `maxReceiveCount`, or its dead-letter
    /// queue gets it first.
    pub malformed_receives: u32,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self {
            wait_seconds: 20,
            malformed_receives: 3,
        }
    }
}

/// What one call took from the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// To be handled, and then given to [`EventQueue::done`].
    pub changes: Vec<Delivery>,
    /// Messages about something else, which were deleted.
    pub unrelated: usize,
    /// Messages that are no events, and why. Those that came often enough were deleted.
    pub malformed: Vec<MalformedEvent>,
}

/// A change and what is needed to take it off the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub change: Change,
    pub receipt: Receipt,
}

/// What deletes a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt(String);

impl Session {
    /// A queue, by its URL. It has to be in the Region of the session.
    #[must_use]
    pub fn events(&self, url: &str, options: QueueOptions) -> EventQueue {
        EventQueue {
            session: self.clone(),
            client: aws_sdk_sqs::Client::new(&self.config),
            url: url.to_owned(),
            options,
        }
    }
}

impl EventQueue {
    /// Waits for messages, and takes at most ten.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub async fn receive(&self) -> Result<Received, CloudError> {
        let attempt = || {
            self.client
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(BATCH as i32)
                .wait_time_seconds(i32::from(self.options.wait_seconds.min(20)))
                .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
                .send()
        };
        let answer = self.session.sdk(Call::ReceiveMessage, attempt).await?;
        let mut received = Received::default();
        let mut dropped = Vec::new();
        for message in answer.messages() {
            let receipt = Receipt(message.receipt_handle().unwrap_or_default().to_owned());
            match parse(message.body().unwrap_or_default()) {
                Ok(Some(change)) => received.changes.push(Delivery { change, receipt }),
                Ok(None) => {
                    received.unrelated += 1;
                    dropped.push(receipt);
                }
                Err(malformed) => {
                    if receives(message) >= self.options.malformed_receives {
                        dropped.push(receipt);
                    }
                    received.malformed.push(malformed);
                }
            }
        }
        // What is not deleted now comes again, and is deleted then.
        let _ = self.done(&dropped).await;
        Ok(received)
    }

    /// Deletes messages whose changes were handled.
    ///
    /// # Errors
    /// When some could not be deleted; they will come again.
    pub async fn done(&self, receipts: &[Receipt]) -> Result<(), CloudError> {
        let call = Call::DeleteMessageBatch;
        for batch in receipts.chunks(BATCH) {
            let entries = batch
                .iter()
                .enumerate()
                .map(|(at, Receipt(handle))| {
                    DeleteMessageBatchRequestEntry::builder()
                        .id(at.to_string())
                        .receipt_handle(handle)
                        .build()
                })
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| {
                    let failure = Failure::of(ErrorKind::Invalid, error.to_string());
                    self.session.error(call, &failure)
                })?;
            let attempt = || {
                let batch = self.client.delete_message_batch().queue_url(&self.url);
                batch.set_entries(Some(entries.clone())).send()
            };
            let answer = self.session.sdk(call, attempt).await?;
            if let Some(failed) = answer.failed().first() {
                let failure = Failure {
                    code: Some(failed.code().to_owned()),
                    message: failed.message().unwrap_or_default().to_owned(),
                    kind: Some(ErrorKind::Other),
                    ..Failure::default()
                };
                return Err(self.session.error(call, &failure));
            }
        }
        Ok(())
    }
}

fn receives(message: &Message) -> u32 {
    let name = MessageSystemAttributeName::ApproximateReceiveCount;
    message
        .attributes()
        .and_then(|attributes| attributes.get(&name))
        .and_then(|count| count.parse().ok())
        .unwrap_or(1)
}
