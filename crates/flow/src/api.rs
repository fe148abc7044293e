//! API paths as numbers: the trie of the catalogue's paths, and what a program adds to it.

use rustc_hash::FxHashMap;
use shindan_base::{Interner, Sym};
use shindan_catalogue::{ApiPath, Segment};

/// A node of the trie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiId(pub u32);

/// How a node hangs below its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// A member; of the root a module or global.
    Name(Sym),
    /// The result of a call.
    Call,
    /// The result of a call with this first argument.
    CallWith(Sym),
    /// An element.
    Index,
}

/// The trie of one language's models; shared and immutable.
pub(crate) struct Trie {
    pub(crate) parents: Vec<(ApiId, Edge)>,
    pub(crate) children: FxHashMap<(ApiId, Edge), ApiId>,
    /// The type whose members a node has instead of its own.
    pub(crate) aliases: FxHashMap<ApiId, ApiId>,
}

impl ApiId {
    /// Above every module and global.
    pub(crate) const ROOT: Self = Self(0);
    /// A thing that nothing is known of.
    pub(crate) const ANY: Self = Self(1);
}

impl Default for Trie {
    fn default() -> Self {
        Self {
            parents: vec![(ApiId::ROOT, Edge::Index), (ApiId::ROOT, Edge::Index)],
            children: FxHashMap::default(),
            aliases: FxHashMap::default(),
        }
    }
}

impl Trie {
    pub(crate) fn add(&mut self, path: &ApiPath, names: &Interner) -> ApiId {
        let mut at = ApiId::ROOT;
        for segment in &path.0 {
            let edge = match segment {
                Segment::Any => {
                    at = ApiId::ANY;
                    continue;
                }
                Segment::Name(name) => Edge::Name(names.intern(name)),
                Segment::Call => Edge::Call,
                Segment::CallWith(value) => Edge::CallWith(names.intern(value)),
                Segment::Index => Edge::Index,
            };
            at = self.step(at, edge);
        }
        at
    }

    fn step(&mut self, from: ApiId, edge: Edge) -> ApiId {
        let next = ApiId(self.parents.len() as u32);
        let node = *self.children.entry((from, edge)).or_insert(next);
        if node == next {
            self.parents.push((from, edge));
        }
        self.aliases.get(&node).copied().unwrap_or(node)
    }
}

/// The trie and what the program at hand adds to it.
pub struct Apis<'a> {
    trie: &'a Trie,
    parents: Vec<(ApiId, Edge)>,
    children: FxHashMap<(ApiId, Edge), ApiId>,
}

/// Deepest path that is told apart; what lies deeper is [`ApiId::ANY`].
const MAX_DEPTH: usize = 12;

impl<'a> Apis<'a> {
    pub(crate) fn new(trie: &'a Trie) -> Self {
        Self {
            trie,
            parents: Vec::new(),
            children: FxHashMap::default(),
        }
    }

    /// Whether a row of the catalogue names this path or one below it.
    pub(crate) fn is_known(&self, node: ApiId) -> bool {
        (node.0 as usize) < self.trie.parents.len()
    }

    /// The child that the catalogue knows.
    pub(crate) fn known_child(&self, from: ApiId, edge: Edge) -> Option<ApiId> {
        let node = *self.trie.children.get(&(from, edge))?;
        Some(self.trie.aliases.get(&node).copied().unwrap_or(node))
    }

    /// The child, made if new.
    pub(crate) fn child(&mut self, from: ApiId, edge: Edge) -> ApiId {
        if let Some(node) = self.known_child(from, edge) {
            return node;
        }
        if from == ApiId::ANY && matches!(edge, Edge::Call | Edge::CallWith(_) | Edge::Index) {
            return ApiId::ANY;
        }
        if let Some(&node) = self.children.get(&(from, edge)) {
            return node;
        }
        if self.depth(from) >= MAX_DEPTH {
            return ApiId::ANY;
        }
        let node = ApiId((self.trie.parents.len() + self.parents.len()) as u32);
        self.parents.push((from, edge));
        self.children.insert((from, edge), node);
        node
    }

    pub(crate) fn parent(&self, node: ApiId) -> (ApiId, Edge) {
        let i = node.0 as usize;
        let known = self.trie.parents.len();
        if i < known {
            self.trie.parents[i]
        } else {
            self.parents[i - known]
        }
    }

    fn depth(&self, mut node: ApiId) -> usize {
        let mut depth = 0;
        while node != ApiId::ROOT && node != ApiId::ANY {
            node = self.parent(node).0;
            depth += 1;
        }
        depth
    }

    /// Whether `node` lies at or below `above`.
    pub(crate) fn is_below(&self, mut node: ApiId, above: ApiId) -> bool {
        loop {
            if node == above {
                return true;
            }
            if node == ApiId::ROOT || node == ApiId::ANY {
                return false;
            }
            node = self.parent(node).0;
        }
    }

    /// The node of a dotted module name.
    pub(crate) fn module(&mut self, name: &str, dotted: bool, names: &Interner) -> ApiId {
        if !dotted {
            return self.child(ApiId::ROOT, Edge::Name(names.intern(name)));
        }
        let mut at = ApiId::ROOT;
        for part in name.split('.') {
            at = self.child(at, Edge::Name(names.intern(part)));
        }
        at
    }

    /// As a catalogue would write it.
    #[must_use]
    pub fn text(&self, node: ApiId, names: &Interner) -> String {
        let mut edges = Vec::new();
        let mut at = node;
        while at != ApiId::ROOT && at != ApiId::ANY {
            let (parent, edge) = self.parent(at);
            edges.push(edge);
            at = parent;
        }
        let mut text = if at == ApiId::ANY {
            "*".to_owned()
        } else {
            String::new()
        };
        for edge in edges.iter().rev() {
            match edge {
                Edge::Name(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(names.text(*name));
                }
                Edge::Call => text.push_str("()"),
                Edge::CallWith(value) => {
                    text.push_str("(\"");
                    text.push_str(names.text(*value));
                    text.push_str("\")");
                }
                Edge::Index => text.push_str("[]"),
            }
        }
        text
    }
}
