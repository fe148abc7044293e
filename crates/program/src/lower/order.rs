//! Finished blocks in reverse postorder.
//!
//! Chains of empty blocks are cut short, a block that only one other leads to by a plain jump is joined to it,
//! unreachable blocks go away, and loop heads are marked. Edges to exception handlers count like all others. Of the
//! many reverse postorders it is one that puts what follows a loop behind the whole loop, so that a solver that goes
//! by the order settles a loop before it leaves it.

use smallvec::SmallVec;

use super::builder::Draft;
use crate::ir::{Block, BlockId, Term};

/// Turns the drafts of a function, entry first, into its blocks.
pub(super) fn finish(mut drafts: Vec<Draft>) -> Vec<Block> {
    // Most functions are one block, for which there is nothing to order.
    if let [
        Draft {
            insts,
            term: term @ (None | Some(Term::Return(_))),
            handler: None,
        },
    ] = &mut drafts[..]
    {
        let (insts, term) = (
            std::mem::take(insts),
            term.take().unwrap_or(Term::Return(None)),
        );
        return vec![Block {
            insts,
            term,
            handler: None,
            is_loop_head: false,
        }];
    }
    cut_short(&mut drafts);
    join(&mut drafts);
    let no_depths = vec![0; drafts.len()];
    let (order, number) = reverse_postorder(&drafts, &no_depths);
    let (order, number) = match loop_depths(&drafts, &order, &number) {
        Some(depths) => reverse_postorder(&drafts, &depths),
        None => (order, number),
    };
    let mut heads = vec![false; order.len()];
    for (i, &old) in order.iter().enumerate() {
        for to in successors(&drafts[old]) {
            heads[number[to] as usize] |= number[to] as usize <= i;
        }
    }
    let renumber = |block: BlockId| BlockId(number[block.0 as usize]);
    let mut blocks = Vec::with_capacity(order.len());
    for (&old, is_loop_head) in order.iter().zip(heads) {
        let draft = std::mem::take(&mut drafts[old]);
        let mut term = draft.term.unwrap_or(Term::Return(None));
        for target in targets_mut(&mut term) {
            *target = renumber(*target);
        }
        blocks.push(Block {
            insts: draft.insts,
            term,
            handler: draft.handler.map(renumber),
            is_loop_head,
        });
    }
    blocks
}

/// Where a terminator leads.
pub(crate) fn targets(term: &Term) -> SmallVec<[BlockId; 2]> {
    match *term {
        Term::Goto(to) => SmallVec::from_slice(&[to]),
        Term::If {
            then: a, els: b, ..
        }
        | Term::IfNullish {
            then: a, els: b, ..
        }
        | Term::Next {
            body: a, exit: b, ..
        }
        | Term::Either(a, b) => SmallVec::from_slice(&[a, b]),
        Term::Return(_) | Term::Throw(_) => SmallVec::new(),
    }
}

fn targets_mut(term: &mut Term) -> SmallVec<[&mut BlockId; 2]> {
    let mut targets = SmallVec::new();
    match term {
        Term::Goto(to) => targets.push(to),
        Term::If {
            then: a, els: b, ..
        }
        | Term::IfNullish {
            then: a, els: b, ..
        }
        | Term::Next {
            body: a, exit: b, ..
        }
        | Term::Either(a, b) => {
            targets.push(a);
            targets.push(b);
        }
        Term::Return(_) | Term::Throw(_) => {}
    }
    targets
}

fn successors(draft: &Draft) -> impl DoubleEndedIterator<Item = usize> {
    let own = draft.term.as_ref().map(targets).unwrap_or_default();
    own.into_iter()
        .chain(draft.handler)
        .map(|block| block.0 as usize)
}

/// Leads edges past empty blocks, and drops the handlers of blocks that do nothing.
fn cut_short(drafts: &mut [Draft]) {
    let onward: Vec<Option<u32>> = drafts
        .iter()
        .map(|draft| match draft.term {
            Some(Term::Goto(to)) if draft.insts.is_empty() => Some(to.0),
            _ => None,
        })
        .collect();
    let mut end_of: Vec<Option<u32>> = vec![None; drafts.len()];
    let mut path = Vec::new();
    for start in 0..drafts.len() as u32 {
        let mut at = start;
        // A path longer than there are blocks goes round an empty loop, and may end anywhere on it.
        while let (None, Some(next), true) = (
            end_of[at as usize],
            onward[at as usize],
            path.len() < drafts.len(),
        ) {
            path.push(at);
            at = next;
        }
        let end = end_of[at as usize].unwrap_or(at);
        end_of[at as usize] = Some(end);
        for block in path.drain(..) {
            end_of[block as usize] = Some(end);
        }
    }
    for draft in drafts {
        if draft.insts.is_empty() && !matches!(draft.term, Some(Term::Throw(_) | Term::Next { .. }))
        {
            draft.handler = None;
        }
        for target in draft.term.as_mut().map(targets_mut).unwrap_or_default() {
            if let Some(end) = end_of[target.0 as usize] {
                *target = BlockId(end);
            }
        }
    }
}

/// Appends to each block the one that it alone leads to, under the same handler.
fn join(drafts: &mut [Draft]) {
    let (order, _) = reverse_postorder(drafts, &vec![0; drafts.len()]);
    let mut entries = vec![0u32; drafts.len()];
    entries[0] = 2;
    for &block in &order {
        for to in successors(&drafts[block]) {
            entries[to] += 1;
        }
        // A handler begins with the exception of the block that it is entered from.
        if let Some(handler) = drafts[block].handler {
            entries[handler.0 as usize] += 1;
        }
    }
    for &block in &order {
        while let Some(Term::Goto(to)) = drafts[block].term
            && let to = to.0 as usize
            && entries[to] == 1
            && to != block
            && (drafts[to].handler == drafts[block].handler || drafts[block].insts.is_empty())
        {
            let next = std::mem::take(&mut drafts[to]);
            let draft = &mut drafts[block];
            draft.insts.extend(next.insts);
            draft.term = next.term;
            draft.handler = next.handler;
        }
    }
}

/// In how many loops each block is; `None` if there is no loop.
fn loop_depths(drafts: &[Draft], order: &[usize], number: &[u32]) -> Option<Vec<u32>> {
    let mut latches: Vec<(usize, usize)> = Vec::new();
    for (i, &block) in order.iter().enumerate() {
        latches.extend(
            successors(&drafts[block])
                .filter(|&to| number[to] as usize <= i)
                .map(|to| (to, block)),
        );
    }
    if latches.is_empty() {
        return None;
    }
    latches.sort_unstable();
    let mut before: Vec<SmallVec<[u32; 2]>> = vec![SmallVec::new(); drafts.len()];
    for &block in order {
        for to in successors(&drafts[block]) {
            before[to].push(block as u32);
        }
    }
    let mut depths = vec![0; drafts.len()];
    let mut counted_for = vec![usize::MAX; drafts.len()];
    let mut stack = Vec::new();
    for &(head, latch) in &latches {
        if counted_for[head] != head {
            counted_for[head] = head;
            depths[head] += 1;
        }
        stack.push(latch);
        while let Some(block) = stack.pop() {
            if counted_for[block] != head {
                counted_for[block] = head;
                depths[block] += 1;
                stack.extend(before[block].iter().map(|&from| from as usize));
            }
        }
    }
    Some(depths)
}

/// The reachable blocks in reverse postorder, and the number that each block gets.
fn reverse_postorder(drafts: &[Draft], depths: &[u32]) -> (Vec<usize>, Vec<u32>) {
    const UNSEEN: u32 = u32::MAX;
    // What is visited first comes last. Of two successors that is the one in fewer loops, else the second, so that a
    // `then` side comes before the `else` side.
    let onward = |block: usize| {
        let mut onward: SmallVec<[usize; 3]> = successors(&drafts[block]).collect();
        onward.sort_by_key(|&to| std::cmp::Reverse(depths[to]));
        onward
    };
    let mut number = vec![UNSEEN; drafts.len()];
    let mut order = Vec::with_capacity(drafts.len());
    let mut stack: Vec<(usize, SmallVec<[usize; 3]>)> = vec![(0, onward(0))];
    number[0] = 0;
    while let Some((block, rest)) = stack.last_mut() {
        match rest.pop() {
            Some(next) if number[next] == UNSEEN => {
                number[next] = 0;
                stack.push((next, onward(next)));
            }
            Some(_) => {}
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    for (i, &block) in order.iter().enumerate() {
        number[block] = i as u32;
    }
    (order, number)
}
