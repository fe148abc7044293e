//! Exception handlers that do nothing, read off the surface tree.

use shindan_base::{FileId, Span};
use shindan_catalogue::{Catalogue, Condition, Test, Trigger};
use shindan_flow::{FuncRef, Patterns, Site, row_language};
use shindan_program::ir::{FuncIdx, Module};
use shindan_source::tree::{Export, ExprKind, MemberKind, Stmt, StmtKind, Tree};

use crate::RawFinding;

/// Handlers that do nothing in a file, for the checks that look for them.
#[must_use]
pub fn empty_catches(
    catalogue: &Catalogue,
    patterns: &Patterns,
    tree: &Tree,
    text: &str,
    module: &Module,
    file: FileId,
) -> Vec<RawFinding> {
    let language = row_language(tree.language.family());
    let mut found = Vec::new();
    let mut spans: Option<Vec<Span>> = None;
    for (d, detector) in catalogue.detectors.iter().enumerate() {
        for (c, check) in detector.checks.of(language).iter().enumerate() {
            if !matches!(check.trigger, Trigger::EmptyCatch) {
                continue;
            }
            let spans = spans.get_or_insert_with(|| {
                let mut spans = Vec::new();
                walk(&tree.body, &mut spans);
                spans
            });
            for span in spans.iter() {
                let handler = span.slice(text);
                let holds = |c: &Condition| match &c.test {
                    // Only the handler's own text can be asked for: no program runs here.
                    Test::Text(pattern) | Test::ScopeText(_, pattern) => {
                        patterns.finds(pattern, handler)
                    }
                    _ => false,
                };
                if !check.when.iter().all(holds) || check.unless.iter().any(holds) {
                    continue;
                }
                let index = enclosing(module, *span);
                found.push(RawFinding {
                    detector: d as u32,
                    language,
                    check: c as u32,
                    site: Site { file, span: *span },
                    function: FuncRef { file, index },
                });
            }
        }
    }
    found
}

/// The innermost function around a place.
fn enclosing(module: &Module, span: Span) -> FuncIdx {
    let inside =
        |f: &&shindan_program::ir::Func| f.span.start <= span.start && span.end <= f.span.end;
    let innermost = module
        .functions
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, f)| inside(f))
        .min_by_key(|(_, f)| f.span.end - f.span.start);
    FuncIdx(innermost.map_or(0, |(i, _)| i as u32))
}

fn walk(body: &[Stmt], found: &mut Vec<Span>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Try {
                body,
                handlers,
                els,
                finally,
            } => {
                for handler in handlers {
                    if handler.body.iter().all(does_nothing) {
                        found.push(handler.span);
                    }
                    walk(&handler.body, found);
                }
                walk(body, found);
                walk(els, found);
                walk(finally, found);
            }
            StmtKind::Function(function) => walk(&function.body, found),
            StmtKind::Class(class) => {
                for member in &class.members {
                    match &member.kind {
                        MemberKind::Method { function, .. }
                        | MemberKind::ComputedMethod { function, .. } => {
                            walk(&function.body, found)
                        }
                        MemberKind::Stmt(stmt) => walk(std::slice::from_ref(stmt), found),
                        MemberKind::Field { .. } => {}
                    }
                }
            }
            StmtKind::If { then, els, .. } => {
                walk(then, found);
                walk(els, found);
            }
            StmtKind::While { body, els, .. } | StmtKind::ForEach { body, els, .. } => {
                walk(body, found);
                walk(els, found);
            }
            StmtKind::DoWhile { body, .. }
            | StmtKind::For { body, .. }
            | StmtKind::With { body, .. }
            | StmtKind::Block(body)
            | StmtKind::Namespace { body, .. } => walk(body, found),
            StmtKind::Switch { cases, .. } => cases.iter().for_each(|c| walk(&c.body, found)),
            StmtKind::Label(_, inner) => walk(std::slice::from_ref(inner), found),
            StmtKind::Export(export) => {
                if let Export::Declaration(inner) = &**export {
                    walk(std::slice::from_ref(inner), found);
                }
            }
            StmtKind::Expr(expr) => in_expression(&expr.kind, found),
            StmtKind::Let {
                value: Some(value), ..
            } => in_expression(&value.kind, found),
            StmtKind::Let { .. }
            | StmtKind::Return(_)
            | StmtKind::Throw(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Import(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Delete(_)
            | StmtKind::Assert { .. }
            | StmtKind::Pass => {}
        }
    }
}

/// Functions as handlers are written most: assigned, or passed to a call.
fn in_expression(kind: &ExprKind, found: &mut Vec<Span>) {
    match kind {
        ExprKind::Function(function) => walk(&function.body, found),
        ExprKind::Assign { value, .. } => in_expression(&value.kind, found),
        ExprKind::Await(inner) => in_expression(&inner.kind, found),
        ExprKind::Call { callee, args } => {
            in_expression(&callee.kind, found);
            for arg in args {
                if let shindan_source::tree::Arg::Positional(value) = arg {
                    in_expression(&value.kind, found);
                }
            }
        }
        ExprKind::Member { object, .. } => in_expression(&object.kind, found),
        _ => {}
    }
}

fn does_nothing(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Pass | StmtKind::Continue(_) => true,
        StmtKind::Block(body) => body.iter().all(does_nothing),
        StmtKind::Expr(expr) => matches!(expr.kind, ExprKind::Str(_)),
        _ => false,
    }
}
