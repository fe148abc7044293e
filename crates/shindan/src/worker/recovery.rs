//! What to do after a child died: find the file that did it, leave it out, go on.
//!
//! The first death tells nothing, because files are not announced one by one in the common case. From then on a single
//! thread works through the files in order and announces each, so that the next death has one cause; the result of a
//! scan does not depend on the number of threads, so only time is lost.

use super::protocol::WorkStage;

/// Children started again before the scan is given up.
const MAX_RESTARTS: usize = 20;
/// A group of files is named by its first; when leaving that out does not help, the others would have to go one by one.
const MAX_ANALYSIS_DEATHS: usize = 4;

/// How a child ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Death {
    /// In words, to stand after a file's name.
    pub(super) reason: String,
    /// What was announced and not finished, oldest first.
    pub(super) in_work: Vec<(WorkStage, String)>,
    /// What the child itself gave up on.
    pub(super) stuck: Option<(WorkStage, String)>,
}

/// The state between attempts.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    /// Deaths while data was followed from file to file.
    analysis_deaths: usize,
    /// Whether to use one thread that announces each file.
    pub(super) careful: bool,
    /// Files to leave out, and why.
    pub(super) poisoned: Vec<(String, String)>,
    /// What happened, for people who ask.
    pub(super) restarts: Vec<String>,
}

impl Recovery {
    /// Takes a death into account; the error says why another attempt is senseless.
    pub(super) fn after(&mut self, death: &Death) -> Result<(), String> {
        if self.restarts.len() >= MAX_RESTARTS {
            return Err(format!("given up after {MAX_RESTARTS} restarts"));
        }
        let announced = death.in_work.last().filter(|_| self.careful);
        let culprit = death.stuck.as_ref().or(announced);
        if culprit.is_some_and(|(stage, _)| *stage == WorkStage::Analyse) {
            self.analysis_deaths += 1;
            if self.analysis_deaths >= MAX_ANALYSIS_DEATHS {
                return Err(format!("{}, again and again", death.reason));
            }
        }
        let culprit = culprit.map(|(_, path)| path);
        match culprit {
            Some(path) if self.poisoned.iter().any(|(known, _)| known == path) => {
                return Err(format!(
                    "{path}: {}, although it was left out",
                    death.reason
                ));
            }
            Some(path) => {
                self.restarts.push(format!("{path}: {}", death.reason));
                self.poisoned.push((path.clone(), death.reason.clone()));
            }
            None if self.careful => {
                return Err(format!("{}, while no file was in work", death.reason));
            }
            None => self
                .restarts
                .push(format!("{}; looking for the file", death.reason)),
        }
        // Where one file hangs or kills, others of the kind may lie beside it; but a hang is seen without this.
        self.careful |= death.stuck.is_none();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn death(in_work: &[&str], stuck: Option<&str>) -> Death {
        Death {
            reason: "ran out of stack".to_owned(),
            in_work: in_work
                .iter()
                .map(|path| (WorkStage::Read, (*path).to_owned()))
                .collect(),
            stuck: stuck.map(|path| (WorkStage::Read, path.to_owned())),
        }
    }

    #[test]
    fn a_death_is_first_repeated_and_then_blamed_on_the_file_in_work() {
        let mut recovery = Recovery::default();
        recovery.after(&death(&[], None)).expect("another attempt");
        assert!(recovery.careful && recovery.poisoned.is_empty());
        recovery
            .after(&death(&["a.js"], None))
            .expect("another attempt");
        assert_eq!(
            recovery.poisoned,
            [("a.js".to_owned(), "ran out of stack".to_owned())]
        );
        assert!(recovery.after(&death(&["a.js"], None)).is_err());
    }

    #[test]
    fn a_hang_names_its_file_at_once() {
        let mut recovery = Recovery::default();
        recovery
            .after(&death(&[], Some("a.py")))
            .expect("another attempt");
        assert_eq!(recovery.poisoned.len(), 1);
        assert!(!recovery.careful);
    }

    #[test]
    fn a_group_of_files_is_not_tried_one_by_one() {
        let mut recovery = Recovery::default();
        let attempts = (0..100).take_while(|i| {
            let mut death = death(&[], None);
            death.stuck = Some((WorkStage::Analyse, format!("{i}.py")));
            recovery.after(&death).is_ok()
        });
        assert_eq!(attempts.count(), MAX_ANALYSIS_DEATHS - 1);
    }

    #[test]
    fn a_death_without_a_cause_and_endless_deaths_end_the_scan() {
        let mut recovery = Recovery::default();
        recovery.after(&death(&[], None)).expect("another attempt");
        assert!(recovery.after(&death(&[], None)).is_err());
        let mut recovery = Recovery::default();
        let attempts = (0..100).take_while(|i| {
            let name = format!("{i}.py");
            recovery.after(&death(&[], Some(&name))).is_ok()
        });
        assert_eq!(attempts.count(), MAX_RESTARTS);
    }
}
