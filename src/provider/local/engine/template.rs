//! The conversation as one text, by the template that stands in the model file.
//!
//! Templates are programs from strangers: they run with a bound on their steps, see the messages
//! and nothing else. Knows no weights.

use super::trouble::{broken, own, refused, said, unknown};
use super::vocabulary::Vocabulary;
use crate::prompt::Fault;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Value, context};
use serde::Deserialize;

/// The most steps of a template; a long conversation takes some thousand.
const FUEL: u64 = 2_000_000;

/// One message of a conversation.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    pub content: String,
}

/// A template that was read.
pub(crate) struct Template {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

impl Template {
    /// Reads the template.
    ///
    /// # Errors
    /// A sentence when there is none or it makes no sense.
    pub(crate) fn new(source: Option<&str>, vocabulary: &Vocabulary) -> Result<Self, Fault> {
        let source = source.ok_or_else(|| {
            unknown("The model has no chat template: it continues texts and can't be talked to")
        })?;
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|why| own(why.to_string()))?);
        environment.set_fuel(Some(FUEL));
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |text: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, text))
        });
        environment.add_function("strftime_now", |_: String| String::new());
        environment.add_template_owned("chat", source.to_owned()).map_err(|why| {
            broken(format!("The model's chat template can't be read: {}", said(&why.to_string())))
        })?;
        Ok(Self {
            environment,
            begin: vocabulary.begin_name(),
            end: vocabulary.name(Some(vocabulary.end())),
        })
    }

    /// The conversation as text that ends where the answer begins; an answer that the last message
    /// begins goes on.
    ///
    /// # Errors
    /// A sentence when the template refuses these messages.
    pub(crate) fn text(&self, messages: &[Message]) -> Result<String, Fault> {
        let begun = messages.last().filter(|last| last.role == "assistant");
        let begun = begun.map(|last| last.content.trim().to_owned()).filter(|it| !it.is_empty());
        let messages: Vec<Value> = messages
            .iter()
            .map(|message| {
                let fields = [("role", &message.role), ("content", &message.content)];
                Value::from_pairs(fields.map(|(name, text)| (name, text.as_str())))
            })
            .collect();
        let asked = self.environment.get_template("chat").and_then(|template| {
            template.render(context! {
                messages => messages,
                bos_token => self.begin.as_str(),
                eos_token => self.end.as_str(),
                add_generation_prompt => begun.is_none(),
            })
        });
        let text = asked.map_err(|why| {
            let words = why.detail().map_or_else(|| why.to_string(), ToString::to_string);
            refused(format!(
                "The model's chat template does not take these messages: {}",
                said(&words)
            ))
        })?;
        let Some(begun) = begun else { return Ok(text) };
        // Without what the template puts behind an answer that is whole.
        match text.rfind(&begun) {
            Some(at) => Ok(text[..at + begun.len()].to_owned()),
            None => Err(refused("The model's chat template lets no answer be begun")),
        }
    }

    /// The ids of the conversation. Names of control words in the messages stay text.
    pub(crate) fn ids(
        &self,
        messages: &[Message],
        vocabulary: &Vocabulary,
    ) -> Result<Vec<u32>, Fault> {
        let mark = mark_for(messages);
        let names: Vec<&str> = vocabulary.control_names().collect();
        let marked: Vec<Message> = messages
            .iter()
            .map(|message| Message {
                role: message.role.clone(),
                content: defuse(&message.content, &names, mark),
            })
            .collect();
        let text = self.text(&marked)?;
        let mut ids = Vec::new();
        if let Some(begin) = vocabulary.begin()
            && !text.starts_with(&self.begin)
        {
            ids.push(begin);
        }
        // The template's control words stand between pieces of text, and in those a name with the
        // mark in it is text.
        for piece in vocabulary.pieces(&text) {
            match piece {
                Ok(id) => ids.push(id),
                Err(text) => ids.extend(vocabulary.text_ids(&text.replace(mark, ""))?),
            }
        }
        Ok(ids)
    }
}

/// A character that stands in none of the messages.
fn mark_for(messages: &[Message]) -> char {
    let free = |mark: &char| !messages.iter().any(|message| message.content.contains(*mark));
    ('\u{f0000}'..='\u{ffffd}').find(free).unwrap_or('\u{10fffd}')
}

/// Puts the mark into every name of a control word.
fn defuse(text: &str, names: &[&str], mark: char) -> String {
    let mut text = text.to_owned();
    for name in names {
        if let Some(first) = name.chars().next()
            && text.contains(name)
        {
            let (head, tail) = name.split_at(first.len_utf8());
            text = text.replace(name, &format!("{head}{mark}{tail}"));
        }
    }
    text
}
