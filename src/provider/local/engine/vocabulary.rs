//! The vocabulary: text to ids and back, as the file's own tokenizer has it.
//!
//! What a person or a document wrote never becomes a control word: only the template's own text
//! does. Knows no template and no weights.

use super::gguf::Gguf;
use super::trouble::{broken, own, said, unknown};
use crate::prompt::Fault;
use std::collections::{BTreeMap, BTreeSet};
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{SplitDelimiterBehavior, Tokenizer};

/// Words that end an answer, by name, whatever else the file says.
const ENDS: [&str; 7] = [
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|end|>",
    "<|eom_id|>",
    "</s>",
];

/// How words are cut before pairs are joined, by the name that the file gives. Each is checked
/// against the reference's ids where a file can be had, and written as its makers publish it.
const CUTS: &[(&str, Cut)] = &[
    ("smollm", Cut::SingleDigits),
    ("gpt-2", Cut::Plain),
    ("llama-bpe", Cut::Pattern(LLAMA3)),
    ("llama3", Cut::Pattern(LLAMA3)),
    ("qwen2", Cut::Pattern(QWEN2)),
];

const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

#[derive(Clone, Copy)]
enum Cut {
    /// As GPT-2 does.
    Plain,
    /// The same, with every digit a word.
    SingleDigits,
    Pattern(&'static str),
}

/// What a word is, as the file says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    /// Steers the model: never made of what somebody wrote.
    Control,
    /// Joined before everything else, wherever it stands.
    Added,
    Unused,
}

/// A vocabulary with its tokenizer.
pub(crate) struct Vocabulary {
    tokenizer: Tokenizer,
    /// The bytes of each word; those of control words are their names.
    bytes: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
    /// Control and added words by name, the longest first.
    whole: Vec<(String, u32)>,
    /// The first bytes of those.
    starts: Vec<u8>,
    ends: Vec<u32>,
    begin: Option<u32>,
    begins: bool,
    end: u32,
}

impl Vocabulary {
    /// Reads the vocabulary of `words` words.
    ///
    /// # Errors
    /// A sentence when it is missing, makes no sense, or is of a kind that is not known.
    pub(crate) fn read(file: &Gguf, words: usize) -> Result<Self, Fault> {
        let model = file.text("tokenizer.ggml.model").unwrap_or("nothing");
        let pre = file.text("tokenizer.ggml.pre").unwrap_or("nothing");
        let cut = CUTS.iter().find(|(name, _)| *name == pre).map(|(_, cut)| *cut);
        let (Some(cut), "gpt2") = (cut, model) else {
            let name = if model == "gpt2" { pre } else { model };
            return Err(unknown(format!(
                "The model cuts text into words by “{}”, which cowrite does not know",
                said(name)
            )));
        };
        let texts = file.texts("tokenizer.ggml.tokens").unwrap_or_default();
        let merges = file.texts("tokenizer.ggml.merges").unwrap_or_default();
        let types = file.numbers("tokenizer.ggml.token_type").unwrap_or_default();
        if texts.len() != words || types.len() != words || merges.is_empty() {
            return Err(broken(format!(
                "The model file's vocabulary has {} words with {} kinds for {words} rows",
                texts.len(),
                types.len()
            )));
        }
        let kinds: Vec<Kind> = types.iter().map(|number| kind_of(*number)).collect();
        let letters = letters();
        let mut bytes = Vec::with_capacity(words);
        let mut vocabulary = Vocab::default();
        for (index, (text, kind)) in texts.iter().zip(&kinds).enumerate() {
            bytes.push(match kind {
                Kind::Normal => {
                    text.chars().filter_map(|letter| letters.get(&letter).copied()).collect()
                }
                _ => text.clone().into_bytes(),
            });
            if vocabulary.insert(text.clone(), index as u32).is_some() {
                return Err(broken("The model file's vocabulary has the same word twice"));
            }
        }
        // A pair whose parts or whole are no words would make the library give up as a whole.
        let mut pairs = Vec::with_capacity(merges.len());
        for merge in merges {
            let pair = merge.split_once(' ').filter(|(left, right)| {
                let known = |word: &str| vocabulary.contains_key(word);
                known(left) && known(right) && known(&format!("{left}{right}"))
            });
            let (left, right) = pair.ok_or_else(|| {
                broken(format!(
                    "The model file's vocabulary has a pair that is none: {}",
                    said(merge)
                ))
            })?;
            pairs.push((left.to_owned(), right.to_owned()));
        }
        let model = BPE::builder()
            .vocab_and_merges(vocabulary, pairs)
            .ignore_merges(matches!(cut, Cut::Pattern(LLAMA3)))
            .build()
            .map_err(|why| broken(format!("The model file's vocabulary can't be used: {why}")))?;
        let mut tokenizer = Tokenizer::new(model);
        tokenizer.with_pre_tokenizer(Some(cutter(cut)?));
        let mut whole: Vec<(String, u32)> = texts
            .iter()
            .enumerate()
            .filter(|(index, text)| {
                matches!(kinds[*index], Kind::Control | Kind::Added) && !text.is_empty()
            })
            .map(|(index, text)| (text.clone(), index as u32))
            .collect();
        whole.sort_by_key(|(text, id)| (std::cmp::Reverse(text.len()), *id));
        let id = |key: &str| {
            file.whole(&format!("tokenizer.ggml.{key}"))
                .filter(|id| *id < words)
                .map(|id| id as u32)
        };
        let end = id("eos_token_id")
            .ok_or_else(|| broken("The model file names no word that ends an answer"))?;
        let mut ends = vec![end];
        ends.extend(id("eot_token_id"));
        ends.extend(
            whole
                .iter()
                .filter(|(text, id)| {
                    ENDS.contains(&text.as_str()) && kinds[*id as usize] == Kind::Control
                })
                .map(|(_, id)| *id),
        );
        Ok(Self {
            tokenizer,
            bytes,
            starts: whole
                .iter()
                .filter_map(|(name, _)| name.bytes().next())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            whole,
            ends,
            begin: id("bos_token_id"),
            begins: file.truth("tokenizer.ggml.add_bos_token").unwrap_or(pre.starts_with("llama")),
            end,
            kinds,
        })
    }

    /// The ids of what somebody wrote: names of control words in it are text like other text.
    pub(crate) fn text_ids(&self, text: &str) -> Result<Vec<u32>, Fault> {
        let mut ids = Vec::new();
        for piece in self.split(text, false) {
            match piece {
                Ok(id) => ids.push(id),
                Err(plain) => {
                    let encoded = self.tokenizer.encode_fast(plain, false);
                    let encoded =
                        encoded.map_err(|why| own(format!("The text can't be cut: {why}")))?;
                    ids.extend_from_slice(encoded.get_ids());
                }
            }
        }
        Ok(ids)
    }

    /// A template's own text in pieces: control words by their id, and the text between them.
    pub(crate) fn pieces<'a>(&self, text: &'a str) -> Vec<Result<u32, &'a str>> {
        self.split(text, true)
    }

    fn split<'a>(&self, text: &'a str, control: bool) -> Vec<Result<u32, &'a str>> {
        let counts = |id: u32| control || self.kinds[id as usize] == Kind::Added;
        let mut pieces = Vec::new();
        let (mut plain, mut at) = (0, 0);
        while at < text.len() {
            let rest = &text[at..];
            // Names begin with few letters, mostly one.
            let found = self.starts.contains(&text.as_bytes()[at]).then(|| {
                self.whole.iter().find(|(name, id)| counts(*id) && rest.starts_with(name.as_str()))
            });
            match found.flatten() {
                Some((name, id)) => {
                    if plain < at {
                        pieces.push(Err(&text[plain..at]));
                    }
                    pieces.push(Ok(*id));
                    at += name.len();
                    plain = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        if plain < text.len() {
            pieces.push(Err(&text[plain..]));
        }
        pieces
    }

    /// The names of control words, which must not be made of what somebody wrote.
    pub(crate) fn control_names(&self) -> impl Iterator<Item = &str> {
        self.whole
            .iter()
            .filter(|(_, id)| self.kinds[*id as usize] == Kind::Control)
            .map(|(name, _)| name.as_str())
    }

    /// The bytes that a word adds to an answer; none for control words.
    pub(crate) fn bytes(&self, id: u32) -> &[u8] {
        match self.kinds.get(id as usize) {
            Some(Kind::Normal | Kind::Added) => &self.bytes[id as usize],
            _ => &[],
        }
    }

    /// The bytes of every word, control words and unused ones marked as such by a first byte 255.
    pub(crate) fn all_bytes(&self) -> Vec<Vec<u8>> {
        let marked = self.bytes.iter().zip(&self.kinds).map(|(bytes, kind)| match kind {
            Kind::Normal | Kind::Added => bytes.clone(),
            Kind::Control | Kind::Unused => [&[0xff], bytes.as_slice()].concat(),
        });
        marked.collect()
    }

    pub(crate) fn is_end(&self, id: u32) -> bool {
        self.ends.contains(&id)
    }

    /// Whether a word may stand in an answer at all.
    pub(crate) fn may_be_said(&self, id: u32) -> bool {
        self.is_end(id) || matches!(self.kinds.get(id as usize), Some(Kind::Normal | Kind::Added))
    }

    pub(crate) fn end(&self) -> u32 {
        self.end
    }

    /// The word that every text begins with, where the model wants one.
    pub(crate) fn begin(&self) -> Option<u32> {
        self.begin.filter(|_| self.begins)
    }

    /// The name of a word, for the template.
    pub(crate) fn name(&self, id: Option<u32>) -> String {
        let bytes = id.and_then(|id| self.bytes.get(id as usize));
        bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }

    pub(crate) fn begin_name(&self) -> String {
        self.name(self.begin)
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

fn kind_of(number: f64) -> Kind {
    match number as i64 {
        1 | 6 => Kind::Normal,
        3 => Kind::Control,
        4 => Kind::Added,
        _ => Kind::Unused,
    }
}

fn cutter(cut: Cut) -> Result<PreTokenizerWrapper, Fault> {
    let by_bytes = |pattern| PreTokenizerWrapper::from(ByteLevel::new(false, true, pattern));
    Ok(match cut {
        Cut::Plain => by_bytes(true),
        Cut::SingleDigits => {
            PreTokenizerWrapper::from(Sequence::new(vec![Digits::new(true).into(), by_bytes(true)]))
        }
        Cut::Pattern(pattern) => {
            let pattern = SplitPattern::Regex(pattern.to_owned());
            let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false)
                .map_err(|why| own(format!("The pattern can't be used: {why}")))?;
            PreTokenizerWrapper::from(Sequence::new(vec![split.into(), by_bytes(false)]))
        }
    })
}

/// The letters by which such vocabularies write bytes.
fn letters() -> BTreeMap<char, u8> {
    let mut next = 256u32;
    let mut letters = BTreeMap::new();
    for byte in 0..=255u8 {
        let shown = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
        let code = if shown {
            u32::from(byte)
        } else {
            next += 1;
            next - 1
        };
        letters.extend(char::from_u32(code).map(|letter| (letter, byte)));
    }
    letters
}
