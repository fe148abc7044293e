//! The function under construction: its blocks, registers and the ways out of its loops and `try`s.
//!
//! Blocks are made first and filled later; [`Frame::start`] begins to fill one and gives it the exception handler that
//! is current there. Once a block has its terminator the frame is *dead* until another is started, and what is emitted
//! meanwhile is dropped.

use smallvec::SmallVec;

use shindan_base::{Span, Sym};
use shindan_source::tree::Stmt;

use super::Lowerer;
use super::scope::{FnId, ScopeId};
use crate::ir::{BlockId, ClassIdx, Const, FuncIdx, Inst, Op, Reg, Term};

/// A function under construction.
pub(super) struct Frame<'t> {
    pub(super) index: FuncIdx,
    pub(super) id: FnId,
    /// What the qualified names of functions defined here begin with; empty in the module's body.
    pub(super) prefix: Sym,
    pub(super) blocks: Vec<Draft>,
    current: BlockId,
    pub(super) is_dead: bool,
    /// Where an exception goes from here.
    pub(super) handler: Option<BlockId>,
    registers: Vec<RegisterKind>,
    /// How often a volatile variable was written so far.
    volatile_writes: u32,
    pub(super) names: Vec<(Reg, Sym)>,
    /// Labels of the statement that comes next.
    pub(super) labels: SmallVec<[Sym; 1]>,
    /// Loops, switches and labelled statements that enclose the code at hand.
    pub(super) jumps: Vec<Jump>,
    /// The `finally` bodies that a way out has to pass.
    pub(super) finallies: Vec<Finally<'t>>,
    /// How many `finally` bodies enclose the code at hand.
    pub(super) finally_depth: u32,
    /// What `this` is inside static parts of a JavaScript class.
    pub(super) this: Option<Reg>,
    /// Python class bodies that enclose the code at hand.
    pub(super) class_bodies: Vec<ClassBody>,
    /// How many unnamed functions it has so far.
    pub(super) lambdas: u32,
}

impl Default for Frame<'_> {
    fn default() -> Self {
        Self {
            index: FuncIdx(0),
            id: FnId::MODULE,
            prefix: Sym::EMPTY,
            blocks: vec![Draft::default()],
            current: BlockId(0),
            is_dead: false,
            handler: None,
            registers: Vec::new(),
            volatile_writes: 0,
            names: Vec::new(),
            labels: SmallVec::new(),
            jumps: Vec::new(),
            finallies: Vec::new(),
            finally_depth: 0,
            this: None,
            class_bodies: Vec::new(),
            lambdas: 0,
        }
    }
}

/// A Python class whose body is being lowered.
#[derive(Clone, Copy)]
pub(super) struct ClassBody {
    pub(super) scope: ScopeId,
    pub(super) value: Reg,
    pub(super) class: ClassIdx,
}

/// A block under construction.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) insts: Vec<Inst>,
    pub(super) term: Option<Term>,
    pub(super) handler: Option<BlockId>,
}

/// What a register holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RegisterKind {
    Temporary,
    Variable,
    /// A variable that larger expressions assign in passing.
    Volatile,
}

/// A point in the code.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    block: BlockId,
    index: usize,
    volatile_writes: u32,
}

/// Where `break` and `continue` lead.
pub(super) struct Jump {
    pub(super) labels: SmallVec<[Sym; 1]>,
    pub(super) exit: BlockId,
    /// `None` for what only `break` leaves.
    pub(super) next: Option<BlockId>,
    /// A labelled statement, which a plain `break` does not mean.
    pub(super) needs_label: bool,
    /// How many `finally` bodies enclose it.
    pub(super) finallies: usize,
}

/// A `finally` body that ways out of its `try` pass.
pub(super) struct Finally<'t> {
    pub(super) body: &'t [Stmt],
    pub(super) scope: ScopeId,
    /// Where an exception in the body goes.
    pub(super) handler: Option<BlockId>,
    /// How many loops enclose it.
    pub(super) jumps: usize,
    pub(super) copies_left: u32,
    /// The entry of the shared copy and where it goes on.
    pub(super) shared: Option<(BlockId, Vec<BlockId>)>,
}

impl Frame<'_> {
    pub(super) fn new_block(&mut self) -> BlockId {
        self.blocks.push(Draft::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Fills `block` from here on.
    pub(super) fn start(&mut self, block: BlockId) {
        self.blocks[block.0 as usize].handler = self.handler;
        self.current = block;
        self.is_dead = false;
    }

    /// Ends the current block.
    pub(super) fn end(&mut self, term: Term) {
        if !self.is_dead {
            self.blocks[self.current.0 as usize].term = Some(term);
            self.is_dead = true;
        }
    }

    pub(super) fn goto(&mut self, block: BlockId) {
        self.end(Term::Goto(block));
    }

    /// Ends the current block and fills the next, which is new.
    pub(super) fn flow_into_new(&mut self) -> BlockId {
        let block = self.new_block();
        self.goto(block);
        self.start(block);
        block
    }

    pub(super) fn flow_into_new_if_alive(&mut self) -> Option<BlockId> {
        (!self.is_dead).then(|| self.flow_into_new())
    }

    fn push(&mut self, op: Op, dst: Option<Reg>, span: Span) {
        if !self.is_dead {
            self.volatile_writes += u32::from(dst.is_some_and(|dst| self.is_volatile(dst)));
            self.blocks[self.current.0 as usize]
                .insts
                .push(Inst { op, dst, span });
        }
    }

    /// The point that emission has reached.
    pub(super) fn mark(&self) -> Mark {
        let index = self.blocks[self.current.0 as usize].insts.len();
        Mark {
            block: self.current,
            index,
            volatile_writes: self.volatile_writes,
        }
    }

    /// An operand that was evaluated at `mark`, kept from what was emitted since: if that wrote variables and the
    /// operand is one, the operand becomes a copy made at `mark`. Marks are used in the reverse order of their making.
    pub(super) fn keep(&mut self, operand: Reg, mark: Mark, span: Span) -> Reg {
        if self.volatile_writes == mark.volatile_writes || !self.is_volatile(operand) {
            return operand;
        }
        let dst = self.temporary();
        let inst = Inst {
            op: Op::Copy(operand),
            dst: Some(dst),
            span,
        };
        self.blocks[mark.block.0 as usize]
            .insts
            .insert(mark.index, inst);
        dst
    }

    pub(super) fn temporary(&mut self) -> Reg {
        self.registers.push(RegisterKind::Temporary);
        Reg(self.registers.len() as u32 - 1)
    }

    pub(super) fn variable(&mut self, name: Sym, is_volatile: bool) -> Reg {
        let kind = if is_volatile {
            RegisterKind::Volatile
        } else {
            RegisterKind::Variable
        };
        self.registers.push(kind);
        let reg = Reg(self.registers.len() as u32 - 1);
        self.names.push((reg, name));
        reg
    }

    pub(super) fn register_count(&self) -> u32 {
        self.registers.len() as u32
    }

    pub(super) fn is_variable(&self, reg: Reg) -> bool {
        self.registers[reg.0 as usize] != RegisterKind::Temporary
    }

    fn is_volatile(&self, reg: Reg) -> bool {
        self.registers[reg.0 as usize] == RegisterKind::Volatile
    }
}

impl Lowerer<'_> {
    /// Emits an instruction whose result goes to `into` or to a new register.
    pub(super) fn emit_into(&mut self, op: Op, into: Option<Reg>, span: Span) -> Reg {
        let dst = into.unwrap_or_else(|| self.frame.temporary());
        self.frame.push(op, Some(dst), span);
        dst
    }

    pub(super) fn emit(&mut self, op: Op, span: Span) -> Reg {
        self.emit_into(op, None, span)
    }

    /// Emits an instruction without a result.
    pub(super) fn act(&mut self, op: Op, span: Span) {
        self.frame.push(op, None, span);
    }

    pub(super) fn constant(&mut self, value: Const, span: Span) -> Reg {
        self.emit(Op::Const(value), span)
    }

    /// A value that is already in a register, moved to where it is wanted.
    pub(super) fn settle(&mut self, value: Reg, into: Option<Reg>, span: Span) -> Reg {
        match into {
            Some(dst) if dst != value => self.emit_into(Op::Copy(value), into, span),
            _ => value,
        }
    }

    /// `None` (Python) or `undefined`.
    pub(super) fn nothing(&self) -> Const {
        if self.is_python {
            Const::Null
        } else {
            Const::Undefined
        }
    }
}
