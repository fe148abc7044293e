//! Files of Java, C# and Ruby that are no source, or are cut, huge, deep or in another encoding: they cost themselves.

use crate::nominal::{CSHARP, JAVA, RUBY, Sources};
use crate::support::Archive;

#[test]
fn compiled_files_beside_sources_are_named() {
    let jar = Archive::new()
        .packed("shop/Cart.class", b"\xca\xfe\xba\xbe\0\0\0\x41")
        .finish();
    Sources::new()
        .with("classes/Lambda.class", b"\xca\xfe\xba\xbe\0\0\0\x41")
        .with("classes/Torn.class", b"\xca\xfe")
        .with("bin/Function.dll", b"MZ\x90\0\x03\0\0\0")
        .with("lib/cart.jar", &jar)
        .with("lib/torn.jar", &jar[..jar.len() / 2])
        .scan()
        .rest_was_kept(3)
        .says(
            "classes/Lambda.class",
            "compiled Java code is not analysed yet; here and in 2 more",
        )
        .says("bin/Function.dll", "compiled .NET code is not analysed")
        .says("lib/torn.jar", "");
}

#[test]
fn a_package_of_assemblies_alone_is_not_called_clean() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.write("input/Function.dll", b"MZ\x90\0\x03\0\0\0");
    let scan = sandbox.scan("input");
    assert_eq!(scan.code, 3, "{:#?}", scan.remarks());
    scan.says("Function.dll", "compiled .NET code is not analysed");
}

#[test]
fn byte_order_marks_hide_nothing() {
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    Sources::new()
        .with("Marked.java", marked(JAVA))
        .with("Marked.cs", marked(CSHARP))
        .with("marked.rb", marked(RUBY))
        .scan()
        .rest_was_kept(0)
        .finds("Marked.java:8")
        .finds("Marked.cs:9")
        .finds("marked.rb:2");
}

#[test]
fn utf_16_is_read_with_a_mark_and_named_without() {
    let little =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let big = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let mut sources = Sources::new();
    for (name, text) in [("A.java", JAVA), ("A.cs", CSHARP), ("a.rb", RUBY)] {
        sources = sources
            .with(
                &format!("le/{name}"),
                [b"\xff\xfe", &little(text)[..]].concat(),
            )
            .with(
                &format!("be/{name}"),
                [b"\xfe\xff", &big(text)[..]].concat(),
            )
            .with(
                &format!("cut/{name}"),
                [b"\xfe\xff", &big(text)[..], b"\0"].concat(),
            )
            .with(&format!("bare/{name}"), little(text));
    }
    let answer = sources.scan();
    answer.rest_was_kept(3);
    for (name, line) in [("A.java", 8), ("A.cs", 9), ("a.rb", 2)] {
        for folder in ["le", "be", "cut"] {
            answer
                .finds(&format!("{folder}/{name}:{line}"))
                .says(&format!("{folder}/{name}"), "UTF-16");
        }
        answer.says(&format!("bare/{name}"), "NUL bytes");
    }
}

/// `表` ends in the byte of a backslash, which must not escape the quote behind it.
#[test]
fn a_backslash_inside_a_character_of_shift_jis_does_not_end_the_file() {
    let sjis = |text: &str| -> Vec<u8> {
        let text = text
            .replace('表', "\u{1}")
            .replace('あ', "\u{2}")
            .into_bytes();
        let bytes = text.iter().flat_map(|byte| match byte {
            1 => &b"\x95\x5c"[..],
            2 => &b"\x82\xa0"[..],
            other => std::slice::from_ref(other),
        });
        bytes.copied().collect()
    };
    Sources::new()
        .with(
            "A.java",
            sjis(&format!(
                "// あ表\n{}",
                JAVA.replace("\"ls \"", "\"表\" + \"ls \"")
            )),
        )
        .with(
            "A.cs",
            sjis(&format!(
                "// あ表\n{}",
                CSHARP.replace("\"-c ls \"", "\"-c 表\" + \" \"")
            )),
        )
        .with(
            "a.rb",
            sjis(&format!(
                "# -*- coding: Shift_JIS -*-\n# あ表\n{}",
                RUBY.replace("'ls '", "'表' + 'ls '")
            )),
        )
        .scan()
        .rest_was_kept(0)
        .finds("A.java:9")
        .finds("A.cs:10")
        .finds("a.rb:4")
        .says("A.java", "Shift_JIS")
        .says("A.cs", "Shift_JIS")
        .says("a.rb", "Shift_JIS");
}

#[test]
fn sources_above_two_megabytes_are_named() {
    let fill = |head: &str, line: &str, tail: &str| {
        format!("{head}{}{tail}", line.repeat((2 << 20) / line.len() + 1))
    };
    Sources::new()
        .with(
            "Big.java",
            fill("class Big {\n", "  int f() { return 1; }\n", "}\n"),
        )
        .with(
            "Big.cs",
            fill("class Big {\n", "  int F() { return 1; }\n", "}\n"),
        )
        .with("big.rb", fill("class Big\n", "  def f = 1\n", "end\n"))
        .scan()
        .rest_was_kept(3)
        .says("Big.java", "searched for secrets only")
        .says("Big.cs", "searched for secrets only")
        .says("big.rb", "searched for secrets only");
}

#[test]
fn methods_of_large_generated_classes_cost_linear_time() {
    let methods = |method: &dyn Fn(usize) -> String| (0..10_000).map(method).collect::<String>();
    Sources::new()
        .with(
            "Big.java",
            format!(
                "class Big {{\n{}}}\n",
                methods(&|i| format!("void f{i}() {{}}\n"))
            ),
        )
        .with(
            "Big.cs",
            format!(
                "class Big {{\n{}}}\n",
                methods(&|i| format!("void F{i}() {{}}\n"))
            ),
        )
        .with(
            "big.rb",
            format!(
                "class Big\n{}end\n",
                methods(&|i| format!("def f{i}; end\n"))
            ),
        )
        .scan()
        .rest_was_kept(0);
}

#[test]
fn lines_of_a_megabyte_hide_nothing_around_them() {
    let text = "x".repeat(1 << 20);
    Sources::new()
        .with(
            "Long.java",
            format!("{JAVA}class Long {{ String s = \"{text}\"; }}\n"),
        )
        .with(
            "Long.cs",
            format!("{CSHARP}class Long {{ string s = \"{text}\"; }}\n"),
        )
        .with("long.rb", format!("{RUBY}S = '{text}'\n"))
        .scan()
        .rest_was_kept(0)
        .finds("Long.java:8")
        .finds("Long.cs:9")
        .finds("long.rb:2");
}

/// Each file nests one construct 4,000 times, closed and left open.
#[test]
fn deep_nesting_costs_its_file() {
    const DEEP: usize = 4_000;
    let many = |text: &str| format!("{}\n", text.repeat(20)).repeat(DEEP / 20);
    let in_braces = |code: String| format!("class P {{\nObject f() {{\n{code}\n}}\n}}\n");
    let nested = [
        ("parentheses", "x = ", "(", ")", ";"),
        ("blocks", "", "{", "}", ""),
        ("conditions", "", "if (a) {", "}", ""),
        ("types", "", "A<", ">", " x;"),
    ];
    let mut sources = Sources::new();
    let mut names = Vec::new();
    for (name, head, open, close, tail) in nested {
        let inner = if name == "types" { "B" } else { "1;" };
        let inner = if name == "parentheses" { "1" } else { inner };
        let closed = format!("{head}{}{inner}{}{tail}", many(open), many(close));
        let unclosed = format!("{head}{}", many(open));
        for (state, code) in [("closed", closed), ("open", unclosed)] {
            for ending in ["java", "cs"] {
                let path = format!("{name}_{state}.{ending}");
                sources = sources.with(&path, in_braces(code.clone()));
                names.push(path);
            }
        }
    }
    for (name, open, close) in [
        ("parentheses", "(", ")"),
        ("lists", "[", "]"),
        ("blocks", "f { ", "}"),
        ("conditions", "if a\n", "end\n"),
        ("texts", "\"#{", "}\""),
    ] {
        for (state, close) in [("closed", close), ("open", "")] {
            let path = format!("{name}_{state}.rb");
            let code = format!("x = {}1{}\n", open.repeat(DEEP), close.repeat(DEEP));
            sources = sources.with(&path, code);
            names.push(path);
        }
    }
    let answer = sources.scan();
    answer.rest_was_kept(3);
    for path in names {
        answer.says(&path, "line ");
    }
}

#[test]
fn both_sides_of_a_conditional_section_are_read() {
    let sided = CSHARP.replace("        Process", "#if DEBUG\n        Process").replace(
        "\"name\"]);",
        "\"name\"]);\n#else\n        Process.Start(\"/bin/sh\", \"-c cat \" + input[\"b\"]);\n#endif",
    );
    // The brace of a method stands on both sides, so that only one of them can be read.
    let split = CSHARP.replace(
        "    public void",
        "#if A\n    public int\n#else\n    public void\n#endif\n       ",
    );
    Sources::new()
        .with("Both.cs", &sided)
        .with("Open.cs", sided.replace("#endif", ""))
        .with(
            "Stray.cs",
            format!("#endif\n#else\n#elif\n{CSHARP}#endif\n"),
        )
        .with(
            "Split.cs",
            split.replace("FunctionHandler", " FunctionHandler"),
        )
        .with("Off.cs", format!("#if false\n{CSHARP}"))
        .with("Cut.cs", format!("#if A\n{CSHARP}#el"))
        .with(
            "Deep.cs",
            format!(
                "{}{CSHARP}{}",
                "#if A\n".repeat(2000),
                "#endif\n".repeat(2000)
            ),
        )
        .with("DeepOpen.cs", format!("{}{CSHARP}", "#if A\n".repeat(2000)))
        .scan()
        .rest_was_kept(3)
        .is_silent_on("Both.cs")
        .finds("Both.cs:10")
        .finds("Both.cs:12")
        .says("Open.cs", "`#endif` is missing")
        .finds("Open.cs:10")
        .finds("Open.cs:12")
        .says("Stray.cs", "line 1")
        .finds("Stray.cs:12")
        .finds("Split.cs:14")
        .says(
            "Off.cs",
            "this side of a conditional section was not analysed",
        )
        .says("Cut.cs", "line ")
        .finds("Cut.cs:10")
        .says("Deep.cs", "nested deeper than")
        .finds("DeepOpen.cs:2009");
}

#[test]
fn files_cut_anywhere_say_so() {
    let mut sources = Sources::new();
    let mut cut = Vec::new();
    for (name, ending, text) in [
        ("Cut", "java", JAVA),
        ("Cut", "cs", CSHARP),
        ("cut", "rb", RUBY),
    ] {
        // The last line ends the outermost body: whatever misses it is cut.
        let start = text
            .find("handler")
            .or(text.find("andle"))
            .expect("it has a handler");
        let end = text.trim_end().rfind('\n').expect("it has lines");
        for at in (start..end).step_by(11) {
            let path = format!("{name}{at}.{ending}");
            sources = sources.with(&path, &text[..at]);
            cut.push(path);
        }
    }
    let answer = sources.scan();
    answer.rest_was_kept(3);
    for path in cut {
        answer.says(&path, "line ");
    }
}

#[test]
fn templates_cut_anywhere_cost_themselves() {
    let erb = "<h1><%= raw @x %></h1>\n<% @a.each do |a| %>\n  <%= system('ls ' + params[:a]) %>\n<% end %>\n";
    let haml = "%h1{a: 1, b: \"#{x}\"}= raw @x\n- @a.each do |a|\n  = system('ls ' + params[:a])\n  %p{ \"a\" =>\n     1}\n";
    let slim = "h1 class=x == raw @x\n- @a.each do |a|\n  = system('ls ' + params[:a])\n  p[a=1\n   b=2]\n";
    let mut sources = Sources::new();
    for (ending, text) in [("erb", erb), ("haml", haml), ("slim", slim)] {
        for at in 1..text.len() {
            sources = sources.with(
                &format!("app/views/{ending}{at}.html.{ending}"),
                &text[..at],
            );
        }
    }
    let answer = sources
        .with("app/views/many.html.erb", "<%= ".repeat(20_000))
        .with("app/views/open.html.erb", "<% if a %>\n".repeat(4_000))
        .with("app/views/wide.html.haml", "%p{".repeat(20_000))
        .with(
            "app/views/flat.html.haml",
            "- if a\n  - if b\n".repeat(4_000),
        )
        .scan();
    answer
        .rest_was_kept(3)
        // The tag in which the weakness lies is whole, the loop around it is not.
        .finds(&format!(
            "app/views/erb{}.html.erb:3",
            erb.find("<% end").expect("there")
        ))
        .says(
            &format!(
                "app/views/erb{}.html.erb",
                erb.find("<% end").expect("there")
            ),
            "`end`",
        )
        .finds(&format!(
            "app/views/haml{}.html.haml:3",
            haml.find("  %p").expect("there")
        ))
        .finds(&format!(
            "app/views/slim{}.html.slim:3",
            slim.find("  p[").expect("there")
        ))
        .says("app/views/open.html.erb", "nested deeper than");
}
