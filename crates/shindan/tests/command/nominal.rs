//! Sound handlers of Java, C# and Ruby, to stand beside sources that are not.

use crate::support::{Sandbox, Scan};

/// A handler with a weakness in line 8.
pub(crate) const JAVA: &str = r#"import java.util.Map;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

public class Lambda implements RequestHandler<Map<String, String>, String> {
    public String handleRequest(Map<String, String> event, Context context) {
        try {
            Runtime.getRuntime().exec("ls " + event.get("name"));
        } catch (Exception error) { throw new RuntimeException(error); }
        return "";
    }
}
"#;

/// A handler with a weakness in line 9.
pub(crate) const CSHARP: &str = r#"using System.Diagnostics;
using System.Collections.Generic;
using Amazon.Lambda.Core;

public class Function
{
    public void FunctionHandler(Dictionary<string, string> input, ILambdaContext context)
    {
        Process.Start("/bin/sh", "-c ls " + input["name"]);
    }
}
"#;

/// A handler with a weakness in line 2.
pub(crate) const RUBY: &str = "\
def handler(event:, context:)
  system('ls ' + event['name'])
end
";

/// The sources of one test: each is written, with three sound ones beside them.
pub(crate) struct Sources(Sandbox);

impl Sources {
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::new();
        for (name, content) in [
            ("Lambda.java", JAVA),
            ("Function.cs", CSHARP),
            ("app.rb", RUBY),
        ] {
            sandbox.write(&format!("input/sound/{name}"), content);
        }
        Self(sandbox)
    }

    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.0.write(&format!("input/{name}"), content);
        self
    }

    pub(crate) fn scan(&self) -> Answer {
        Answer(self.0.scan("input"))
    }
}

/// What came of them.
pub(crate) struct Answer(Scan);

impl Answer {
    /// Asserts that nothing was lost of the sound sources, and that the scan is complete or not.
    #[track_caller]
    pub(crate) fn rest_was_kept(&self, code: i32) -> &Self {
        let scan = &self.0;
        assert_eq!(scan.code, code, "{:#?}\n{}", scan.remarks(), scan.err);
        assert_eq!(scan.report["coverage"]["complete"], code == 0);
        self.finds("sound/Lambda.java:8")
            .finds("sound/Function.cs:9")
            .finds("sound/app.rb:2")
    }

    /// Asserts that a weakness was found in this place.
    #[track_caller]
    pub(crate) fn finds(&self, place: &str) -> &Self {
        let findings = self.0.findings();
        let wanted = format!("command-injection {place}");
        assert!(
            findings.contains(&wanted),
            "{wanted} is not among {findings:#?}\n{:#?}",
            self.0.remarks()
        );
        self
    }

    /// Asserts that the weakness was found with the handler's data in it.
    #[track_caller]
    pub(crate) fn finds_surely(&self, place: &str) -> &Self {
        let findings = self.0.report["findings"].as_array();
        let is_sure = findings.into_iter().flatten().any(|finding| {
            let at = &finding["location"];
            finding["confidence"] == "high"
                && format!(
                    "{}:{}",
                    at["path"].as_str().unwrap_or_default(),
                    at["startLine"]
                ) == place
        });
        assert!(is_sure, "{place} has no finding of high confidence");
        self
    }

    /// Asserts that `path` is remarked on with these words.
    #[track_caller]
    pub(crate) fn says(&self, path: &str, words: &str) -> &Self {
        self.0.says(path, words);
        self
    }

    /// Asserts that nothing is remarked on `path`.
    #[track_caller]
    pub(crate) fn is_silent_on(&self, path: &str) -> &Self {
        let remarks = self.0.remarks();
        let start = format!("{path}: ");
        assert!(
            !remarks.iter().any(|r| r.starts_with(&start)),
            "{remarks:#?}"
        );
        self
    }
}
