//! Which variable a name means, and where that variable lives.
//!
//! One walk over the tree ([`super::collect`]) declares every name in the scope that binds it and notes every use;
//! [`Scopes::settle`] then resolves the uses, which shows what inner functions capture. Scopes are found again by the
//! address of their tree node, which stays put while the tree is borrowed.
//!
//! A variable of the module or one that is captured also has a register in its own function, unless an inner function
//! assigns it: its function reads the register, so that a branch on it speaks of the variable, and writes both.
//!
//! **Invariant.** A variable whose storage is a register is used by its own function alone.

use rustc_hash::FxHashMap;
use shindan_base::{Interner, Sym};

/// A scope of the file; the first is the module's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ScopeId(u32);

impl ScopeId {
    pub(super) const MODULE: Self = Self(0);
}

/// A function of the file (class-field initialisers count); the first is the module body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FnId(u32);

impl FnId {
    pub(super) const MODULE: Self = Self(0);
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VarId(u32);

impl VarId {
    /// Stands in a scope's table for a name that is looked up further out (`nonlocal`).
    const FURTHER_OUT: Self = Self(u32::MAX);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Function,
    /// A block, a comprehension, a loop head, a catch clause, the own name of a function expression.
    Block,
    /// A Python class body, which inner functions do not see; its name.
    Class(Option<Sym>),
}

#[derive(Debug)]
pub(super) struct Scope {
    pub(super) parent: Option<ScopeId>,
    pub(super) function: FnId,
    pub(super) kind: ScopeKind,
    is_empty: bool,
    /// The scope of a function that does not see the locals around it as its own (Ruby's methods).
    is_method: bool,
}

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    Register,
    Cell(Sym),
    Global(Sym),
    /// An attribute of the class whose body this scope is.
    Attribute(ScopeId),
}

#[derive(Debug)]
pub(super) struct Var {
    pub(super) name: Sym,
    pub(super) scope: ScopeId,
    pub(super) owner: FnId,
    pub(super) storage: Storage,
    /// Assigned inside a larger expression, so that an operand read earlier may be stale.
    pub(super) nested_write: bool,
    /// Assigned by a function inside its own.
    pub(super) is_written_inside: bool,
    captured: bool,
}

/// What a scope belongs to, beside the address of its node: some nodes have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Function,
    /// The first statement of a block.
    Block,
    /// The head of a loop or the braces of a `switch`.
    Head,
    Handler,
    ClassBody,
    Fields,
    OwnName,
    Comprehension,
}

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
    NestedWrite,
}

#[derive(Debug)]
struct Reference {
    name: Sym,
    scope: ScopeId,
    function: FnId,
    usage: Use,
}

/// All scopes of a file.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    vars: Vec<Var>,
    table: FxHashMap<(ScopeId, Sym), VarId>,
    nodes: FxHashMap<(usize, Node), ScopeId>,
    depths: Vec<u32>,
    cells: FxHashMap<FnId, Vec<Sym>>,
    references: Vec<Reference>,
}

/// Where a node of the tree lies in memory.
pub(super) fn address<T: ?Sized>(node: &T) -> usize {
    std::ptr::from_ref(node).cast::<()>() as usize
}

impl Scopes {
    pub(super) fn new() -> Self {
        let mut this = Self::default();
        this.depths.push(0);
        this.scopes.push(Scope {
            parent: None,
            function: FnId::MODULE,
            kind: ScopeKind::Function,
            is_empty: true,
            is_method: false,
        });
        this
    }

    pub(super) fn add_function(&mut self, parent: FnId) -> FnId {
        self.depths.push(self.depth(parent) + 1);
        FnId(self.depths.len() as u32 - 1)
    }

    pub(super) fn add_scope(
        &mut self,
        parent: ScopeId,
        function: FnId,
        kind: ScopeKind,
    ) -> ScopeId {
        self.scopes.push(Scope {
            parent: Some(parent),
            function,
            kind,
            is_empty: true,
            is_method: false,
        });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    pub(super) fn start_method(&mut self, scope: ScopeId) {
        self.scopes[scope.0 as usize].is_method = true;
    }

    /// The variable that `name` means in `scope`, if the method that holds the scope binds it.
    pub(super) fn within_method(&self, scope: ScopeId, name: Sym) -> Option<VarId> {
        let mut at = Some(scope);
        while let Some(id) = at {
            if let Some(var) = self.own(id, name) {
                return Some(var);
            }
            let scope = &self.scopes[id.0 as usize];
            at = scope.parent.filter(|_| !scope.is_method);
        }
        None
    }

    pub(super) fn attach(&mut self, address: usize, node: Node, scope: ScopeId) {
        self.nodes.insert((address, node), scope);
    }

    /// Binds `name` in `scope`, if it is not bound there yet.
    pub(super) fn declare(&mut self, scope: ScopeId, name: Sym) -> VarId {
        if let Some(&var) = self.table.get(&(scope, name)) {
            return var;
        }
        let var = VarId(self.vars.len() as u32);
        let owner = self.scopes[scope.0 as usize].function;
        self.vars.push(Var {
            name,
            scope,
            owner,
            storage: Storage::Register,
            nested_write: false,
            is_written_inside: false,
            captured: false,
        });
        self.bind(scope, name, var);
        var
    }

    /// `global name`.
    pub(super) fn declare_global(&mut self, scope: ScopeId, name: Sym) {
        let var = self.declare(ScopeId::MODULE, name);
        self.bind(scope, name, var);
    }

    /// `nonlocal name`.
    pub(super) fn declare_further_out(&mut self, scope: ScopeId, name: Sym) {
        self.bind(scope, name, VarId::FURTHER_OUT);
    }

    fn bind(&mut self, scope: ScopeId, name: Sym, var: VarId) {
        self.scopes[scope.0 as usize].is_empty = false;
        self.table.insert((scope, name), var);
    }

    pub(super) fn refer(&mut self, scope: ScopeId, function: FnId, name: Sym, usage: Use) {
        self.references.push(Reference {
            name,
            scope,
            function,
            usage,
        });
    }

    /// Resolves every use and gives every variable its storage. In JavaScript an assignment to a name that nothing
    /// declares makes a global, unless the name is one of `runtime_names`.
    pub(super) fn settle(&mut self, names: &Interner, runtime_names: Option<&[Sym]>) {
        let references = std::mem::take(&mut self.references);
        if let Some(runtime_names) = runtime_names {
            for r in references.iter().filter(|r| r.usage != Use::Read) {
                if self.lookup(r.scope, r.name).is_none() && !runtime_names.contains(&r.name) {
                    self.declare(ScopeId::MODULE, r.name);
                }
            }
        }
        for r in &references {
            let Some(id) = self.lookup(r.scope, r.name) else {
                continue;
            };
            let var = &mut self.vars[id.index()];
            var.nested_write |= r.usage == Use::NestedWrite;
            if var.owner == r.function {
                continue;
            }
            var.captured = true;
            var.is_written_inside |= r.usage != Use::Read;
            // A method's default value may name an attribute of its class, which is then read through the class.
            let scope = &self.scopes[var.scope.0 as usize];
            if let (ScopeKind::Class(Some(class)), Some(parent)) = (scope.kind, scope.parent)
                && let Some(id) = self.lookup(parent, class)
                && self.vars[id.index()].owner != r.function
            {
                self.vars[id.index()].captured = true;
            }
        }
        self.place(names);
    }

    fn place(&mut self, names: &Interner) {
        let mut counts: FxHashMap<(FnId, Sym), u32> = FxHashMap::default();
        // Variables of a function's own scope come first, so that they keep their plain names.
        for own in [true, false] {
            for var in &mut self.vars {
                let scope = &self.scopes[var.scope.0 as usize];
                if (scope.kind != ScopeKind::Block) != own {
                    continue;
                }
                if matches!(scope.kind, ScopeKind::Class(_)) {
                    var.storage = Storage::Attribute(var.scope);
                    continue;
                }
                if !var.captured && var.scope != ScopeId::MODULE {
                    continue;
                }
                let count = counts.entry((var.owner, var.name)).or_default();
                *count += 1;
                let unique = match *count {
                    1 => var.name,
                    n => names.intern(&format!("{}#{n}", names.text(var.name))),
                };
                if var.owner == FnId::MODULE {
                    var.storage = Storage::Global(unique);
                } else {
                    var.storage = Storage::Cell(unique);
                    self.cells.entry(var.owner).or_default().push(unique);
                }
            }
        }
    }

    /// The variable that `name` means in `scope`; `None` for a name of the runtime.
    pub(super) fn lookup(&self, scope: ScopeId, name: Sym) -> Option<VarId> {
        let mut sees_class = true;
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = &self.scopes[id.0 as usize];
            let is_visible = sees_class || !matches!(scope.kind, ScopeKind::Class(_));
            if !scope.is_empty
                && is_visible
                && let Some(&var) = self.table.get(&(id, name))
                && var != VarId::FURTHER_OUT
            {
                return Some(var);
            }
            sees_class &= scope.kind == ScopeKind::Block;
            at = scope.parent;
        }
        None
    }

    pub(super) fn var(&self, id: VarId) -> &Var {
        &self.vars[id.index()]
    }

    pub(super) fn var_count(&self) -> usize {
        self.vars.len()
    }

    /// The variable that the scope itself binds to `name`.
    pub(super) fn own(&self, scope: ScopeId, name: Sym) -> Option<VarId> {
        self.table
            .get(&(scope, name))
            .copied()
            .filter(|&var| var != VarId::FURTHER_OUT)
    }

    pub(super) fn is_captured(&self, id: VarId) -> bool {
        self.var(id).captured
    }

    pub(super) fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    pub(super) fn of_node(&self, address: usize, node: Node) -> Option<ScopeId> {
        self.nodes.get(&(address, node)).copied()
    }

    /// How many functions enclose one.
    pub(super) fn depth(&self, function: FnId) -> u32 {
        self.depths[function.0 as usize]
    }

    pub(super) fn take_cells(&mut self, function: FnId) -> Vec<Sym> {
        self.cells.remove(&function).unwrap_or_default()
    }
}
