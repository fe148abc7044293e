//! Checks that a module keeps the promises of the IR. Used by tests; a front-end that makes IR runs its output
//! through this.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{Block, BlockId, CallSite, Callee, Func, MapEntry, Module, Op, Reg, Term};
use crate::lower::targets;

/// The first broken promise, if any: which function, and what is wrong with it.
///
/// # Errors
/// Says what is wrong.
pub fn verify(module: &Module) -> Result<(), String> {
    if module.functions.is_empty() {
        return Err("no module body".to_owned());
    }
    for (index, func) in module.functions.iter().enumerate() {
        function(module, index, func).map_err(|error| format!("f{index}: {error}"))?;
    }
    for class in &module.classes {
        let functions = class
            .methods
            .iter()
            .map(|method| method.func)
            .chain(class.fields);
        if functions
            .into_iter()
            .any(|func| func.0 as usize >= module.functions.len())
        {
            return Err("a class has a function that is not there".to_owned());
        }
        if !class.methods.is_sorted_by_key(|method| method.func.0) {
            return Err(
                "the methods of a class are not in the order of their functions".to_owned(),
            );
        }
    }
    Ok(())
}

fn function(module: &Module, index: usize, func: &Func) -> Result<(), String> {
    if func.parent.is_none() != (index == 0)
        || func.parent.is_some_and(|parent| parent.0 as usize >= index)
    {
        return Err("its parent does not come before it".to_owned());
    }
    let named: FxHashSet<Reg> = func.register_names.iter().map(|&(reg, _)| reg).collect();
    let mut written: FxHashMap<Reg, usize> = FxHashMap::default();
    for (at, block) in func.blocks.iter().enumerate() {
        for inst in &block.insts {
            operands(&inst.op, &mut |reg| register(func, reg))?;
            if let Some(dst) = inst.dst {
                register(func, dst)?;
                let before = written.insert(dst, at);
                if before == Some(at) && !named.contains(&dst) {
                    return Err(format!("b{at} writes the unnamed %{} twice", dst.0));
                }
            }
            known(module, &inst.op)?;
        }
        if let Term::If { cond: reg, .. }
        | Term::IfNullish { value: reg, .. }
        | Term::Next { of: reg, .. }
        | Term::Return(Some(reg))
        | Term::Throw(Some(reg)) = block.term
        {
            register(func, reg)?;
        }
    }
    edges(&func.blocks)
}

fn register(func: &Func, reg: Reg) -> Result<(), String> {
    if reg.0 < func.registers {
        Ok(())
    } else {
        Err(format!("no register %{}", reg.0))
    }
}

fn known(module: &Module, op: &Op) -> Result<(), String> {
    match op {
        Op::Closure(func) if func.0 as usize >= module.functions.len() => {
            Err(format!("no function f{}", func.0))
        }
        Op::Class { class, .. } | Op::ClassRef(class)
            if class.0 as usize >= module.classes.len() =>
        {
            Err(format!("no class c{}", class.0))
        }
        _ => Ok(()),
    }
}

/// Every block but the entry has an edge from a lower index, and exactly the targets of other edges are loop heads.
fn edges(blocks: &[Block]) -> Result<(), String> {
    if blocks.is_empty() {
        return Err("no blocks".to_owned());
    }
    let mut is_reached = vec![false; blocks.len()];
    let mut is_head = vec![false; blocks.len()];
    is_reached[0] = true;
    for (from, block) in blocks.iter().enumerate() {
        for BlockId(to) in targets(&block.term).into_iter().chain(block.handler) {
            let to = to as usize;
            if to >= blocks.len() {
                return Err(format!("b{from} leads to b{to}, which is not there"));
            }
            if to <= from {
                is_head[to] = true;
            } else {
                is_reached[to] = true;
            }
        }
    }
    if let Some(block) = is_reached.iter().position(|is| !is) {
        return Err(format!("no lower block leads to b{block}"));
    }
    match blocks
        .iter()
        .zip(&is_head)
        .position(|(block, &is_head)| block.is_loop_head != is_head)
    {
        Some(block) => Err(format!("b{block} is wrongly a loop head or not")),
        None => Ok(()),
    }
}

fn operands(op: &Op, see: &mut impl FnMut(Reg) -> Result<(), String>) -> Result<(), String> {
    let mut regs: Vec<Reg> = Vec::new();
    match op {
        Op::Const(_)
        | Op::Regex { .. }
        | Op::This
        | Op::LoadGlobal(_)
        | Op::LoadBuiltin(_)
        | Op::Resolve(_)
        | Op::ClassRef(_)
        | Op::LoadCell { .. }
        | Op::Closure(_)
        | Op::Import(_)
        | Op::ImportRoot(_)
        | Op::ImportAll(_)
        | Op::ExportAll(_) => {}
        Op::Copy(reg)
        | Op::StoreGlobal(_, reg)
        | Op::StoreCell { value: reg, .. }
        | Op::Typed { value: reg, .. }
        | Op::Member { object: reg, .. }
        | Op::Unary { operand: reg, .. }
        | Op::Export { value: reg, .. }
        | Op::Await(reg)
        | Op::Yield { value: reg, .. }
        | Op::Element { of: reg, .. }
        | Op::Unpack { of: reg, .. }
        | Op::UnpackRest { of: reg, .. }
        | Op::OmitKeys { of: reg, .. }
        | Op::Enter(reg) => regs.push(*reg),
        Op::Param { default, ty, .. } => regs.extend([default, ty].into_iter().copied().flatten()),
        Op::SetMember {
            object: a,
            value: b,
            ..
        }
        | Op::Index {
            object: a,
            index: b,
        }
        | Op::Delete {
            object: a,
            index: b,
        }
        | Op::Binary {
            left: a, right: b, ..
        }
        | Op::Compare {
            left: a, right: b, ..
        }
        | Op::Append { list: a, value: b } => regs.extend([*a, *b]),
        Op::SetIndex {
            object,
            index,
            value,
        } => regs.extend([*object, *index, *value]),
        Op::Slice {
            object,
            lower,
            upper,
            step,
        } => {
            regs.push(*object);
            regs.extend([lower, upper, step].into_iter().copied().flatten());
        }
        Op::Concat(parts)
        | Op::Opaque(parts)
        | Op::Class { bases: parts, .. }
        | Op::Caught { types: parts } => {
            regs.extend(parts.iter());
        }
        Op::List(items) | Op::Tuple(items) | Op::Set(items) => {
            regs.extend(items.iter().map(|&(reg, _)| reg))
        }
        Op::Map(entries) => {
            for entry in entries {
                match *entry {
                    MapEntry::Pair {
                        key: a, value: b, ..
                    }
                    | MapEntry::Getter {
                        key: a,
                        function: b,
                    } => {
                        regs.extend([a, b]);
                    }
                    MapEntry::Spread(reg) => regs.push(reg),
                }
            }
        }
        Op::Call(site) => call(site, &mut regs),
        Op::Markup {
            tag,
            attributes,
            children,
        } => {
            regs.extend(*tag);
            regs.extend(attributes.iter().map(|&(_, reg)| reg));
            regs.extend(children.iter());
        }
    }
    regs.into_iter().try_for_each(see)
}

fn call(site: &CallSite, regs: &mut Vec<Reg>) {
    match site.callee {
        Callee::Value(reg) | Callee::Method { object: reg, .. } => regs.push(reg),
        Callee::Super { .. } | Callee::Bare { .. } => {}
    }
    regs.extend(site.args.iter().map(|arg| arg.value));
}
