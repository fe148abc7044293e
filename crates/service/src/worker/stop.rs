use tokio::sync::watch;

/// Tells workers to stop. Clones hear the same.
#[derive(Clone, Debug)]
pub struct Stop {
    sender: std::sync::Arc<watch::Sender<bool>>,
    receiver: watch::Receiver<bool>,
}

impl Default for Stop {
    fn default() -> Self {
        let (sender, receiver) = watch::channel(false);
        Self {
            sender: std::sync::Arc::new(sender),
            receiver,
        }
    }
}

impl Stop {
    /// Tells all.
    pub fn stop(&self) {
        self.sender.send_replace(true);
    }

    /// Whether they were told.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.receiver.borrow()
    }

    /// Waits until they are told.
    pub async fn stopped(&mut self) {
        // The sender lives as long as this does, so there is no error to be had.
        let _ = self.receiver.wait_for(|stopped| *stopped).await;
    }
}
