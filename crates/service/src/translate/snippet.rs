//! The lines of code around a finding, in the form that the API answers and within its bounds.

use shindan_finding::{DetectorInfo, Finding};
use shindan_inspector::{CodeLine, CodeSnippet, SuggestedFix};

/// The most lines (the API's model).
const MAX_LINES: usize = 20;
/// The longest line, in characters (the API's model).
const MAX_LINE: usize = 240;
/// The longest description of a fix, in characters (the API's model).
const MAX_DESCRIPTION: usize = 1000;
/// The longest code of a fix, in characters (the API's model).
const MAX_CODE: usize = 2500;

/// The snippet of a finding as JSON; `None` when the scan kept no lines.
pub(super) fn snippet(finding: &Finding, info: Option<&DetectorInfo>) -> Option<Vec<u8>> {
    let kept = finding.location.snippet.as_ref()?;
    let lines: Vec<CodeLine> = kept
        .lines()
        .take(MAX_LINES)
        .map(|(line_number, text)| CodeLine {
            content: text.chars().take(MAX_LINE).collect(),
            line_number,
        })
        .collect();
    let last = lines.last()?.line_number;
    let fix = info
        .map(|info| info.fix.trim())
        .filter(|fix| !fix.is_empty());
    let suggested_fixes = fix.map(|fix| SuggestedFix {
        description: fix.chars().take(MAX_DESCRIPTION).collect(),
        code: first_code(fix).map(str::to_owned),
    });
    serde_json::to_vec(&CodeSnippet {
        start_line: kept.first_line,
        end_line: last,
        code_snippet: lines,
        suggested_fixes: suggested_fixes.into_iter().collect(),
    })
    .ok()
}

/// The first block of code in a Markdown text that fits.
fn first_code(markdown: &str) -> Option<&str> {
    let (_, block) = markdown.split_once("```")?;
    let (_, code) = block.split_once('\n')?;
    let (code, _) = code.split_once("```")?;
    let code = code.trim_end();
    (!code.is_empty() && code.chars().nth(MAX_CODE).is_none()).then_some(code)
}
