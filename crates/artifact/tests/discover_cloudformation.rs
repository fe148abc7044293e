//! Functions in SAM, CloudFormation and CDK templates.

mod support;

use shindan_artifact::{
    CodeLocation, Discovery, EventKind, FunctionDecl, InlineCode, Language, LayerRef, TemplateKind,
    discover,
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

fn elsewhere(what: &str, why: &str) -> CodeLocation {
    CodeLocation::Elsewhere {
        what: what.to_owned(),
        why: why.to_owned(),
    }
}

const SAM: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Runtime: {Type: String, Default: python3.12}
Globals:
  Function:
    Runtime: !Ref Runtime
    Environment:
      Variables:
        TABLE: !Ref Table
        STAGE: prod
        LEVEL: debug
    Layers: [!Ref Shared]
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      FunctionUrlConfig: {AuthType: NONE}
      Environment:
        Variables: {LEVEL: info, PORT: 80}
      Layers:
        - !Sub "arn:aws:lambda:${AWS::Region}:1:layer:powertools:1"
      Events:
        Api: {Type: Api, Properties: {Path: /, Method: get}}
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt Queue.Arn}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: ../layers/shared}
  Queue: {Type: AWS::SQS::Queue}
"#;

#[test]
fn sam_globals_layers_events_and_environment_are_applied() {
    // The name of the file does not matter.
    let found = only(&[
        ("app/infra.yml", SAM),
        ("app/src/app.py", "x"),
        ("layers/shared/python/a.py", "x"),
    ]);
    assert_eq!(
        (found.name.as_str(), found.kind, found.origin.line),
        ("Hello", TemplateKind::Sam, 15)
    );
    assert_eq!(
        (found.runtime.as_deref(), found.handler.as_deref()),
        (Some("python3.12"), Some("app.handler"))
    );
    assert_eq!(found.code, path("app/src"));
    assert_eq!(found.layers[0], LayerRef::Path("layers/shared".to_owned()));
    assert!(matches!(&found.layers[1], LayerRef::Elsewhere { .. }));
    assert_eq!(
        found.events,
        [
            EventKind::ApiGateway,
            EventKind::FunctionUrl,
            EventKind::Sqs
        ]
    );
    let environment: Vec<_> = found
        .environment
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(environment, ["LEVEL=info", "PORT=80", "STAGE=prod"]);
}

#[test]
fn code_that_is_elsewhere_is_listed_with_the_reason() {
    let cases = [
        (
            "CodeUri: s3://bucket/key.zip",
            elsewhere("s3://bucket/key.zip", "its code is in a bucket"),
        ),
        (
            "CodeUri: {Bucket: b, Key: !Ref K}",
            elsewhere("s3://b/${K}", "its code is in a bucket"),
        ),
        (
            "CodeUri: target/app.jar",
            elsewhere("target/app.jar", "it has not been built"),
        ),
        (
            "CodeUri: missing/",
            elsewhere("missing/", "there is no such file or folder"),
        ),
        (
            "CodeUri: ../outside",
            elsewhere("../outside", "its path leads out of the scanned folder"),
        ),
        (
            "PackageType: Image",
            elsewhere("container image", "its code is in a container image"),
        ),
        (
            "ImageUri: 1.dkr.ecr.aws/x:1",
            elsewhere(
                "image 1.dkr.ecr.aws/x:1",
                "its code is in a container image",
            ),
        ),
        ("Handler: a.b", path("")),
    ];
    for (property, expected) in cases {
        let template = format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      {property}\n"
        );
        assert_eq!(only(&[("t.yaml", &template)]).code, expected, "{property}");
    }
}

#[test]
fn inline_code_keeps_its_place_in_the_template() {
    let template = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.12\n      Handler: index.handler\n      Code:\n        ZipFile: |\n\n          import os\n          def handler(e, c):\n            os.system(e)\n";
    let CodeLocation::Inline(code) = only(&[("t.yaml", template)]).code else {
        panic!("inline")
    };
    let expected = InlineCode {
        template: "t.yaml".to_owned(),
        language: Some(Language::Python),
        source: "\nimport os\ndef handler(e, c):\n  os.system(e)\n".to_owned(),
        first_line: 9,
        indent: 10,
        lines_match: true,
    };
    assert_eq!(code, expected);
    let line = usize::try_from(code.first_line).expect("small") + 2;
    assert_eq!(
        template.lines().nth(line - 1),
        Some("          def handler(e, c):")
    );
}

#[test]
fn inline_code_is_found_behind_sub_and_join_and_in_sam() {
    let inline = |properties: &str, kind: &str| {
        let template = format!(
            "{{\"Resources\": {{\"F\": {{\"Type\": \"AWS::{kind}::Function\", \"Properties\": {{{properties}}}}}}}}}"
        );
        match only(&[("t.json", &template)]).code {
            CodeLocation::Inline(code) => (code.source, code.lines_match),
            other => panic!("{other:?}"),
        }
    };
    let joined = inline(
        r#""Code": {"ZipFile": {"Fn::Join": ["\n", ["import os", "x = 1"]]}}"#,
        "Lambda",
    );
    assert_eq!(joined, ("import os\nx = 1".to_owned(), false));
    assert_eq!(
        inline(
            r#""Code": {"ZipFile": {"Fn::Sub": "x = '${!y}'"}}"#,
            "Lambda"
        ),
        ("x = '${y}'".to_owned(), true)
    );
    assert_eq!(
        inline(r#""InlineCode": "x = 1""#, "Serverless"),
        ("x = 1".to_owned(), true)
    );
}

#[test]
fn callers_are_known_from_other_resources() {
    let template = r"
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Code: ./src}}
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt [Table, StreamArn]}
  Table: {Type: AWS::DynamoDB::Table}
  K:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !GetAtt F.Arn, EventSourceArn: !Sub 'arn:aws:kinesis:${AWS::Region}:1:stream/x'}
  P:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Sub '${F.Arn}', Principal: s3.amazonaws.com}
  R:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: {'Fn::GetAtt': [F, Arn]}, Id: x}]}
  U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref F}}
";
    let found = only(&[("t.yaml", template), ("src/a.py", "")]);
    assert_eq!(
        (found.kind, found.code),
        (TemplateKind::CloudFormation, path("src"))
    );
    let expected = [
        EventKind::FunctionUrl,
        EventKind::S3,
        EventKind::DynamoDbStream,
        EventKind::Kinesis,
        EventKind::Schedule,
    ];
    assert_eq!(found.events, expected);
}

#[test]
fn cdk_assets_are_found_by_metadata_manifest_and_hash() {
    let template = |metadata: &str| {
        format!(
            r#"{{"Resources": {{
                "Fn1": {{"Type": "AWS::Lambda::Function",
                    "Properties": {{"Handler": "index.handler", "Runtime": "nodejs20.x",
                        "Code": {{"S3Bucket": {{"Fn::Sub": "cdk-${{AWS::AccountId}}"}}, "S3Key": "abc.zip"}}}},
                    "Metadata": {{"aws:cdk:path": "S/Fn1/Resource"{metadata}}}}}}}}}"#
        )
    };
    let manifest = r#"{"version": "1", "files": {"abc": {"source": {"path": "asset.other", "packaging": "zip"}}}}"#;
    let by_metadata = template(r#", "aws:asset:path": "../lambda", "aws:asset:property": "Code""#);
    let plain = template("");
    let found = only(&[
        ("cdk.out/S.template.json", &by_metadata),
        ("lambda/index.js", "x"),
    ]);
    assert_eq!(
        (found.kind, found.code),
        (TemplateKind::Cdk, path("lambda"))
    );
    let files = [
        ("cdk.out/S.template.json", plain.as_str()),
        ("cdk.out/S.assets.json", manifest),
        ("cdk.out/asset.other/index.js", "x"),
    ];
    assert_eq!(only(&files).code, path("cdk.out/asset.other"));
    let files = [
        ("cdk.out/S.template.json", plain.as_str()),
        ("cdk.out/asset.abc/index.js", "x"),
    ];
    assert_eq!(only(&files).code, path("cdk.out/asset.abc"));
    assert!(matches!(
        only(&files[..1]).code,
        CodeLocation::Elsewhere { .. }
    ));
}

#[test]
fn a_template_that_cannot_be_read_leaves_a_note_and_the_rest_is_found() {
    let broken = "Resources:\n  F: {Type: AWS::Lambda::Function\n  x: ]\n";
    let discovery = find(&[("bad.yaml", broken), ("good.yaml", SAM)]);
    assert_eq!(discovery.functions.len(), 1);
    assert_eq!(discovery.notes[0].path, "bad.yaml");
    assert!(
        discovery.notes[0]
            .text
            .starts_with("looks like a template, but cannot be parsed: "),
        "{:?}",
        discovery.notes
    );
}

#[test]
fn other_files_are_not_taken_for_templates() {
    let mention = "text: AWS::Lambda::Function in prose\n";
    let discovery = find(&[
        ("a.yaml", mention),
        ("node_modules/x/t.yaml", SAM),
        (".aws-sam/build/template.yaml", SAM),
    ]);
    assert_eq!(discovery, Discovery::default());
}

#[test]
fn a_bomb_of_aliases_is_a_note() {
    let mut text =
        "Resources: {a: {Type: AWS::Lambda::Function}}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            .to_owned();
    for level in 1..12 {
        text += &format!(
            "a{level}: &a{level} [{}]\n",
            vec![format!("*a{}", level - 1); 10].join(", ")
        );
    }
    let discovery = find(&[("t.yaml", &text)]);
    assert!(
        discovery.functions.is_empty() && discovery.notes[0].text.ends_with("stand for too much")
    );
}
