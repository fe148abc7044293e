//! Functions in Terraform modules and templates of the Serverless Framework.

mod support;

use shindan_artifact::{
    CodeLocation, Discovery, EventKind, FunctionDecl, LayerRef, Limits, TemplateKind, discover,
};
use support::{item, open, zip};

fn find(files: &[(&str, &str)]) -> Discovery {
    discover(&open(zip(&files
        .iter()
        .map(|(path, content)| item(path, content))
        .collect::<Vec<_>>())))
}

fn only(files: &[(&str, &str)]) -> FunctionDecl {
    let mut discovery = find(files);
    assert_eq!(
        (discovery.functions.len(), discovery.notes.as_slice()),
        (1, &[][..]),
        "{discovery:?}"
    );
    discovery.functions.remove(0)
}

fn path(path: &str) -> CodeLocation {
    CodeLocation::Path(path.to_owned())
}

const MAIN: &str = r#"
locals {
  common = { STAGE = "prod" }
}

resource "aws_lambda_function" "api" {
  function_name    = "${var.prefix}-api"
  filename         = data.archive_file.api.output_path
  source_code_hash = data.archive_file.api.output_base64sha256
  handler          = "app.handler"
  runtime          = var.runtime
  layers           = [aws_lambda_layer_version.shared.arn, "arn:aws:lambda:eu-west-1:1:layer:x:1"]
  environment {
    variables = merge(local.common, {
      TABLE = aws_dynamodb_table.t.name
      LEVEL = "debug"
    })
  }
}
"#;

const REST: &str = r#"
variable "runtime" { default = "python3.12" }
data "archive_file" "api" {
  type        = "zip"
  source_dir  = "${path.module}/../src"
  output_path = "${path.module}/api.zip"
}
resource "aws_lambda_layer_version" "shared" {
  filename   = "${path.module}/layer.zip"
  layer_name = "shared"
}
resource "aws_lambda_event_source_mapping" "m" {
  event_source_arn = aws_sqs_queue.q.arn
  function_name    = aws_lambda_function.api.arn
}
resource "aws_lambda_permission" "p" {
  function_name = "${aws_lambda_function.api.function_name}"
  principal     = "apigateway.amazonaws.com"
}
"#;

#[test]
fn terraform_functions_are_read_across_the_files_of_a_module() {
    let layer = String::from_utf8_lossy(&[]).into_owned();
    let found = only(&[
        ("infra/main.tf", MAIN),
        ("infra/rest.tf", REST),
        ("src/app.py", "x"),
        ("infra/layer.zip", &layer),
    ]);
    assert_eq!(
        (found.name.as_str(), found.kind),
        ("api", TemplateKind::Terraform)
    );
    assert_eq!(
        (found.origin.path.as_str(), found.origin.line),
        ("infra/main.tf", 6)
    );
    assert_eq!(
        (found.runtime.as_deref(), found.handler.as_deref()),
        (Some("python3.12"), Some("app.handler"))
    );
    assert_eq!(found.code, path("src"));
    assert_eq!(
        found.layers[0],
        LayerRef::Path("infra/layer.zip".to_owned())
    );
    assert_eq!(
        found.layers[1],
        LayerRef::Elsewhere {
            what: "arn:aws:lambda:eu-west-1:1:layer:x:1".to_owned()
        }
    );
    assert_eq!(found.events, [EventKind::ApiGateway, EventKind::Sqs]);
    let environment: Vec<_> = found
        .environment
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(environment, ["LEVEL=debug", "STAGE=prod"]);
}

#[test]
fn terraform_code_is_found_wherever_it_is_named() {
    let archive = |source: &str| {
        format!(
            "data \"archive_file\" \"a\" {{\n type = \"zip\"\n {source}\n output_path = \"${{path.module}}/a.zip\"\n}}\n"
        )
    };
    let file = archive("source_file = \"${path.module}/src/app.py\"");
    let content = archive("source {\n content = file(\"src/app.py\")\n filename = \"app.py\"\n }");
    let cases = [
        (
            "filename = \"${path.module}/a.zip\"",
            file.as_str(),
            path("src/app.py"),
        ),
        (
            "filename = \"a.zip\"\n source_code_hash = data.archive_file.a.output_base64sha256",
            &file,
            path("src/app.py"),
        ),
        (
            "filename = data.archive_file.a.output_path",
            &content,
            path("src/app.py"),
        ),
    ];
    for (property, archive, expected) in cases {
        let main = format!("{archive}resource \"aws_lambda_function\" \"f\" {{\n {property}\n}}\n");
        assert_eq!(
            only(&[("main.tf", &main), ("src/app.py", "x")]).code,
            expected,
            "{property}"
        );
    }
    let elsewhere = [
        ("filename = \"build/a.zip\"", "it has not been built"),
        (
            "s3_bucket = \"b\"\n s3_key = \"k\"",
            "its code is in a bucket",
        ),
        ("image_uri = \"x\"", "its code is in a container image"),
        (
            "filename = var.unknown",
            "the place of its code is computed",
        ),
    ];
    for (property, expected) in elsewhere {
        let main = format!("resource \"aws_lambda_function\" \"f\" {{\n {property}\n}}\n");
        match only(&[("main.tf", &main)]).code {
            CodeLocation::Elsewhere { why, .. } => assert_eq!(why, expected, "{property}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn terraform_heredocs_are_inline_code() {
    let main = "data \"archive_file\" \"a\" {\n  source {\n    filename = \"index.py\"\n    content  = <<EOT\nimport os\nx = 1\nEOT\n  }\n  output_path = \"a.zip\"\n}\nresource \"aws_lambda_function\" \"f\" {\n  filename = data.archive_file.a.output_path\n}\n";
    let CodeLocation::Inline(code) = only(&[("main.tf", main)]).code else {
        panic!("inline")
    };
    assert_eq!(
        (code.source.as_str(), code.first_line),
        ("import os\nx = 1\n", 5)
    );
}

#[test]
fn the_community_module_for_functions_is_understood() {
    let main = "module \"f\" {\n source = \"terraform-aws-modules/lambda/aws\"\n handler = \"index.handler\"\n runtime = \"nodejs20.x\"\n source_path = [{ path = \"${path.module}/fn\" }]\n environment_variables = { A = \"b\" }\n}\n";
    let found = only(&[("infra/main.tf", main), ("infra/fn/index.js", "x")]);
    assert_eq!((found.name.as_str(), found.code), ("f", path("infra/fn")));
    assert_eq!(found.environment.get("A").map(String::as_str), Some("b"));
}

#[test]
fn broken_and_circular_terraform_does_not_stop_the_search() {
    let circular = "locals {\n a = local.b\n b = local.a\n c = \"${local.d}${local.d}\"\n d = \"${local.c}${local.c}\"\n}\nresource \"aws_lambda_function\" \"f\" {\n handler = local.a\n runtime = local.c\n}\n";
    let discovery = find(&[
        ("bad.tf", "resource \"aws_lambda_function\" {{{"),
        ("x/good.tf", circular),
    ]);
    assert_eq!((discovery.functions.len(), discovery.notes.len()), (1, 1));
    assert_eq!(discovery.functions[0].handler, None);
    assert!(
        discovery.notes[0]
            .text
            .starts_with("is not valid Terraform: line 1"),
        "{:?}",
        discovery.notes
    );
}

#[test]
fn deeply_nested_terraform_is_a_note() {
    let main = format!(
        "resource \"aws_lambda_function\" \"f\" {{\n x = {}\n}}\n",
        "[".repeat(50_000)
    );
    assert_eq!(find(&[("main.tf", &main)]).notes.len(), 1);
}

const SERVERLESS: &str = r"
service: shop
custom:
  runtime: python3.12
provider:
  name: aws
  runtime: ${self:custom.runtime}
  environment:
    STAGE: prod
    TABLE: ${ssm:/table}
layers:
  shared:
    path: layer
functions:
  create:
    handler: src/orders.create
    url: true
    layers:
      - {Ref: SharedLambdaLayer}
    environment:
      STAGE: dev
    events:
      - httpApi: 'POST /orders'
      - stream: {type: kinesis, arn: 'arn:x'}
      - schedule: rate(1 day)
      - s3
";

#[test]
fn serverless_functions_are_read_with_the_providers_defaults() {
    let found = only(&[
        ("shop/serverless.yml", SERVERLESS),
        ("shop/src/orders.py", "x"),
        ("shop/layer/python/a.py", "x"),
    ]);
    assert_eq!(
        (found.name.as_str(), found.kind, found.origin.line),
        ("create", TemplateKind::Serverless, 15)
    );
    assert_eq!(
        (found.runtime.as_deref(), found.handler.as_deref()),
        (Some("python3.12"), Some("src/orders.create"))
    );
    assert_eq!(found.code, path("shop"));
    assert_eq!(found.layers, [LayerRef::Path("shop/layer".to_owned())]);
    assert_eq!(
        found.events,
        [
            EventKind::HttpApi,
            EventKind::FunctionUrl,
            EventKind::S3,
            EventKind::Kinesis,
            EventKind::Schedule
        ]
    );
    assert_eq!(
        found.environment.into_iter().collect::<Vec<_>>(),
        [("STAGE".to_owned(), "dev".to_owned())]
    );
}

#[test]
fn serverless_artifacts_images_and_other_clouds_are_told_apart() {
    let template = |function: &str| {
        format!("provider: {{name: aws}}\nfunctions:\n  f: {{handler: a.b, {function}}}\n")
    };
    let jar = template("package: {artifact: target/a.jar}");
    assert!(
        matches!(only(&[("serverless.yml", &jar)]).code, CodeLocation::Elsewhere { why, .. } if why == "it has not been built")
    );
    let image = template("image: 1.dkr/x");
    assert!(
        matches!(only(&[("serverless.yml", &image)]).code, CodeLocation::Elsewhere { what, .. } if what == "image 1.dkr/x")
    );
    let other = "provider: {name: google}\nfunctions: {f: {handler: a}}\n";
    assert_eq!(find(&[("serverless.yml", other)]), Discovery::default());
    let split = "provider: {name: aws}\nfunctions: ${file(functions.yml)}\n";
    assert_eq!(find(&[("serverless.yml", split)]).notes.len(), 1);
}

#[test]
fn functions_beyond_the_limit_are_named() {
    let limits = Limits {
        functions: 2,
        ..Limits::default()
    };
    let template = "provider: {name: aws}\nfunctions: {a: {handler: a.b}, b: {handler: a.b}, c: {handler: a.b}}\n";
    let bytes = zip(&[item("serverless.yml", template)]);
    let artifact = shindan_artifact::Artifact::from_bytes("x.zip", bytes, &limits).expect("opens");
    let discovery = discover(&artifact);
    assert_eq!(discovery.functions.len(), 2);
    assert!(
        discovery.notes[0]
            .text
            .starts_with("declares more functions than are listed")
    );
}

#[test]
fn defaults_that_multiply_do_not_exhaust_memory() {
    let functions: String = (0..4000)
        .map(|n| format!("  f{n}: {{handler: a.b}}\n"))
        .collect();
    let variables: String = (0..500)
        .map(|n| format!("    V{n}: {}\n", "x".repeat(2000)))
        .collect();
    let template =
        format!("provider:\n  name: aws\n  environment:\n{variables}functions:\n{functions}");
    let discovery = find(&[("serverless.yml", &template)]);
    assert!(
        discovery.functions.len() < 100,
        "{}",
        discovery.functions.len()
    );
    assert_eq!(discovery.notes.len(), 1);
}

#[test]
fn references_that_multiply_end() {
    let mut locals = "locals {\n l0 = \"\"\n".to_owned();
    for level in 1..8 {
        locals += &format!(
            " l{level} = \"{}\"\n",
            format!("${{local.l{}}}", level - 1).repeat(200)
        );
    }
    let main = format!(
        "{locals}}}\nresource \"aws_lambda_function\" \"f\" {{\n handler = local.l7\n runtime = local.l1\n}}\n"
    );
    let found = only(&[("main.tf", &main)]);
    assert_eq!((found.handler, found.runtime.as_deref()), (None, Some("")));
}
