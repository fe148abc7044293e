//! Texts of other languages that are put together by hand around untrusted data, whoever uses them in the end, and
//! loops that untrusted data keeps running.

use shindan_base::Span;
use shindan_program::ir::{CompareOp, Op, Reg};

use crate::heap::ObjKind;
use crate::interpreter::{Activation, Interpreter, Site, State, World};
use crate::observe::Hit;
use crate::text::Part;
use crate::value::{Ref, Taint, ValueId};

impl<'a> Interpreter<'a> {
    /// Looks at a text that was just put together.
    pub(crate) fn check_text(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        value: ValueId,
        span: Span,
    ) {
        let kinds = self.models.kinds;
        let text = self.values.get(value).text;
        let parts = self.texts.get(text);
        if parts.is_empty() || self.values.get(value).taint.is_empty() {
            return;
        }
        let mut literal = String::new();
        let mut controls_host = false;
        for part in parts {
            match part {
                Part::Literal(text) => literal.push_str(self.text_of(*text)),
                Part::Hole { tainted } => {
                    controls_host |= *tainted && literal.ends_with("://");
                    literal.push('\u{fffc}');
                }
            }
        }
        let taint = self.values.get(value).taint.clone();
        if has_tag(&literal) {
            self.arrive_in_text(act, world, kinds.html_text, kinds.html, &taint, span);
        }
        if is_statement(&literal) {
            self.arrive_in_text(act, world, kinds.sql_text, kinds.sql, &taint, span);
        }
        if controls_host {
            self.arrive_in_text(act, world, kinds.url_host, kinds.url, &taint, span);
        }
    }

    fn arrive_in_text(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        bit: u64,
        safe: u64,
        data: &[Taint],
        span: Span,
    ) {
        let open: Vec<Taint> = data
            .iter()
            .filter(|t| self.cleared(world, **t) & safe == 0)
            .copied()
            .collect();
        if !open.is_empty() {
            self.arrive_returned(act, world, bit, &open, Some(span));
        }
    }

    /// `jobs[request.job](options)`: whoever fills the key chooses among everything that the object has, inherited
    /// methods too. A literal of the program's own functions is the customary table of them, and left alone.
    pub(crate) fn check_chosen_call(
        &mut self,
        act: &Activation<'a>,
        state: &State,
        callee: Reg,
        span: Span,
    ) {
        let bit = self.models.kinds.reflection;
        if self.python || bit == 0 {
            return;
        }
        let Some(Op::Index { object, index }) = self.definition(act, callee) else {
            return;
        };
        let table = self.values.get(state.regs[object.0 as usize]);
        let is_literal = table.refs.iter().any(|r| {
            matches!(r, Ref::Obj(id) if state.world.heap.get(*id).is_some_and(|o| matches!(o.kind, ObjKind::Map | ObjKind::List)))
        });
        if is_literal {
            return;
        }
        let data = self.values.get(state.regs[index.0 as usize]).taint.clone();
        self.arrive_returned(act, &state.world, bit, &data, Some(span));
    }

    /// `i < request.items.length`: nobody says how often.
    pub(crate) fn check_loop_bound(&mut self, act: &Activation<'a>, state: &State, cond: Reg) {
        let bit = self.models.kinds.loop_bound;
        if self.python || bit == 0 {
            return;
        }
        let Some(Op::Compare { op, left, right }) = self.definition(act, cond) else {
            return;
        };
        let bound = match op {
            CompareOp::Lt | CompareOp::LtEq => *right,
            CompareOp::Gt | CompareOp::GtEq => *left,
            _ => return,
        };
        let Some(Op::Member { object, name }) = self.definition(act, bound) else {
            return;
        };
        if self.text_of(*name) != "length" {
            return;
        }
        let collection = state.regs[object.0 as usize];
        let is_list = self.values.get(collection).refs.iter().any(|r| matches!(r, Ref::Obj(id) if state.world.heap.get(*id).is_some_and(|o| matches!(o.kind, ObjKind::List))));
        let data = self.values.get(collection).taint.clone();
        // A text cannot claim a length that it has not.
        let open: Vec<Taint> = data
            .iter()
            .filter(|t| t.cleared & self.models.kinds.nosql == 0)
            .copied()
            .collect();
        if is_list || open.is_empty() {
            return;
        }
        let span = act.ir.blocks[self.block]
            .insts
            .iter()
            .rev()
            .find(|i| i.dst == Some(cond))
            .map(|i| i.span);
        self.arrive_returned(act, &state.world, bit, &open, span);
    }
}

/// Drops what was noticed while a text was put together when the same data was also seen to arrive where it does harm.
pub(crate) fn drop_repeated(hits: &mut Vec<Hit>, of_text: u64, of_use: u64) {
    let used: Vec<(u32, u32)> = hits
        .iter()
        .filter(|h| h.kind & of_use != 0)
        .filter_map(origin)
        .collect();
    hits.retain(|h| h.kind & of_text == 0 || origin(h).is_none_or(|o| !used.contains(&o)));
    // `a + b + c` is put together twice; the whole says it all.
    let texts: Vec<(u32, Site)> = hits
        .iter()
        .filter(|h| h.kind & of_text != 0)
        .map(|h| (h.detector, h.site))
        .collect();
    hits.retain(|h| h.kind & of_text == 0 || !texts.iter().any(|t| is_part(h, t)));
}

/// Whether a hit stands inside another place of the same detector.
fn is_part(hit: &Hit, (detector, whole): &(u32, Site)) -> bool {
    let (inner, outer) = (hit.site.span, whole.span);
    hit.detector == *detector
        && hit.site.file == whole.file
        && inner != outer
        && outer.start <= inner.start
        && inner.end <= outer.end
}

fn origin(hit: &Hit) -> Option<(u32, u32)> {
    hit.trace.first().map(|s| (s.file.0, s.span.start))
}

/// The elements of HTML and the two languages that live in it. A hyphen makes any other name a custom element.
const ELEMENTS: &str = " a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas \
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset \
    figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input \
    ins kbd label legend li link main map mark marquee math menu meta meter nav noscript object ol optgroup option \
    output p param picture pre progress q rp rt ruby s samp script search section select slot small source span \
    strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u \
    ul var video wbr ";

/// Whether a text holds a tag of HTML; `<name>` in a message is none.
fn has_tag(text: &str) -> bool {
    text.match_indices('<').any(|(i, _)| {
        let rest = &text[i + 1..];
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        let is_custom = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.contains('-');
        !name.is_empty() && (is_custom || ELEMENTS.contains(&format!(" {name} ")))
    })
}

/// Whether a text starts like a statement of SQL, hole or not.
fn is_statement(text: &str) -> bool {
    let lower = text.trim_start().to_ascii_lowercase();
    let mut words = lower.split_whitespace();
    let has = |word: &str| {
        lower
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|w| w == word)
    };
    match words.next() {
        Some("select") => has("from"),
        Some("insert" | "replace") => has("into"),
        Some("update") => has("set"),
        Some("delete") => has("from"),
        Some("create" | "drop" | "alter" | "truncate") => {
            has("table") || has("database") || has("index") || has("view")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_tag, is_statement};

    #[test]
    fn prose_is_neither_sql_nor_html() {
        for text in [
            "select a colour",
            "delete it",
            "update the set",
            "a < b and c > d",
            "x <= 3",
            "expected <operation> <number>",
        ] {
            assert!(!has_tag(text), "{text}");
        }
        for text in [
            "Select one of the options",
            "insert coin",
            "delete it",
            "from x select y",
        ] {
            assert!(!is_statement(text), "{text}");
        }
        assert!(is_statement("  SELECT * FROM t WHERE id = "));
        assert!(is_statement("insert into t values ("));
        assert!(has_tag("<p>Hello ") && has_tag("</div>"));
    }
}
