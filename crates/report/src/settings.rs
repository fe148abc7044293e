use annotate_snippets::{AnnotationKind, Level, Snippet};
use shindan_finding::ConfigError;

use crate::text::renderer;
use crate::{TextStyle, clean};

/// The errors of a settings file, each with its line of text, as compilers show them.
#[must_use]
pub fn config_errors(errors: &[ConfigError], style: TextStyle) -> String {
    let renderer = renderer(style);
    let mut rendered = String::new();
    for error in errors {
        let text = clean::code(&error.line_text);
        let offset = |column: u32| {
            text.char_indices()
                .nth(column.saturating_sub(1) as usize)
                .map_or(text.len(), |(i, _)| i)
        };
        let start = offset(error.region.start_column);
        let end = if error.region.end_line > error.region.start_line {
            text.len()
        } else {
            offset(error.region.end_column).max(start)
        };
        let snippet = Snippet::source(&*text)
            .line_start(error.region.start_line as usize)
            .path(clean::line(&error.file))
            .annotation(AnnotationKind::Primary.span(start..end));
        let mut group = Level::ERROR
            .primary_title(clean::line(&error.message))
            .element(snippet);
        if let Some(hint) = &error.hint {
            group = group.element(Level::HELP.message(clean::line(hint)));
        }
        rendered += &renderer.render(&[group]);
        rendered += "\n\n";
    }
    rendered
}
