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
                    self.dress(bar);
                }
            }
            Notice::Done { steps } => {
                if self.bar.is_none() {
                    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
                    self.dress(&bar);
                    self.bar = Some(bar);
                }
                if let Some(bar) = &self.bar {
                    bar.set_position(u64::from(steps.min(self.steps)));
                }
            }
        }
    }

    /// Makes the bar that of the stage.
    fn dress(&self, bar: &ProgressBar) {
        let (template, doing) = match self.stage {
            WorkStage::Open => ("{wide_msg}", "opening"),
            WorkStage::Read => ("{bar:20} {pos}/{len} {wide_msg}", "reading"),
            WorkStage::Analyse => ("{bar:20} {pos}/{len} {wide_msg}", "following data in"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_length(u64::from(self.steps));
        bar.set_position(0);
        bar.set_message(format!("{doing} {}", self.title));
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
