//! Whether own code uses a vulnerable package, in each language.

use crate::dependencies::{RECORD, findings, sandbox, scan};
use crate::support::{GOOD, Sandbox};

/// The use of the only vulnerable package, whose name is `name`, in `folder`.
fn usage(sandbox: &Sandbox, folder: &str, ecosystem: &str, name: &str) -> String {
    let record = RECORD
        .replace("\"PyPI\"", &format!("\"{ecosystem}\""))
        .replace("\"tool\"", &format!("\"{name}\""));
    sandbox.write(&format!("{folder}-known/GHSA-a.json"), record);
    let known = format!("{folder}-known");
    let made = sandbox.run(&["db", "update", "--db", "db", "--from", &known, "--quiet"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let scan = scan(sandbox, folder, &[]);
    let found = findings(&scan).iter().find(|f| f["kind"] == "dependency");
    let package = &found.unwrap_or_else(|| panic!("{}", scan.text))["vulnerability"]["packages"][0];
    package["usage"].as_str().expect("a word").to_owned()
}

#[test]
fn what_is_installed_tells_what_a_gem_is_required_as() {
    let sandbox = sandbox();
    let gem = "ruby/vendor/bundle/ruby/3.3.0";
    let spec = "Gem::Specification.new do |s|\n  s.name = \"odd-name\".freeze\n  s.version = \"1.3\"\nend\n";
    sandbox.write(&format!("{gem}/specifications/odd-name-1.3.gemspec"), spec);
    sandbox.write(&format!("{gem}/gems/odd-name-1.3/lib/other/part.rb"), "");
    for (line, expected) in [
        ("require 'other/part'", "imported"),
        ("require \"other/part.rb\"", "imported"),
        ("require 'odd'", "not-imported"),
        ("require 'other'", "not-imported"),
        ("require 'bundler/setup'\nBundler.require", "unknown"),
    ] {
        sandbox.write(
            "ruby/app.rb",
            format!("{line}\ndef handler(event:, context:)\nend\n"),
        );
        assert_eq!(
            usage(&sandbox, "ruby", "RubyGems", "odd-name"),
            expected,
            "{line}"
        );
    }
}

#[test]
fn a_locked_gem_is_known_by_its_name_or_the_table() {
    let sandbox = sandbox();
    let lock = |name: &str| {
        format!(
            "GEM\n  remote: https://registry.example/\n  specs:\n    {name} (1.3)\n\nDEPENDENCIES\n  {name}\n"
        )
    };
    for (name, line, expected) in [
        ("net-tool", "require 'net/tool'", "imported"),
        ("net-tool", "require 'net'", "unknown"),
        ("activesupport", "require 'active_support/all'", "imported"),
        ("activesupport", "require 'json'", "not-imported"),
    ] {
        sandbox.write("ruby/Gemfile.lock", lock(name));
        sandbox.write(
            "ruby/app.rb",
            format!("{line}\ndef handler(event:, context:)\nend\n"),
        );
        assert_eq!(
            usage(&sandbox, "ruby", "RubyGems", name),
            expected,
            "{line}"
        );
    }
}

/// A jar with these empty files beside the metadata of `packages`.
fn jar(packages: &[&str], files: &[&str]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| {
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .expect("memory");
        std::io::Write::write_all(&mut writer, text.as_bytes()).expect("memory");
    };
    for package in packages {
        let text = format!("groupId=org.example\nartifactId={package}\nversion=1.3\n");
        add(
            &format!("META-INF/maven/org.example/{package}/pom.properties"),
            &text,
        );
    }
    files.iter().for_each(|file| add(file, ""));
    writer.finish().expect("memory").into_inner()
}

#[test]
fn the_classes_of_a_jar_tell_whether_java_imports_it() {
    let sandbox = sandbox();
    let classes = ["net/other/Tool.class", "net/other/inner/Part.class"];
    let app = |line: &str| {
        format!("package app;\n{line}\nclass App {{ Object handle(Object o) {{ return o; }} }}\n")
    };
    for (line, expected) in [
        ("import net.other.Tool;", "imported"),
        ("import net.other.*;", "imported"),
        ("import net.other.Tool.Member;", "imported"),
        ("import static net.other.inner.Part.made;", "imported"),
        ("class Other { net.other.Tool tool; }", "imported"),
        ("import net.other.Missing;", "not-imported"),
        ("import org.example.tool.Tool;", "not-imported"),
    ] {
        sandbox.write("java/lib/tool-1.3.jar", jar(&["tool"], &classes));
        sandbox.write("java/src/App.java", app(line));
        assert_eq!(
            usage(&sandbox, "java", "Maven", "org.example:tool"),
            expected,
            "{line}"
        );
    }
    // Whose classes a jar with several packages has, nobody tells.
    sandbox.write("java/lib/tool-1.3.jar", jar(&["tool", "more"], &classes));
    sandbox.write("java/src/App.java", app("import net.other.Tool;"));
    assert_eq!(
        usage(&sandbox, "java", "Maven", "org.example:tool"),
        "unknown"
    );
}

#[test]
fn namespaces_of_csharp_are_compared_with_the_names_of_packages() {
    let sandbox = sandbox();
    for (name, line, expected) in [
        ("Example.Tool", "using Example.Tool.Parts;", "imported"),
        ("Example.Tool", "global using Example.Tool;", "imported"),
        (
            "Example.Tool",
            "class Other { example.tool.Part part; }",
            "imported",
        ),
        ("Example.Tool", "using Example;", "unknown"),
        ("AWSSDK.S3", "using Amazon.S3.Model;", "imported"),
        ("AWSSDK.S3", "using Amazon.Runtime;", "not-imported"),
    ] {
        let asked = format!(
            "<packages><package id=\"{name}\" version=\"1.3.0\" targetFramework=\"net48\" /></packages>"
        );
        sandbox.write("net/packages.config", asked);
        sandbox.write(
            "net/App.cs",
            format!("{line}\nclass App {{ object Handle(object o) {{ return o; }} }}\n"),
        );
        assert_eq!(usage(&sandbox, "net", "NuGet", name), expected, "{line}");
    }
}

#[test]
fn assemblies_in_deps_json_tell_namespaces_of_csharp() {
    let sandbox = sandbox();
    let deps = r#"{"runtimeTarget": {"name": "net8"}, "targets": {"net8": {
        "Odd.Tool/1.3.0": {"runtime": {"lib/net8.0/Example.Parts.dll": {}}}}},
        "libraries": {"Odd.Tool/1.3.0": {"type": "package", "serviceable": true, "sha512": ""}}}"#;
    sandbox.write("net/app.deps.json", deps);
    for (line, expected) in [
        ("using Example.Parts.Inner;", "imported"),
        ("using Odd.Tool;", "imported"),
        ("using Example;", "unknown"),
    ] {
        let code = format!("{line}\nclass App {{ object Handle(object o) {{ return o; }} }}\n");
        sandbox.write("net/App.cs", code);
        assert_eq!(
            usage(&sandbox, "net", "NuGet", "Odd.Tool"),
            expected,
            "{line}"
        );
    }
}

#[test]
fn modules_of_python_are_told_by_name_or_by_the_table() {
    let sandbox = sandbox();
    for (name, line, expected) in [
        ("odd-tool", "import odd_tool.parts", "imported"),
        ("odd-tool", "import json", "unknown"),
        ("PyYAML", "from yaml import load", "imported"),
        ("PyYAML", "import json", "not-imported"),
        ("protobuf", "from google import protobuf", "imported"),
        ("protobuf", "import google.auth", "not-imported"),
    ] {
        sandbox.write("python/requirements.txt", format!("{name}==1.3\n"));
        sandbox.write("python/app.py", format!("{line}\n{GOOD}"));
        assert_eq!(usage(&sandbox, "python", "PyPI", name), expected, "{line}");
    }
}
