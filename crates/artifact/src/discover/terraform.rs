//! Functions in Terraform modules.
//!
//! A module is the set of `.tf` files of one folder; resources refer to each other across them. The
//! code of a function is the source of the `archive_file` that its `filename` refers to, where there
//! is one, since the archive itself is built by Terraform and rarely in the repository. Calls of the
//! well-known community module for Lambda functions are understood as well.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use memchr::memmem;
use shindan_base::LineIndex;

use super::event::EventKind;
use super::locate::{in_bucket, in_image, locate};
use super::terraform_value::{Definitions, dotted, first_reference};
use super::{CodeLocation, Collector, FunctionDecl, InlineCode, LayerRef, Origin, TemplateKind};
use crate::artifact::Artifact;
use crate::layers::Language;
use crate::path::parent;

/// The Terraform files seen so far, by folder.
#[derive(Debug, Default)]
pub(super) struct Modules {
    folders: BTreeMap<String, Vec<File>>,
}

#[derive(Debug)]
struct File {
    path: String,
    lines: LineIndex,
    body: Body,
}

/// Whether a file may say something about functions or what they refer to.
pub(super) fn is_wanted(content: &[u8]) -> bool {
    let words: [&[u8]; 6] = [
        b"aws_lambda",
        b"archive_file",
        b"terraform-aws-modules/lambda",
        b"variable",
        b"locals",
        b"_notification",
    ];
    words
        .iter()
        .any(|word| memmem::find(content, word).is_some())
}

impl Modules {
    /// Parses a file; one that cannot be parsed leaves a note.
    pub(super) fn add(&mut self, path: &str, text: &str, found: &mut Collector) {
        match hcl_edit::parser::parse_body(text) {
            Ok(body) => {
                let file = File {
                    path: path.to_owned(),
                    lines: LineIndex::new(text),
                    body,
                };
                self.folders
                    .entry(parent(path).to_owned())
                    .or_default()
                    .push(file);
            }
            Err(error) => {
                let place = error.location();
                let message = error.message().trim().replace('\n', " ");
                let text = format!(
                    "is not valid Terraform: line {}, column {}: {message}",
                    place.line(),
                    place.column()
                );
                found.note(path, text);
            }
        }
    }

    /// Adds the functions of all modules.
    pub(super) fn find(&self, artifact: &Artifact, found: &mut Collector) {
        for files in self.folders.values() {
            Module::new(artifact, files, found.members).find(found);
        }
    }
}

struct Module<'a> {
    artifact: &'a Artifact,
    files: &'a [File],
    definitions: Definitions,
    /// By address, such as `data.archive_file.code` or `aws_lambda_layer_version.shared`.
    blocks: BTreeMap<String, (&'a File, &'a Block)>,
    /// The `archive_file`s by the path they write.
    archives: BTreeMap<String, (&'a File, &'a Block)>,
    /// How many of everything are taken of one function.
    members: usize,
}

impl<'a> Module<'a> {
    fn new(artifact: &'a Artifact, files: &'a [File], members: usize) -> Self {
        let mut definitions = Definitions::default();
        let mut blocks = BTreeMap::new();
        for file in files {
            definitions.add(&file.body);
            for block in file.body.blocks() {
                let prefix = match block.ident.as_str() {
                    "resource" => "",
                    "data" => "data.",
                    _ => continue,
                };
                if let [kind, name] = block.labels.as_slice() {
                    blocks.insert(
                        format!("{prefix}{}.{}", kind.as_str(), name.as_str()),
                        (file, block),
                    );
                }
            }
        }
        let mut module = Self {
            artifact,
            files,
            definitions,
            blocks,
            archives: BTreeMap::new(),
            members,
        };
        let archives = module
            .blocks
            .iter()
            .filter(|(address, _)| address.contains("archive_file."));
        let by_output =
            archives.filter_map(|(_, found)| Some((module.text(found.1, "output_path")?, *found)));
        module.archives = by_output.collect();
        module
    }

    fn find(&self, found: &mut Collector) {
        let callers = self.callers();
        for file in self.files {
            for block in file.body.blocks() {
                let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
                match (block.ident.as_str(), labels.as_slice()) {
                    ("resource", ["aws_lambda_function", name]) => {
                        let events = callers.get(*name).cloned().unwrap_or_default();
                        if !found.has_room(&file.path) {
                            return;
                        }
                        found.add(self.function(file, block, name, events));
                    }
                    ("module", [name]) if self.is_lambda_module(block) => {
                        if !found.has_room(&file.path) {
                            return;
                        }
                        found.add(self.module_function(file, block, name));
                    }
                    _ => {}
                }
            }
        }
    }

    fn function(
        &self,
        file: &File,
        block: &Block,
        name: &str,
        events: BTreeSet<EventKind>,
    ) -> FunctionDecl {
        let runtime = self.text(block, "runtime");
        let variables = block
            .body
            .get_blocks("environment")
            .find_map(|block| block.body.get_attribute("variables"));
        FunctionDecl {
            name: name.to_owned(),
            kind: TemplateKind::Terraform,
            handler: self.text(block, "handler"),
            code: self.code(file, block, runtime.as_deref()),
            runtime,
            layers: self.layers(block),
            events: events.into_iter().collect(),
            environment: variables
                .map(|variables| self.definitions.pairs(&variables.value, self.members))
                .unwrap_or_default(),
            origin: origin(file, block),
        }
    }

    fn is_lambda_module(&self, block: &Block) -> bool {
        let source = self.text(block, "source").unwrap_or_default();
        let creates_function = self.text(block, "create_function").as_deref() != Some("false");
        creates_function
            && source.contains("terraform-aws-modules/lambda")
            && block.body.has_attribute("handler")
    }

    fn module_function(&self, file: &File, block: &Block, name: &str) -> FunctionDecl {
        let source = block
            .body
            .get_attribute("source_path")
            .map(|attribute| &attribute.value);
        let code = match source.and_then(|source| self.source_path(source)) {
            Some(uri) => locate(self.artifact, &file.path, &uri),
            None => CodeLocation::Elsewhere {
                what: "(computed)".to_owned(),
                why: "the place of its code is computed".to_owned(),
            },
        };
        let environment = block.body.get_attribute("environment_variables");
        FunctionDecl {
            name: name.to_owned(),
            kind: TemplateKind::Terraform,
            runtime: self.text(block, "runtime"),
            handler: self.text(block, "handler"),
            code,
            layers: self.layers(block),
            events: Vec::new(),
            environment: environment
                .map(|variables| self.definitions.pairs(&variables.value, self.members))
                .unwrap_or_default(),
            origin: origin(file, block),
        }
    }

    /// `source_path` is a path, or a list whose items are paths or objects with a `path`.
    fn source_path(&self, source: &Expression) -> Option<String> {
        if let Some(text) = self.definitions.text(source) {
            return Some(text);
        }
        match source {
            Expression::Array(items) => items.iter().find_map(|item| {
                self.definitions
                    .text(item)
                    .or_else(|| self.definitions.pairs(item, self.members).remove("path"))
            }),
            Expression::Object(_) => self.definitions.pairs(source, self.members).remove("path"),
            _ => None,
        }
    }

    fn code(&self, file: &File, block: &Block, runtime: Option<&str>) -> CodeLocation {
        let is_image = self.text(block, "package_type").as_deref() == Some("Image");
        if is_image || block.body.has_attribute("image_uri") {
            return in_image(&self.text(block, "image_uri").unwrap_or_default());
        }
        let referring = ["filename", "source_code_hash"]
            .into_iter()
            .filter_map(|key| block.body.get_attribute(key));
        let archive = referring
            .filter_map(|attribute| self.archive(&attribute.value))
            .next();
        if let Some(code) =
            archive.and_then(|(file, archive)| self.archive_source(file, archive, runtime))
        {
            return code;
        }
        if let Some(path) = self.text(block, "filename") {
            return locate(self.artifact, &file.path, &path);
        }
        if block.body.has_attribute("s3_key") || block.body.has_attribute("s3_bucket") {
            let shown = |key: &str| {
                self.text(block, key)
                    .unwrap_or_else(|| "(computed)".to_owned())
            };
            return in_bucket(&shown("s3_bucket"), &shown("s3_key"));
        }
        CodeLocation::Elsewhere {
            what: "(computed)".to_owned(),
            why: "the place of its code is computed".to_owned(),
        }
    }

    /// The `archive_file` that an expression refers to, by its address or by the path it writes.
    fn archive(&self, expression: &Expression) -> Option<(&'a File, &'a Block)> {
        let by_address = first_reference(expression).and_then(|name| {
            let (address, _) = name.rsplit_once('.')?;
            self.blocks
                .get(address)
                .filter(|_| address.contains("archive_file."))
                .copied()
        });
        by_address.or_else(|| {
            self.archives
                .get(&self.definitions.text(expression)?)
                .copied()
        })
    }

    fn archive_source(
        &self,
        file: &File,
        archive: &Block,
        runtime: Option<&str>,
    ) -> Option<CodeLocation> {
        let path = self
            .text(archive, "source_dir")
            .or_else(|| self.text(archive, "source_file"));
        if let Some(path) = path {
            return Some(locate(self.artifact, &file.path, &path));
        }
        let content = archive
            .body
            .get_blocks("source")
            .find_map(|source| source.body.get_attribute("content"))
            .or_else(|| archive.body.get_attribute("source_content"))?;
        if let Expression::FuncCall(call) = &content.value
            && matches!(call.name.name.as_str(), "file" | "templatefile")
        {
            let path = self.definitions.text(call.args.get(0)?)?;
            return Some(locate(self.artifact, &file.path, &path));
        }
        let source = self.definitions.text(&content.value)?;
        Some(CodeLocation::Inline(InlineCode {
            template: file.path.clone(),
            language: runtime.and_then(Language::of_runtime),
            source,
            // The text of a heredoc starts on the line after its mark.
            first_line: line_of(file, content.value.span())
                + u32::from(matches!(content.value, Expression::HeredocTemplate(_))),
            indent: 0,
            lines_match: matches!(content.value, Expression::HeredocTemplate(_)),
        }))
    }

    fn layers(&self, block: &Block) -> Vec<LayerRef> {
        let Some(Expression::Array(layers)) = block
            .body
            .get_attribute("layers")
            .map(|layers| &layers.value)
        else {
            return Vec::new();
        };
        layers
            .iter()
            .take(self.members)
            .map(|layer| self.layer(layer))
            .collect()
    }

    fn layer(&self, layer: &Expression) -> LayerRef {
        let name = first_reference(layer);
        let declared = name
            .as_deref()
            .and_then(|name| self.blocks.get(name.rsplit_once('.')?.0));
        if let Some((file, block)) = declared
            && let CodeLocation::Path(path) = self.code(file, block, None)
        {
            return LayerRef::Path(path);
        }
        let what = self
            .definitions
            .text(layer)
            .or(name)
            .unwrap_or_else(|| "(computed)".to_owned());
        LayerRef::Elsewhere { what }
    }

    /// What other resources of the module say about who calls a function, by the function's name.
    fn callers(&self) -> BTreeMap<String, BTreeSet<EventKind>> {
        let mut callers: BTreeMap<String, BTreeSet<EventKind>> = BTreeMap::new();
        for (address, (_, block)) in &self.blocks {
            let (function, event) = match address.split('.').next() {
                Some("aws_lambda_event_source_mapping") => {
                    ("function_name", self.source_kind(block))
                }
                Some("aws_lambda_permission") => (
                    "function_name",
                    self.text(block, "principal")
                        .and_then(|p| EventKind::of_principal(&p)),
                ),
                Some("aws_lambda_function_url") => ("function_name", Some(EventKind::FunctionUrl)),
                Some("aws_sns_topic_subscription") => ("endpoint", Some(EventKind::Sns)),
                _ => continue,
            };
            let target = block
                .body
                .get_attribute(function)
                .and_then(|attribute| first_reference(&attribute.value));
            let name = target
                .as_deref()
                .and_then(|target| target.strip_prefix("aws_lambda_function."))
                .and_then(|rest| rest.split('.').next());
            if let (Some(name), Some(event)) = (name, event) {
                callers.entry(name.to_owned()).or_default().insert(event);
            }
        }
        callers
    }

    fn source_kind(&self, block: &Block) -> Option<EventKind> {
        let source = &block.body.get_attribute("event_source_arn")?.value;
        let by_reference = match source {
            Expression::Traversal(traversal) => dotted(traversal),
            _ => first_reference(source),
        };
        by_reference
            .and_then(|name| EventKind::of_source(&name))
            .or_else(|| EventKind::of_source(&self.definitions.text(source)?))
    }

    fn text(&self, block: &Block, key: &str) -> Option<String> {
        self.definitions.text(&block.body.get_attribute(key)?.value)
    }
}

fn origin(file: &File, block: &Block) -> Origin {
    Origin {
        path: file.path.clone(),
        line: line_of(file, block.span()),
    }
}

fn line_of(file: &File, span: Option<std::ops::Range<usize>>) -> u32 {
    file.lines.line(
        span.and_then(|span| u32::try_from(span.start).ok())
            .unwrap_or(0),
    )
}
