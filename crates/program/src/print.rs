//! A module's IR as text, one line an instruction, for tests and for looking at what lowering made of a file.
//!
//! Registers are `%n`, or `name.n` where they hold a named local; spans are left out.

use std::fmt::{self, Write};

use rustc_hash::FxHashMap;
use shindan_base::{Interner, Sym};

use crate::ir::{
    ArgKind, Block, CallSite, Callee, Const, Func, MapEntry, Module, Op, ParamKind, Reg, Require,
    Term,
};

/// The whole module as text: functions, then classes, then what it requires.
#[must_use]
pub fn print(module: &Module, names: &Interner) -> String {
    let mut out = String::new();
    for (index, func) in module.functions.iter().enumerate() {
        let printer = Printer {
            names,
            registers: func.register_names.iter().copied().collect(),
        };
        printer
            .func(&mut out, index, func)
            .expect("writing to a String cannot fail");
    }
    for (index, class) in module.classes.iter().enumerate() {
        let _ = write!(out, "class c{index} {}", names.text(class.name));
        if let Some(fields) = class.fields {
            let _ = write!(out, " fields=f{}", fields.0);
        }
        out.push('\n');
        for method in &class.methods {
            let _ = write!(out, "  {} = f{}", names.text(method.name), method.func.0);
            let flags = [
                (method.is_static, " static"),
                (method.is_class_method, " classmethod"),
                (method.is_getter, " getter"),
                (method.is_setter, " setter"),
            ];
            flags
                .iter()
                .filter(|(is, _)| *is)
                .for_each(|(_, word)| out.push_str(word));
            out.push('\n');
        }
    }
    for &require in &module.requires {
        let printer = Printer {
            names,
            registers: FxHashMap::default(),
        };
        let _ = writeln!(out, "requires {}", printer.require(require));
    }
    out
}

struct Printer<'a> {
    names: &'a Interner,
    registers: FxHashMap<Reg, Sym>,
}

impl Printer<'_> {
    fn func(&self, out: &mut String, index: usize, func: &Func) -> fmt::Result {
        write!(out, "fn f{index} {}", self.names.text(func.qualified))?;
        if let Some(class) = func.class {
            write!(out, " of c{}", class.0)?;
        }
        let flags = [
            (func.is_async, " async"),
            (func.is_generator, " generator"),
            (func.is_arrow, " arrow"),
            (func.has_decorators, " decorated"),
        ];
        flags
            .iter()
            .filter(|(is, _)| *is)
            .for_each(|(_, word)| out.push_str(word));
        if !func.params.is_empty() {
            let params = func.params.iter().map(|param| {
                let mark = match param.kind {
                    ParamKind::Plain => "",
                    ParamKind::NamedOnly => "!",
                    ParamKind::Rest => "*",
                    ParamKind::RestMap => "**",
                    ParamKind::Block => "&",
                };
                format!(
                    "{mark}{}",
                    if param.name == Sym::EMPTY {
                        "_"
                    } else {
                        self.names.text(param.name)
                    }
                )
            });
            write!(out, "({})", params.collect::<Vec<_>>().join(", "))?;
        }
        if !func.cells.is_empty() {
            let cells = func.cells.iter().map(|&cell| self.names.text(cell));
            write!(out, " cells[{}]", cells.collect::<Vec<_>>().join(", "))?;
        }
        out.push('\n');
        for (i, block) in func.blocks.iter().enumerate() {
            self.block(out, i, block)?;
        }
        Ok(())
    }

    fn block(&self, out: &mut String, index: usize, block: &Block) -> fmt::Result {
        write!(out, "  b{index}")?;
        if block.is_loop_head {
            write!(out, " loop")?;
        }
        if let Some(handler) = block.handler {
            write!(out, " !b{}", handler.0)?;
        }
        writeln!(out, ":")?;
        for inst in &block.insts {
            match inst.dst {
                Some(dst) => writeln!(out, "    {} = {}", self.reg(dst), self.op(&inst.op))?,
                None => writeln!(out, "    {}", self.op(&inst.op))?,
            }
        }
        writeln!(out, "    {}", self.term(&block.term))
    }

    fn reg(&self, reg: Reg) -> String {
        match self.registers.get(&reg) {
            Some(&name) => format!("{}.{}", self.names.text(name), reg.0),
            None => format!("%{}", reg.0),
        }
    }

    fn maybe(&self, reg: Option<Reg>) -> String {
        reg.map_or_else(|| "_".to_owned(), |reg| self.reg(reg))
    }

    fn regs(&self, regs: &[Reg]) -> String {
        regs.iter()
            .map(|&reg| self.reg(reg))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn spread(&self, regs: &[(Reg, bool)]) -> String {
        let each = |&(reg, is_spread): &(Reg, bool)| {
            format!("{}{}", if is_spread { "..." } else { "" }, self.reg(reg))
        };
        regs.iter().map(each).collect::<Vec<_>>().join(", ")
    }

    fn text(&self, sym: Sym) -> &str {
        self.names.text(sym)
    }

    fn require(&self, require: Require) -> String {
        let mut text = format!(
            "{}{:?}",
            ".".repeat(require.level as usize),
            self.text(require.module)
        );
        if let Some(item) = require.item {
            text += &format!(" item {}", self.text(item));
        }
        text
    }

    fn constant(&self, value: Const) -> String {
        match value {
            Const::Str(text) => format!("{:?}", self.text(text)),
            Const::Bytes(text) => format!("b{:?}", self.text(text)),
            Const::Int(value) => value.to_string(),
            Const::Float(value) => format!("{value:?}"),
            Const::Bool(value) => value.to_string(),
            Const::Null => "null".to_owned(),
            Const::Undefined => "undefined".to_owned(),
        }
    }

    fn op(&self, op: &Op) -> String {
        let r = |reg: Reg| self.reg(reg);
        match op {
            Op::Const(value) => self.constant(*value),
            Op::Regex { pattern, flags } => {
                format!("/{}/{}", self.text(*pattern), self.text(*flags))
            }
            Op::Copy(reg) => format!("copy {}", r(*reg)),
            Op::Param { index, default, ty } => {
                let mut text = format!("param {index}");
                if default.is_some() {
                    text += &format!(" default {}", self.maybe(*default));
                }
                if ty.is_some() {
                    text += &format!(" type {}", self.maybe(*ty));
                }
                text
            }
            Op::This => "this".to_owned(),
            Op::LoadGlobal(name) => format!("global {}", self.text(*name)),
            Op::StoreGlobal(name, value) => format!("global {} <- {}", self.text(*name), r(*value)),
            Op::LoadBuiltin(name) => format!("builtin {}", self.text(*name)),
            Op::Resolve(name) => format!("resolve {}", self.text(name.path)),
            Op::ClassRef(class) => format!("class-ref c{}", class.0),
            Op::Typed { value, ty } => format!("{} : {}", r(*value), self.text(ty.path)),
            Op::LoadCell { up, name } => format!("cell {up}:{}", self.text(*name)),
            Op::StoreCell { up, name, value } => {
                format!("cell {up}:{} <- {}", self.text(*name), r(*value))
            }
            Op::Member { object, name } => format!("{}.{}", r(*object), self.text(*name)),
            Op::SetMember {
                object,
                name,
                value,
            } => format!("{}.{} <- {}", r(*object), self.text(*name), r(*value)),
            Op::Index { object, index } => format!("{}[{}]", r(*object), r(*index)),
            Op::SetIndex {
                object,
                index,
                value,
            } => format!("{}[{}] <- {}", r(*object), r(*index), r(*value)),
            Op::Slice {
                object,
                lower,
                upper,
                step,
            } => {
                let parts = [lower, upper, step].map(|part| self.maybe(*part));
                format!("{}[{}]", r(*object), parts.join(":"))
            }
            Op::Delete { object, index } => format!("delete {}[{}]", r(*object), r(*index)),
            Op::Unary { op, operand } => format!("{op:?} {}", r(*operand)),
            Op::Binary {
                op,
                left,
                right,
                augmented,
            } => {
                format!(
                    "{op:?}{} {}, {}",
                    if *augmented { "=" } else { "" },
                    r(*left),
                    r(*right)
                )
            }
            Op::Compare { op, left, right } => format!("{op:?} {}, {}", r(*left), r(*right)),
            Op::Concat(parts) => format!("concat({})", self.regs(parts)),
            Op::List(items) => format!("list[{}]", self.spread(items)),
            Op::Tuple(items) => format!("tuple({})", self.spread(items)),
            Op::Set(items) => format!("set{{{}}}", self.spread(items)),
            Op::Map(entries) => {
                let each = |entry: &MapEntry| match *entry {
                    MapEntry::Pair { key, value, at: _ } => format!("{}: {}", r(key), r(value)),
                    MapEntry::Spread(value) => format!("...{}", r(value)),
                    MapEntry::Getter { key, function } => {
                        format!("get {}: {}", r(key), r(function))
                    }
                };
                format!(
                    "map{{{}}}",
                    entries.iter().map(each).collect::<Vec<_>>().join(", ")
                )
            }
            Op::Append { list, value } => format!("append {}, {}", r(*list), r(*value)),
            Op::Closure(func) => format!("closure f{}", func.0),
            Op::Class { class, bases } => format!("class c{}({})", class.0, self.regs(bases)),
            Op::Call(site) => self.call(site),
            Op::Import(require) => format!("import {}", self.require(*require)),
            Op::ImportRoot(require) => format!("import root {}", self.require(*require)),
            Op::ImportAll(require) => format!("import all {}", self.require(*require)),
            Op::Export { name, value } => format!("export {} = {}", self.text(*name), r(*value)),
            Op::ExportAll(require) => format!("export all {}", self.require(*require)),
            Op::Await(value) => format!("await {}", r(*value)),
            Op::Yield { value, delegate } => {
                format!("yield{} {}", if *delegate { "*" } else { "" }, r(*value))
            }
            Op::Element { of, keys } => {
                format!("{} of {}", if *keys { "key" } else { "element" }, r(*of))
            }
            Op::Unpack { of, index } => format!("unpack {} #{index}", r(*of)),
            Op::UnpackRest {
                of,
                from,
                drop_last,
            } => format!("unpack {} #{from}..-{drop_last}", r(*of)),
            Op::OmitKeys { of, keys } => {
                let keys: Vec<_> = keys.iter().map(|&key| self.text(key)).collect();
                format!("{} without {{{}}}", r(*of), keys.join(", "))
            }
            Op::Caught { types } => format!("caught [{}]", self.regs(types)),
            Op::Enter(value) => format!("enter {}", r(*value)),
            Op::Markup {
                tag,
                attributes,
                children,
            } => {
                let each =
                    |(name, value): &(Sym, Reg)| format!("{}={}", self.text(*name), r(*value));
                let attributes = attributes.iter().map(each).collect::<Vec<_>>().join(", ");
                format!(
                    "markup {} {{{attributes}}} [{}]",
                    self.maybe(*tag),
                    self.regs(children)
                )
            }
            Op::Opaque(operands) => format!("opaque({})", self.regs(operands)),
        }
    }

    fn call(&self, site: &CallSite) -> String {
        let mut text = String::from(if site.is_new { "new " } else { "call " });
        text += &match site.callee {
            Callee::Value(value) => self.reg(value),
            Callee::Method {
                object,
                name,
                at: _,
            } => format!("{}.{}", self.reg(object), self.text(name)),
            Callee::Super { name } => format!("super.{}", self.text(name)),
            Callee::Bare { name } => format!("bare {}", self.text(name.path)),
        };
        let each = |arg: &crate::ir::CallArg| match arg.kind {
            ArgKind::Positional => self.reg(arg.value),
            ArgKind::Named(name) => format!("{}={}", self.text(name), self.reg(arg.value)),
            ArgKind::Spread => format!("...{}", self.reg(arg.value)),
            ArgKind::SpreadMap => format!("**{}", self.reg(arg.value)),
        };
        text += &format!(
            "({})",
            site.args.iter().map(each).collect::<Vec<_>>().join(", ")
        );
        if site.result_unused {
            text += " unused";
        }
        text
    }

    fn term(&self, term: &Term) -> String {
        match *term {
            Term::Goto(to) => format!("goto b{}", to.0),
            Term::If { cond, then, els } => {
                format!("if {} b{} else b{}", self.reg(cond), then.0, els.0)
            }
            Term::IfNullish { value, then, els } => {
                format!("if-nullish {} b{} else b{}", self.reg(value), then.0, els.0)
            }
            Term::Next { of, body, exit } => {
                format!("next {} b{} else b{}", self.reg(of), body.0, exit.0)
            }
            Term::Either(a, b) => format!("either b{} b{}", a.0, b.0),
            Term::Return(value) => format!("return {}", self.maybe(value)),
            Term::Throw(value) => format!("throw {}", self.maybe(value)),
        }
    }
}
