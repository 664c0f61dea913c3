//! What decisions rest on and take the place of, drawn as a tree of plain characters. Pure.

use super::record::{one_line, word};
use crate::base::EventId;
use crate::event::Link;
use crate::session::{Decision, Session};
use std::collections::{BTreeMap, BTreeSet};

/// Levels that are drawn; what lies deeper begins a tree of its own.
const DEPTH: usize = 24;

/// A row to come: the relation, the decision, and for every level above whether more follows there.
struct Row {
    words: &'static str,
    id: EventId,
    bars: Vec<bool>,
}

/// The trees, the newest decision first: below each what it takes the place of and what it refers
/// to. A decision is unfolded once; where it stands again, also in a circle, it is marked so.
pub fn tree(session: &Session) -> Vec<String> {
    let newest = session.decisions.newest();
    let below: BTreeMap<EventId, Vec<(&'static str, EventId)>> =
        newest.iter().map(|decision| (decision.id, children(session, decision))).collect();
    let has_parent: BTreeSet<EventId> = below
        .iter()
        .flat_map(|(id, all)| all.iter().map(|(_, child)| *child).filter(move |child| child != id))
        .collect();
    let mut drawn = BTreeSet::new();
    let mut lines = Vec::new();
    // Roots first; then circles, which have none, and what lay too deep.
    let (roots, rest): (Vec<&Decision>, Vec<&Decision>) =
        newest.into_iter().partition(|decision| !has_parent.contains(&decision.id));
    for decision in roots.into_iter().chain(rest) {
        if !drawn.contains(&decision.id) {
            draw(session, &below, decision.id, &mut drawn, &mut lines);
        }
    }
    lines
}

fn children(session: &Session, decision: &Decision) -> Vec<(&'static str, EventId)> {
    let mut all: Vec<(&'static str, EventId)> = Vec::new();
    all.extend(decision.supersedes.map(|id| ("supersedes ", id)));
    for link in decision.links() {
        if let Link::Decision(id) = link
            && all.iter().all(|(_, known)| known != id)
        {
            all.push(("refers to ", *id));
        }
    }
    all.retain(|(_, id)| session.decisions.get(id).is_some());
    all
}

fn draw(
    session: &Session,
    below: &BTreeMap<EventId, Vec<(&'static str, EventId)>>,
    root: EventId,
    drawn: &mut BTreeSet<EventId>,
    lines: &mut Vec<String>,
) {
    let mut open = vec![Row { words: "", id: root, bars: Vec::new() }];
    while let Some(Row { words, id, bars }) = open.pop() {
        let Some(decision) = session.decisions.get(&id) else { continue };
        let mut line = String::new();
        for (level, more) in bars.iter().enumerate() {
            let last = level + 1 == bars.len();
            line.push_str(match (last, more) {
                (true, true) => "|-- ",
                (true, false) => "`-- ",
                (false, true) => "|   ",
                (false, false) => "    ",
            });
        }
        let title = one_line(decision.title());
        let title = if title.is_empty() { "(no title)" } else { &title };
        line.push_str(&format!(
            "{words}{title} ({}, {})",
            word(session.decisions.status(decision)),
            id.short()
        ));
        let children = below.get(&id).map_or(&[][..], Vec::as_slice);
        let deep = bars.len() >= DEPTH;
        if drawn.contains(&id) {
            line.push_str(if children.is_empty() { "" } else { " (see above)" });
        } else if deep && !children.is_empty() {
            line.push_str(" (see below)");
        } else {
            drawn.insert(id);
            for (index, (words, child)) in children.iter().enumerate().rev() {
                let mut bars = bars.clone();
                bars.push(index + 1 < children.len());
                open.push(Row { words, id: *child, bars });
            }
        }
        lines.push(line);
    }
}
