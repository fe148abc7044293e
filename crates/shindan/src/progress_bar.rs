use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal;
use crate::worker::{Notice, WorkStage};

/// Shows progress while somebody watches the standard error.
///
/// The bar appears with the first news that is not the beginning of a stage, which a scan of a moment never sends.
pub(crate) struct Watcher {
    is_wanted: bool,
    title: String,
    stage: WorkStage,
    steps: u32,
    bar: Option<ProgressBar>,
}

impl Watcher {
    pub(crate) fn new(title: String, quiet: bool) -> Self {
        Self {
            is_wanted: !quiet && terminal::is_watched(),
            title,
            stage: WorkStage::Open,
            steps: 0,
            bar: None,
        }
    }

    pub(crate) fn take_notice(&mut self, notice: Notice) {
        if !self.is_wanted {
            return;
        }
        match notice {
            Notice::Begin { stage, steps } => {
                (self.stage, self.steps) = (stage, steps);
                if let Some(bar) = &self.bar {
                    bar.set_length(u64::from(steps));
                    bar.set_position(0);
                    bar.set_message(self.message());
                }
            }
            Notice::Done { steps } => {
                let message = self.message();
                let length = u64::from(self.steps);
                let bar = self.bar.get_or_insert_with(|| {
                    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}")
                        .unwrap_or_else(|_| ProgressStyle::default_bar());
                    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
                        .with_style(style)
                        .with_message(message)
                });
                bar.set_position(u64::from(steps).min(length));
            }
        }
    }

    fn message(&self) -> String {
        let doing = match self.stage {
            WorkStage::Open => "opening",
            WorkStage::Read => "reading",
            WorkStage::Analyse => "following data in",
        };
        format!("{doing} {}", self.title)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
