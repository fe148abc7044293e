//! Classes of Java, C# and Ruby that no compiler would take, or that no person would write.

use std::fmt::Write;

use crate::nominal::{CSHARP, JAVA, RUBY, Sources};

#[test]
fn hierarchies_may_run_in_circles() {
    let java = JAVA
        .replace("class Lambda", "class Lambda extends Below")
        .replace("implements ", "implements Round, ");
    let csharp = CSHARP.replace("class Function", "class Function : Below, IRound");
    let ruby = "\
module Round
  include Back
end
module Back
  include Round
  def self.included(base) = base.extend(Round)
end
class Itself < Itself
  def run = super
end
class Above < Below
  include Round
  def handler(event:, context:)
    run(event)
    system('ls ' + event['name'])
  end
end
class Below < Above
  extend Back
end
";
    Sources::new()
        .with(
            "Lambda.java",
            format!(
                "{java}class Below extends Lambda {{}}\ninterface Round extends Back {{}}\n\
                 interface Back extends Round {{}}\nclass Itself extends Itself {{ String f(String x) {{ return super.f(x); }} }}\n"
            ),
        )
        .with(
            "Function.cs",
            format!(
                "{csharp}class Below : Function {{}}\ninterface IRound : IBack {{}}\ninterface IBack : IRound {{}}\n\
                 class Itself<T> : Itself<Itself<T>> {{ string F(string x) {{ return base.F(x); }} }}\n"
            ),
        )
        .with("above.rb", ruby)
        .scan()
        .rest_was_kept(0)
        .finds("Lambda.java:8")
        .finds("Function.cs:9")
        .finds("above.rb:15");
}

#[test]
fn files_may_use_each_other_in_circles() {
    Sources::new()
        .with("one.rb", format!("require_relative 'two'\nrequire_relative 'one'\n{RUBY}"))
        .with("two.rb", "require_relative 'one'\nload 'two.rb'\n")
        .with(
            "One.cs",
            format!("using Second;\nusing A = B;\nusing B = A;\nusing static First.One;\n{CSHARP}namespace First {{ public class One {{ public static void F(string s) {{ Second.Two.G(s); }} }} }}\n"),
        )
        .with(
            "Two.cs",
            "using First;\nnamespace Second { public class Two { public static void G(string s) { One.F(s); } } }\n",
        )
        .with(
            "first/One.java",
            "package first;\nimport second.Two;\nimport static second.Two.*;\npublic class One { public static void f(String s) { g(s); } }\n",
        )
        .with(
            "second/Two.java",
            "package second;\nimport first.One;\nimport static first.One.*;\npublic class Two { public static void g(String s) { f(s); } }\n",
        )
        .scan()
        .rest_was_kept(0)
        .finds("one.rb:4")
        .finds("One.cs:13");
}

#[test]
fn methods_of_a_class_in_300_files_are_all_known() {
    let mut sources = Sources::new();
    for i in 0..300 {
        sources = sources
            .with(
                &format!("part{i:03}.rb"),
                format!("class Shared\n  def m{i}(x)\n    system('ls ' + x)\n  end\nend\n"),
            )
            .with(
                &format!("Part{i:03}.cs"),
                format!(
                    "partial class Shared {{\n  public void M{i}(string x) {{\n    System.Diagnostics.Process.Start(\"/bin/sh\", \"-c \" + x);\n  }}\n}}\n"
                ),
            );
    }
    sources
        .with(
            "last.rb",
            "def handler(event:, context:)\n  Shared.new.m250(event['a'])\nend\n",
        )
        .with(
            "Last.cs",
            CSHARP.replace("Function\n", "Last\n").replace(
                "Process.Start(\"/bin/sh\", \"-c ls \" + ",
                "new Shared().M250(",
            ),
        )
        .scan()
        .rest_was_kept(0)
        .finds_surely("part250.rb:3")
        .finds_surely("Part250.cs:3");
}

#[test]
fn a_class_that_is_opened_six_thousand_times_costs_no_other_file() {
    let mut ruby = String::new();
    for i in 0..6_000 {
        let _ = writeln!(ruby, "class A; def m{i}; end; end");
    }
    Sources::new()
        .with("parts.rb", ruby)
        .scan()
        .rest_was_kept(0);
}

#[test]
fn a_chain_of_five_thousand_bases_is_followed_without_recursion() {
    let (mut java, mut csharp, mut ruby) = (String::new(), String::new(), String::new());
    for i in 0..5_000 {
        let next = i + 1;
        let _ = writeln!(java, "class A{i} extends A{next} {{}}");
        let _ = writeln!(csharp, "class A{i} : A{next} {{}}");
        let _ = writeln!(ruby, "class A{i} < A{next}; end");
    }
    Sources::new()
        .with("Chain.java", java)
        .with("Chain.cs", csharp)
        .with("chain.rb", ruby)
        .scan()
        .rest_was_kept(0);
}
