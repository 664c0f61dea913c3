//! Who is on a page: each author with a colour and a sign of their own.

use crate::report::blame::{author_of, hand_sign};
use crate::session::{Hand, Session, Written};
use std::collections::BTreeMap;

/// How many colours there are for people, and as many for models.
const COLOURS: usize = 4;

/// How an author is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The name of the colour, as the style knows it.
    pub class: String,
    /// `●`, or `●2` where there are several of a kind.
    pub sign: String,
}

/// Everybody who wrote or said something.
#[derive(Default)]
pub struct Authors {
    all: BTreeMap<(Hand, String), Look>,
}

impl Authors {
    pub fn of(session: &Session, runs: &[Vec<Written>]) -> Self {
        let mut names: Vec<(Hand, String)> = Vec::new();
        let mut add = |hand: Hand, name: &str| {
            let one = (hand, name.to_owned());
            if !names.contains(&one) {
                names.push(one);
            }
        };
        for message in session.transcript.iter() {
            add(session.hand(&message.author), session.author_name(&message.author));
        }
        for run in runs.iter().flatten() {
            add(run.hand, author_of(session, run));
        }
        for entry in session.documents.values() {
            for edit in entry.edits() {
                add(session.hand(&edit.author), session.author_name(&edit.author));
            }
        }
        for comment in session.comments.iter() {
            add(session.hand(&comment.author), session.author_name(&comment.author));
        }
        for decision in session.decisions.newest() {
            add(session.hand(&decision.author), session.author_name(&decision.author));
        }
        let count = |hand: Hand| names.iter().filter(|(one, _)| *one == hand).count();
        let mut nth: BTreeMap<Hand, usize> = BTreeMap::new();
        let mut all = BTreeMap::new();
        for (hand, name) in &names {
            let index = nth.entry(*hand).or_default();
            let class = match hand {
                Hand::Person => format!("p{}", *index % COLOURS),
                Hand::Model => format!("m{}", *index % COLOURS),
                Hand::Agent => "ag".into(),
                Hand::Outside => "out".into(),
                Hand::Unknown => "un".into(),
            };
            *index += 1;
            let sign = hand_sign(*hand).to_string();
            let sign = if count(*hand) > 1 { format!("{sign}{index}") } else { sign };
            all.insert((*hand, name.clone()), Look { class, sign });
        }
        Self { all }
    }

    /// How an author is shown.
    pub fn look(&self, hand: Hand, name: &str) -> Look {
        // Everybody was asked for in the beginning.
        self.all
            .get(&(hand, name.to_owned()))
            .cloned()
            .unwrap_or_else(|| Look { class: "un".into(), sign: hand_sign(hand).into() })
    }
}
