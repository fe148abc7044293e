//! The blocks around a line of a template, by indentation.
//!
//! YAML, JSON and HCL as people and tools print them all indent what is inside a block; that is enough to tell
//! whether a line stands among the environment variables of a function, and works on templates that do not parse.

/// How far back to look: more than the properties of any one resource.
const LOOK_BACK: usize = 32 << 10;

/// How many enclosing blocks to name.
const DEPTH: usize = 4;

/// The names of the blocks around `offset`, innermost first, in lower case, without quotes and punctuation.
pub(crate) fn enclosing_blocks(text: &str, offset: usize) -> Vec<String> {
    let mut from = offset.saturating_sub(LOOK_BACK);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut lines = text.get(from..offset).unwrap_or("").rsplit('\n');
    let mut indent = indentation(lines.next().unwrap_or(""));
    let mut out = Vec::new();
    for line in lines {
        let own = indentation(line);
        let content = line.trim();
        if own < indent && content.starts_with(|c: char| c.is_alphanumeric() || "\"'-_".contains(c))
        {
            indent = own;
            out.push(block_name(content));
            if out.len() == DEPTH || own == 0 {
                break;
            }
        }
    }
    out
}

/// Whether these blocks are the environment of a Lambda function or another service.
pub(crate) fn is_environment(blocks: &[String]) -> bool {
    let is = |i: usize, name: &str| blocks.get(i).is_some_and(|b| b == name);
    is(0, "environment") || (is(0, "variables") && (is(1, "environment") || is(1, "globals")))
}

/// The parameter or variable whose default this would be.
pub(crate) fn parameter_name(blocks: &[String]) -> Option<&str> {
    let inner = blocks.first()?;
    if let Some(rest) = inner.strip_prefix("variable ") {
        return Some(rest.trim_matches(|c: char| c == '"' || c.is_whitespace()));
    }
    (blocks.get(1).is_some_and(|b| b == "parameters")).then_some(inner.as_str())
}

/// A list item counts as deeper than a key in the same column, as YAML has it.
fn indentation(line: &str) -> usize {
    let spaces = line.len() - line.trim_start_matches([' ', '\t']).len();
    let item = line[spaces..].starts_with("- ");
    spaces * 2 + usize::from(item)
}

fn block_name(content: &str) -> String {
    let name = content
        .trim_start_matches("- ")
        .trim_end_matches(['{', '[', ' ', '=', ':']);
    name.trim_matches(['"', '\'']).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<String> {
        enclosing_blocks(text, text.len())
    }

    #[test]
    fn blocks_of_yaml_json_and_hcl() {
        let sam =
            "A:\n  Properties:\n    Environment:\n      Variables:\n        X: 1\n        Y: ";
        assert_eq!(blocks(sam), ["variables", "environment", "properties", "a"]);
        let cdk = "{\n \"Environment\": {\n  \"Variables\": {\n   \"Y\": ";
        assert!(is_environment(&blocks(cdk)));
        let terraform = "resource \"a\" \"b\" {\n  environment {\n    variables = {\n      Y = ";
        assert!(is_environment(&blocks(terraform)));
        let compose = "a:\n  environment:\n  - X=1\n  - Y=";
        assert!(is_environment(&blocks(compose)));
        assert!(!is_environment(&blocks("Metadata:\n  Variables:\n    Y: ")));
    }

    #[test]
    fn parameters_are_named() {
        assert_eq!(
            parameter_name(&blocks("Parameters:\n  DbPassword:\n    Default: ")),
            Some("dbpassword")
        );
        assert_eq!(
            parameter_name(&blocks("variable \"db_password\" {\n  default = ")),
            Some("db_password")
        );
        assert_eq!(
            parameter_name(&blocks("Outputs:\n  DbPassword:\n    Default: ")),
            None
        );
    }
}
