//! Answers of a given shape: only words that a JSON schema allows at each place.
//!
//! A schema comes with a request and its cost is bounded. Knows no weights.

use super::trouble::{own, refused, said};
use super::vocabulary::Vocabulary;
use crate::prompt::Fault;
use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{ApproximateTokEnv, SimpleVob, TokEnv, TokRxInfo, TokTrie};
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};
use std::sync::Arc;

/// What makes shapes for one vocabulary.
pub(crate) struct Shapes(ParserFactory);

/// One answer's shape, at the place where the answer is.
pub(crate) struct Shape(Matcher);

impl Shapes {
    /// Prepares a vocabulary; takes some hundredths of a second.
    pub(crate) fn new(vocabulary: &Vocabulary) -> Result<Self, Fault> {
        let info = TokRxInfo::new(vocabulary.len() as u32, vocabulary.end());
        let trie = TokTrie::from(&info, &vocabulary.all_bytes());
        let environment: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
        let mut factory = ParserFactory::new_simple(&environment)
            .map_err(|why| own(format!("Shapes can't be used: {why}")))?;
        factory.quiet();
        factory.limits_mut().verbose_errors = false;
        Ok(Self(factory))
    }

    /// The shape that a schema gives.
    ///
    /// # Errors
    /// A sentence when the schema makes no sense or is too large.
    pub(crate) fn of(&self, mut schema: Value) -> Result<Shape, Fault> {
        // A small model would go on with white space for ever.
        if let Value::Object(fields) = &mut schema {
            fields.entry("x-guidance").or_insert(json!({ "whitespace_flexible": false }));
        }
        let parser = self.0.create_parser(TopLevelGrammar::from_json_schema(schema));
        let matcher = Matcher::new(parser);
        match matcher.get_error() {
            Some(why) => Err(refused(format!("The schema can't be used: {}", said(&why)))),
            None => Ok(Shape(matcher)),
        }
    }
}

impl Shape {
    /// What may stand at this place; the answer's end where the shape is complete.
    pub(crate) fn allowed(&mut self) -> Result<SimpleVob, Fault> {
        self.0
            .compute_mask_or_eos()
            .map_err(|why| own(format!("The answer's shape was lost: {}", said(&why.to_string()))))
    }

    /// Goes on by one word.
    pub(crate) fn take(&mut self, word: u32) -> Result<(), Fault> {
        self.0
            .consume_token(word)
            .map_err(|why| own(format!("The answer's shape was lost: {}", said(&why.to_string()))))
    }

    /// Whether nothing can follow.
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_stopped()
    }
}
