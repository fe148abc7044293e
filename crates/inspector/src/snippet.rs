use serde::{Deserialize, Serialize};

/// The lines of code around a finding and how to repair it: the API's `CodeSnippetResult` without the finding's ARN. It is
/// what is sealed, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeSnippet {
    /// First line, from 1.
    pub start_line: u32,
    /// Last line.
    pub end_line: u32,
    /// 1 to 20 lines.
    pub code_snippet: Vec<CodeLine>,
    /// At most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggested_fixes: Vec<SuggestedFix>,
}

/// A line of code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeLine {
    /// At most 240 characters.
    pub content: String,
    /// From 1.
    pub line_number: u32,
}

/// How to repair it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SuggestedFix {
    /// In words, 1 to 1,000 characters.
    pub description: String,
    /// As code, 1 to 2,500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}
