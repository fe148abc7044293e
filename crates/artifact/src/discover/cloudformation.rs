//! Functions in CloudFormation templates, with the SAM transform or without, and in those that the
//! CDK writes.

use std::collections::{BTreeMap, BTreeSet};

use super::event::EventKind;
use super::intrinsic::{known_text, reference, shown};
use super::locate::{in_bucket, in_image, locate};
use super::yaml::{Node, Pair, Style, Value};
use super::{
    CodeLocation, Discovery, FunctionDecl, InlineCode, LayerRef, Origin, TemplateKind, asset,
};
use crate::artifact::Artifact;
use crate::layers::Language;

/// Adds the functions of one template.
pub(super) fn find(
    artifact: &Artifact,
    path: &str,
    text: &str,
    template: &Node,
    discovery: &mut Discovery,
) {
    let Some(resources) = template
        .get("Resources")
        .filter(|resources| resources.is_mapping())
    else {
        discovery.note(
            path,
            "names Lambda functions, but has no `Resources`: not a template",
        );
        return;
    };
    let is_cdk = asset::is_cdk(path, template);
    let template = Template {
        artifact,
        path,
        text,
        root: template,
        is_cdk,
    };
    let callers = template.callers(resources);
    for pair in resources.pairs() {
        let is_sam = match resource_type(&pair.value) {
            Some("AWS::Serverless::Function") => true,
            Some("AWS::Lambda::Function") => false,
            _ => continue,
        };
        discovery
            .functions
            .push(template.function(pair, is_sam, &callers));
    }
}

struct Template<'a> {
    artifact: &'a Artifact,
    path: &'a str,
    text: &'a str,
    root: &'a Node,
    is_cdk: bool,
}

type Callers<'a> = BTreeMap<&'a str, BTreeSet<EventKind>>;

impl<'a> Template<'a> {
    fn function(&self, pair: &Pair, is_sam: bool, callers: &Callers<'_>) -> FunctionDecl {
        let properties = Properties {
            own: pair.value.get("Properties"),
            global: self.root.at(&["Globals", "Function"]).filter(|_| is_sam),
        };
        let text = |key: &str| {
            properties
                .get(key)
                .and_then(|node| known_text(node, self.root))
        };
        let runtime = text("Runtime");
        let mut events = callers.get(&*pair.key).cloned().unwrap_or_default();
        for event in properties
            .get("Events")
            .map(Node::pairs)
            .unwrap_or_default()
        {
            let kind = event
                .value
                .get("Type")
                .and_then(|kind| known_text(kind, self.root));
            events.extend(kind.map(|kind| EventKind::of_sam(&kind)));
        }
        if properties.get("FunctionUrlConfig").is_some() {
            events.insert(EventKind::FunctionUrl);
        }
        FunctionDecl {
            name: pair.key.to_string(),
            kind: match (self.is_cdk, is_sam) {
                (true, _) => TemplateKind::Cdk,
                (false, true) => TemplateKind::Sam,
                (false, false) => TemplateKind::CloudFormation,
            },
            handler: text("Handler"),
            code: self.code(&pair.value, &properties, runtime.as_deref(), is_sam),
            runtime,
            layers: self.layers(&properties),
            events: events.into_iter().collect(),
            environment: self.environment(&properties),
            origin: Origin {
                path: self.path.to_owned(),
                line: pair.line,
            },
        }
    }

    fn code(
        &self,
        resource: &Node,
        properties: &Properties<'_>,
        runtime: Option<&str>,
        is_sam: bool,
    ) -> CodeLocation {
        let inline = |node: &Node| self.inline(node, runtime);
        let image = |node: &Node| in_image(&shown(node, self.root));
        if is_sam {
            if let Some(code) = properties.get("InlineCode").and_then(inline) {
                return code;
            }
            if let Some(node) = properties.get("ImageUri") {
                return image(node);
            }
        }
        let is_image = properties.get("PackageType").and_then(Node::literal) == Some("Image");
        let code = properties.get(if is_sam { "CodeUri" } else { "Code" });
        let Some(code) = code else {
            return if is_image {
                in_image("")
            } else {
                locate(self.artifact, self.path, ".")
            };
        };
        if let Some(uri) = known_text(code, self.root) {
            return if is_image {
                in_image("")
            } else {
                locate(self.artifact, self.path, &uri)
            };
        }
        if let Some(node) = code.get("ZipFile") {
            return inline(node).unwrap_or_else(|| computed("its inline code is computed"));
        }
        if let Some(node) = code.get("ImageUri") {
            return image(node);
        }
        let bucket = code.get("S3Bucket").or_else(|| code.get("Bucket"));
        let key = code.get("S3Key").or_else(|| code.get("Key"));
        let key_text = key.and_then(|key| known_text(key, self.root));
        if let Some(path) = asset::find(self.artifact, self.path, resource, key_text.as_deref()) {
            return CodeLocation::Path(path);
        }
        match (bucket, key) {
            (Some(bucket), Some(key)) => {
                in_bucket(&shown(bucket, self.root), &shown(key, self.root))
            }
            _ => computed("the place of its code is computed"),
        }
    }

    fn inline(&self, node: &Node, runtime: Option<&str>) -> Option<CodeLocation> {
        let source = known_text(node, self.root)?;
        // The argument of a function in mapping form is one level down.
        let scalar = match &node.value {
            Value::Mapping(pairs) => &pairs.first()?.value,
            Value::Scalar { .. } | Value::Sequence(_) => node,
        };
        let is_literal = matches!(
            scalar.value,
            Value::Scalar {
                style: Style::Literal,
                ..
            }
        );
        let (first_line, indent) = if is_literal {
            block_start(self.text, scalar.line)
        } else {
            (scalar.line, 0)
        };
        let lines_match =
            is_literal || !source.trim_end().contains('\n') && scalar.text().is_some();
        Some(CodeLocation::Inline(InlineCode {
            template: self.path.to_owned(),
            language: runtime.and_then(Language::of_runtime),
            source,
            first_line,
            indent,
            lines_match,
        }))
    }

    fn layers(&self, properties: &Properties<'_>) -> Vec<LayerRef> {
        let lists = [properties.global, properties.own]
            .into_iter()
            .flatten()
            .filter_map(|node| node.get("Layers"));
        lists
            .flat_map(|list| list.items())
            .map(|layer| self.layer(layer))
            .collect()
    }

    fn layer(&self, layer: &Node) -> LayerRef {
        let declared =
            reference(layer).and_then(|name| Some((name, self.root.at(&["Resources", name])?)));
        let content = declared.and_then(|(_, resource)| {
            let properties = resource.get("Properties")?;
            let content = properties
                .get("ContentUri")
                .or_else(|| properties.get("Content"))?;
            Some((resource, content))
        });
        if let Some((resource, content)) = content {
            let key = content
                .get("S3Key")
                .and_then(|key| known_text(key, self.root));
            if let Some(path) = asset::find(self.artifact, self.path, resource, key.as_deref()) {
                return LayerRef::Path(path);
            }
            if let Some(uri) = known_text(content, self.root) {
                return match locate(self.artifact, self.path, &uri) {
                    CodeLocation::Path(path) => LayerRef::Path(path),
                    CodeLocation::Elsewhere { what, .. } => LayerRef::Elsewhere { what },
                    CodeLocation::Inline(_) => LayerRef::Elsewhere { what: uri },
                };
            }
        }
        LayerRef::Elsewhere {
            what: shown(layer, self.root),
        }
    }

    fn environment(&self, properties: &Properties<'_>) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for node in [properties.own, properties.global].into_iter().flatten() {
            for pair in node
                .at(&["Environment", "Variables"])
                .map(Node::pairs)
                .unwrap_or_default()
            {
                if let Some(value) = known_text(&pair.value, self.root) {
                    variables.entry(pair.key.to_string()).or_insert(value);
                }
            }
        }
        variables
    }

    /// What other resources of the template say about who calls a function.
    fn callers(&self, resources: &'a Node) -> Callers<'a> {
        let mut callers = Callers::new();
        let mut add = |function: Option<&'a Node>, kind: Option<EventKind>| {
            if let (Some(name), Some(kind)) = (function.and_then(reference), kind) {
                callers.entry(name).or_default().insert(kind);
            }
        };
        for pair in resources.pairs() {
            let Some(properties) = pair.value.get("Properties") else {
                continue;
            };
            match resource_type(&pair.value) {
                Some("AWS::Lambda::EventSourceMapping") => {
                    let source = properties
                        .get("EventSourceArn")
                        .and_then(|source| self.source_kind(source, resources));
                    add(properties.get("FunctionName"), source);
                }
                Some("AWS::Lambda::Permission") => {
                    let principal = properties
                        .get("Principal")
                        .and_then(|principal| known_text(principal, self.root));
                    add(
                        properties.get("FunctionName"),
                        principal.and_then(|p| EventKind::of_principal(&p)),
                    );
                }
                Some("AWS::Lambda::Url") => add(
                    properties.get("TargetFunctionArn"),
                    Some(EventKind::FunctionUrl),
                ),
                Some("AWS::SNS::Subscription") => {
                    add(properties.get("Endpoint"), Some(EventKind::Sns))
                }
                Some("AWS::Events::Rule") => {
                    let is_schedule = properties.get("ScheduleExpression").is_some();
                    let kind = if is_schedule {
                        EventKind::Schedule
                    } else {
                        EventKind::EventBridge
                    };
                    for target in properties
                        .get("Targets")
                        .map(Node::items)
                        .unwrap_or_default()
                    {
                        add(target.get("Arn"), Some(kind.clone()));
                    }
                }
                _ => {}
            }
        }
        callers
    }

    fn source_kind(&self, source: &Node, resources: &Node) -> Option<EventKind> {
        let referred = reference(source)
            .and_then(|name| resources.get(name))
            .and_then(resource_type);
        referred.and_then(EventKind::of_source).or_else(|| {
            // `!Sub arn:aws:sqs:${AWS::Region}:…` names its service before anything unknown.
            EventKind::of_source(
                known_text(source, self.root)
                    .as_deref()
                    .or_else(|| source.text())?,
            )
        })
    }
}

/// A resource's properties over the template's defaults.
struct Properties<'a> {
    own: Option<&'a Node>,
    global: Option<&'a Node>,
}

impl<'a> Properties<'a> {
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.own
            .and_then(|own| own.get(key))
            .or_else(|| self.global.and_then(|global| global.get(key)))
    }
}

fn resource_type(resource: &Node) -> Option<&str> {
    resource.get("Type")?.literal()
}

fn computed(why: &str) -> CodeLocation {
    CodeLocation::Elsewhere {
        what: "(computed)".to_owned(),
        why: why.to_owned(),
    }
}

/// The first line and the indentation of a block scalar whose text stands on `line`. Blank lines at
/// its start belong to the text, whichever line the parser names.
fn block_start(text: &str, line: u32) -> (u32, u32) {
    let at = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let before: Vec<&str> = text.lines().take(at).collect();
    let blank = before
        .iter()
        .rev()
        .take_while(|line| line.trim().is_empty())
        .count();
    let first = before.len() - blank;
    let content = text
        .lines()
        .skip(first)
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let indent = content.len() - content.trim_start_matches(' ').len();
    (
        u32::try_from(first + 1).unwrap_or(u32::MAX),
        u32::try_from(indent).unwrap_or(u32::MAX),
    )
}
