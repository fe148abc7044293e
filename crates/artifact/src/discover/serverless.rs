//! Functions in templates of the Serverless Framework.
//!
//! Its handlers are paths relative to the template (`src/users.create`), so a function's code is the
//! template's folder unless it names an artifact. Variables are followed when they point at the same
//! file (`${self:custom.stage}`); others are unknown.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::event::EventKind;
use super::locate::{in_image, locate};
use super::yaml::{Node, Pair};
use super::{CodeLocation, Collector, FunctionDecl, LayerRef, Origin, TemplateKind};
use crate::artifact::Artifact;
use crate::path::parent;

/// Adds the functions of one template.
pub(super) fn find(artifact: &Artifact, path: &str, root: &Node, found: &mut Collector) {
    let provider = root.get("provider");
    let provider_name = provider.and_then(|provider| {
        provider
            .literal()
            .or_else(|| provider.get("name")?.literal())
    });
    let Some(functions) = root.get("functions") else {
        return;
    };
    if provider_name != Some("aws") {
        return;
    }
    let layers = root.get("layers").map(Node::pairs).unwrap_or_default();
    let environment = provider.and_then(|provider| provider.get("environment"));
    let file = File {
        artifact,
        path,
        root,
        provider,
        environment: environment.map(Node::pairs).unwrap_or_default(),
        layers: layers
            .into_iter()
            .map(|pair| (pair.key.to_ascii_lowercase(), &*pair.value))
            .collect(),
        lookups_left: Cell::new(MOST_LOOKUPS),
    };
    let groups = if functions.is_mapping() {
        vec![functions]
    } else {
        functions.items().iter().map(|item| &**item).collect()
    };
    let mut has_unread = groups.is_empty();
    for group in groups {
        has_unread |= !group.is_mapping();
        for pair in group.pairs() {
            if !found.has_room(path) {
                return;
            }
            found.add(file.function(pair, found.members));
        }
    }
    if has_unread {
        found.note(
            path,
            "some functions are declared in other files, which are not followed",
        );
    }
}

struct File<'a> {
    artifact: &'a Artifact,
    path: &'a str,
    root: &'a Node,
    provider: Option<&'a Node>,
    /// The variables of all functions.
    environment: Vec<&'a Pair>,
    /// By name in lower case.
    layers: BTreeMap<String, &'a Node>,
    lookups_left: Cell<usize>,
}

/// References to other values that are followed in one template. Each walks lists whose length is
/// the template's, so without a bound a template could cost the square of its size.
const MOST_LOOKUPS: usize = 5000;

impl File<'_> {
    fn function(&self, pair: &Pair, members: usize) -> FunctionDecl {
        let function = &*pair.value;
        let setting = |key: &str| function.get(key).or_else(|| self.provider?.get(key));
        FunctionDecl {
            name: pair.key.to_string(),
            kind: TemplateKind::Serverless,
            runtime: setting("runtime").and_then(|node| self.text(node)),
            handler: function.get("handler").and_then(|node| self.text(node)),
            code: self.code(function),
            layers: setting("layers")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .take(members)
                .map(|layer| self.layer(layer))
                .collect(),
            events: events(function, members),
            environment: self.environment(function, members),
            origin: Origin {
                path: self.path.to_owned(),
                line: pair.line,
            },
        }
    }

    fn code(&self, function: &Node) -> CodeLocation {
        if let Some(image) = function.get("image") {
            let uri = image.get("uri").unwrap_or(image);
            return in_image(uri.literal().unwrap_or_default());
        }
        let package = function
            .at(&["package", "artifact"])
            .or_else(|| self.root.at(&["package", "artifact"]));
        match package.map(|artifact| self.text(artifact)) {
            None => CodeLocation::Path(parent(self.path).to_owned()),
            Some(Some(uri)) => locate(self.artifact, self.path, &uri),
            Some(None) => CodeLocation::Elsewhere {
                what: "(computed)".to_owned(),
                why: "the place of its code is computed".to_owned(),
            },
        }
    }

    fn layer(&self, layer: &Node) -> LayerRef {
        // A layer of the same file is referred to by its name in title case with a suffix.
        let name = layer
            .get("Ref")
            .or(Some(layer).filter(|node| node.tag.as_deref() == Some("Ref")))
            .and_then(Node::text);
        let declared = name.and_then(|name| name.strip_suffix("LambdaLayer"));
        let content = declared
            .and_then(|declared| self.layers.get(&declared.to_ascii_lowercase()))
            .and_then(|layer| self.text(layer.get("path")?));
        match content.map(|uri| locate(self.artifact, self.path, &uri)) {
            Some(CodeLocation::Path(path)) => LayerRef::Path(path),
            Some(CodeLocation::Elsewhere { what, .. }) => LayerRef::Elsewhere { what },
            Some(CodeLocation::Inline(_)) | None => LayerRef::Elsewhere {
                what: name
                    .or_else(|| layer.text())
                    .unwrap_or("(computed)")
                    .to_owned(),
            },
        }
    }

    fn environment(&self, function: &Node, members: usize) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        let own = function
            .get("environment")
            .map(Node::pairs)
            .unwrap_or_default();
        for pair in own
            .into_iter()
            .chain(self.environment.iter().copied())
            .take(members)
        {
            if let Some(value) = self.text(&pair.value) {
                variables.entry(pair.key.to_string()).or_insert(value);
            }
        }
        variables
    }

    /// The text of a value, if it can be known.
    fn text(&self, node: &Node) -> Option<String> {
        let text = node.literal()?;
        if !text.contains("${") {
            return Some(text.to_owned());
        }
        let path = text.strip_prefix("${self:")?.strip_suffix('}')?;
        self.lookups_left
            .set(self.lookups_left.get().checked_sub(1)?);
        let keys: Vec<&str> = path.split('.').collect();
        let value = self.root.at(&keys)?.literal()?;
        (!value.contains("${")).then(|| value.to_owned())
    }
}

fn events(function: &Node, members: usize) -> Vec<EventKind> {
    let mut kinds = BTreeSet::new();
    let listed = function.get("events").map(Node::items).unwrap_or_default();
    for event in listed.iter().take(members) {
        if let Some(kind) = event.literal() {
            kinds.insert(EventKind::of_serverless(kind, ""));
        }
        if let Some(pair) = event.pairs().first() {
            let detail = ["type", "arn"]
                .into_iter()
                .find_map(|key| pair.value.get(key)?.literal());
            kinds.insert(EventKind::of_serverless(
                &pair.key,
                detail.or_else(|| pair.value.literal()).unwrap_or(""),
            ));
        }
    }
    if function
        .get("url")
        .is_some_and(|url| url.literal() != Some("false"))
    {
        kinds.insert(EventKind::FunctionUrl);
    }
    kinds.into_iter().collect()
}
