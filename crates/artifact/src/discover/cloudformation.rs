//! Functions in CloudFormation templates, with the SAM transform or without, and in those that the
//! CDK writes.

use std::collections::{BTreeMap, BTreeSet};

use super::asset::{self, Assets};
use super::event::EventKind;
use super::intrinsic::{Parameters, known_text, reference, shown};
use super::locate::{in_bucket, in_image, locate};
use super::yaml::{Node, Pair, Style, Value};
use super::{CodeLocation, Collector, FunctionDecl, InlineCode, LayerRef, Origin, TemplateKind};
use crate::artifact::Artifact;
use crate::layers::Language;

/// Adds the functions of one template.
pub(super) fn find(
    artifact: &Artifact,
    path: &str,
    text: &str,
    template: &Node,
    found: &mut Collector,
) {
    let Some(resources) = template
        .get("Resources")
        .filter(|resources| resources.is_mapping())
    else {
        found.note(
            path,
            "names Lambda functions, but has no `Resources`: not a template",
        );
        return;
    };
    let resources: Vec<&Pair> = resources.pairs();
    let is_cdk = asset::is_cdk(path, &resources);
    let mut template = Template {
        artifact,
        path,
        lines: text.lines().collect(),
        globals: template.at(&["Globals", "Function"]),
        parameters: Parameters::of(template),
        resources: resources
            .iter()
            .map(|pair| (&*pair.key, &*pair.value))
            .collect(),
        assets: if is_cdk {
            Assets::of(artifact, path)
        } else {
            Assets::default()
        },
        is_cdk,
        global_environment: BTreeMap::new(),
        members: found.members,
    };
    let mut global_environment = BTreeMap::new();
    template.add_variables(template.globals, &mut global_environment);
    template.global_environment = global_environment;
    let callers = template.callers();
    for pair in resources {
        let is_sam = match resource_type(&pair.value) {
            Some("AWS::Serverless::Function") => true,
            Some("AWS::Lambda::Function") => false,
            _ => continue,
        };
        if !found.has_room(path) {
            return;
        }
        found.add(template.function(pair, is_sam, &callers));
    }
}

struct Template<'a> {
    artifact: &'a Artifact,
    path: &'a str,
    lines: Vec<&'a str>,
    /// What holds for every SAM function.
    globals: Option<&'a Node>,
    global_environment: BTreeMap<String, String>,
    parameters: Parameters<'a>,
    resources: BTreeMap<&'a str, &'a Node>,
    assets: Assets,
    is_cdk: bool,
    /// How many of everything are taken of one function.
    members: usize,
}

type Callers<'a> = BTreeMap<&'a str, BTreeSet<EventKind>>;

impl<'a> Template<'a> {
    fn function(&self, pair: &Pair, is_sam: bool, callers: &Callers<'_>) -> FunctionDecl {
        let properties = Properties {
            own: pair.value.get("Properties"),
            global: self.globals.filter(|_| is_sam),
        };
        let text = |key: &str| {
            properties
                .get(key)
                .and_then(|node| known_text(node, &self.parameters))
        };
        let runtime = text("Runtime");
        let mut events = callers.get(&*pair.key).cloned().unwrap_or_default();
        for event in properties
            .own
            .and_then(|own| own.get("Events"))
            .map(Node::pairs)
            .unwrap_or_default()
        {
            let kind = event
                .value
                .get("Type")
                .and_then(|kind| known_text(kind, &self.parameters));
            events.extend(kind.map(|kind| EventKind::of_sam(&kind)));
        }
        if properties.get("FunctionUrlConfig").is_some() {
            events.insert(EventKind::FunctionUrl);
        }
        let mut environment = BTreeMap::new();
        self.add_variables(properties.own, &mut environment);
        for (key, value) in self.global_environment.iter().filter(|_| is_sam) {
            environment
                .entry(key.clone())
                .or_insert_with(|| value.clone());
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
            environment,
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
        let image = |node: &Node| in_image(&shown(node, &self.parameters));
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
        if let Some(uri) = known_text(code, &self.parameters) {
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
        let key_text = key.and_then(|key| known_text(key, &self.parameters));
        if let Some(path) =
            self.assets
                .find(self.artifact, self.path, resource, key_text.as_deref())
        {
            return CodeLocation::Path(path);
        }
        match (bucket, key) {
            (Some(bucket), Some(key)) => in_bucket(
                &shown(bucket, &self.parameters),
                &shown(key, &self.parameters),
            ),
            _ => computed("the place of its code is computed"),
        }
    }

    fn inline(&self, node: &Node, runtime: Option<&str>) -> Option<CodeLocation> {
        let source = known_text(node, &self.parameters)?;
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
            block_start(&self.lines, scalar.line)
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
            .flat_map(Node::items)
            .take(self.members)
            .map(|layer| self.layer(layer))
            .collect()
    }

    fn layer(&self, layer: &Node) -> LayerRef {
        let declared = reference(layer).and_then(|name| self.resources.get(name));
        let content = declared.and_then(|resource| {
            let properties = resource.get("Properties")?;
            let content = properties
                .get("ContentUri")
                .or_else(|| properties.get("Content"))?;
            Some((resource, content))
        });
        if let Some((resource, content)) = content {
            let key = content
                .get("S3Key")
                .and_then(|key| known_text(key, &self.parameters));
            if let Some(path) = self
                .assets
                .find(self.artifact, self.path, resource, key.as_deref())
            {
                return LayerRef::Path(path);
            }
            if let Some(uri) = known_text(content, &self.parameters) {
                return match locate(self.artifact, self.path, &uri) {
                    CodeLocation::Path(path) => LayerRef::Path(path),
                    CodeLocation::Elsewhere { what, .. } => LayerRef::Elsewhere { what },
                    CodeLocation::Inline(_) => LayerRef::Elsewhere { what: uri },
                };
            }
        }
        LayerRef::Elsewhere {
            what: shown(layer, &self.parameters),
        }
    }

    /// Adds the variables of `node` that are known and not there yet.
    fn add_variables(&self, node: Option<&Node>, variables: &mut BTreeMap<String, String>) {
        let listed = node
            .and_then(|node| node.at(&["Environment", "Variables"]))
            .map(Node::pairs)
            .unwrap_or_default();
        for pair in listed.into_iter().take(self.members) {
            if let Some(value) = known_text(&pair.value, &self.parameters) {
                variables.entry(pair.key.to_string()).or_insert(value);
            }
        }
    }

    /// What other resources of the template say about who calls a function.
    fn callers(&self) -> Callers<'a> {
        let mut callers = Callers::new();
        let mut add = |function: Option<&'a Node>, kind: Option<EventKind>| {
            if let (Some(name), Some(kind)) = (function.and_then(reference), kind) {
                callers.entry(name).or_default().insert(kind);
            }
        };
        for resource in self.resources.values().copied() {
            let Some(properties) = resource.get("Properties") else {
                continue;
            };
            match resource_type(resource) {
                Some("AWS::Lambda::EventSourceMapping") => {
                    let source = properties
                        .get("EventSourceArn")
                        .and_then(|source| self.source_kind(source));
                    add(properties.get("FunctionName"), source);
                }
                Some("AWS::Lambda::Permission") => {
                    let principal = properties
                        .get("Principal")
                        .and_then(|principal| known_text(principal, &self.parameters));
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

    fn source_kind(&self, source: &Node) -> Option<EventKind> {
        let referred = reference(source)
            .and_then(|name| self.resources.get(name).copied())
            .and_then(resource_type);
        referred.and_then(EventKind::of_source).or_else(|| {
            // `!Sub arn:aws:sqs:${AWS::Region}:…` names its service before anything unknown.
            EventKind::of_source(
                known_text(source, &self.parameters)
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
fn block_start(lines: &[&str], line: u32) -> (u32, u32) {
    let at = usize::try_from(line.saturating_sub(1))
        .unwrap_or(usize::MAX)
        .min(lines.len());
    let blank = lines[..at]
        .iter()
        .rev()
        .take_while(|line| line.trim().is_empty())
        .count();
    let first = at - blank;
    let content = lines[first..]
        .iter()
        .find(|line| !line.trim().is_empty())
        .copied()
        .unwrap_or("");
    let indent = content.len() - content.trim_start_matches(' ').len();
    (
        u32::try_from(first + 1).unwrap_or(u32::MAX),
        u32::try_from(indent).unwrap_or(u32::MAX),
    )
}
