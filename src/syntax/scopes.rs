//! From the scopes of grammars to classes: one table of prefixes.

use crate::base::Class;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use syntect::parsing::Scope;

/// The longest prefix of a scope decides; a scope without one is what its surroundings are.
const TABLE: &[(&str, Class)] = &[
    ("comment", Class::Comment),
    ("constant", Class::Constant),
    ("constant.numeric", Class::Number),
    ("constant.other.reference.link", Class::Link),
    ("entity.name", Class::Type),
    ("entity.name.constant", Class::Constant),
    ("entity.name.function", Class::Function),
    ("entity.name.label", Class::Constant),
    ("entity.name.macro", Class::Function),
    ("entity.name.section", Class::Heading),
    ("entity.name.tag", Class::Tag),
    ("entity.name.variable", Class::Variable),
    ("entity.other.attribute-name", Class::Attribute),
    ("entity.other.inherited-class", Class::Type),
    ("invalid", Class::Invalid),
    ("keyword", Class::Keyword),
    ("keyword.operator", Class::Operator),
    ("keyword.operator.word", Class::Keyword),
    ("markup.bold", Class::Strong),
    ("markup.deleted", Class::Deleted),
    ("markup.heading", Class::Heading),
    ("markup.inserted", Class::Inserted),
    ("markup.italic", Class::Emphasis),
    ("markup.list.numbered.bullet", Class::ListMarker),
    ("markup.list.unnumbered.bullet", Class::ListMarker),
    ("markup.quote", Class::Quote),
    ("markup.raw", Class::Code),
    ("markup.strikethrough", Class::Strike),
    ("markup.underline.link", Class::Url),
    ("meta.annotation", Class::Attribute),
    ("meta.interpolation", Class::Text),
    ("meta.link.inline.description", Class::Link),
    ("meta.separator", Class::Frame),
    ("meta.template.expression", Class::Text),
    ("punctuation", Class::Punctuation),
    ("punctuation.definition.bold", Class::Strong),
    ("punctuation.definition.comment", Class::Comment),
    ("punctuation.definition.italic", Class::Emphasis),
    ("punctuation.definition.list_item", Class::ListMarker),
    ("punctuation.definition.string", Class::String),
    ("storage", Class::Keyword),
    ("string", Class::String),
    ("string.other.link", Class::Link),
    ("string.unquoted", Class::Text),
    ("support.class", Class::Type),
    ("support.constant", Class::Constant),
    ("support.function", Class::Function),
    ("support.macro", Class::Function),
    ("support.module", Class::Type),
    ("support.type", Class::Type),
    ("support.variable", Class::Variable),
    ("variable", Class::Variable),
    ("variable.annotation", Class::Attribute),
    ("variable.function", Class::Function),
    ("variable.language", Class::Keyword),
];

fn table() -> &'static [(Scope, Class)] {
    static SCOPES: OnceLock<Vec<(Scope, Class)>> = OnceLock::new();
    SCOPES.get_or_init(|| {
        TABLE.iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class))).collect()
    })
}

/// The classes of the scopes that were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    known: BTreeMap<Scope, Option<Class>>,
}

impl Classes {
    /// What a scope is, `None` when its surroundings decide.
    pub fn of(&mut self, scope: Scope) -> Option<Class> {
        *self.known.entry(scope).or_insert_with(|| {
            table()
                .iter()
                .filter(|(prefix, _)| prefix.is_prefix_of(scope))
                .max_by_key(|(prefix, _)| prefix.len())
                .map(|(_, class)| *class)
        })
    }
}
