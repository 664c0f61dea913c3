//! The architecture `llama`: what is computed for each word.
//!
//! Rows are words, each as wide as the model. What attention needs of earlier words is kept, can be
//! cut off at any length and grows as it is used. Knows no vocabulary and no file's name.

use super::gguf::Gguf;
use super::math;
use super::team::Team;
use super::trouble::{Trouble, broken, said, unknown};
use super::weights::{Matrix, find, loaded_bytes, vector};
use crate::prompt::Fault;
use crate::provider::local::ARCHITECTURE;
use candle_core::{Device, Tensor};
use std::ops::Range;

/// The most words that are computed together.
const MOST_ROWS: usize = 512;

/// Sizes of a model, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sizes {
    pub(crate) layers: usize,
    pub(crate) width: usize,
    inner: usize,
    heads: usize,
    kept_heads: usize,
    head: usize,
    turned: usize,
    pub(crate) words: usize,
    /// The most words of context, as the file says.
    pub(crate) window: usize,
    epsilon: f32,
    base: f32,
    /// What positions are divided by.
    stretch: f32,
}

struct Layer {
    norm: Vec<f32>,
    query: Matrix,
    key: Matrix,
    value: Matrix,
    out: Matrix,
    inner_norm: Vec<f32>,
    gate: Matrix,
    up: Matrix,
    down: Matrix,
}

/// A model with its weights.
pub(crate) struct Llama {
    pub(crate) sizes: Sizes,
    words: Matrix,
    layers: Vec<Layer>,
    norm: Vec<f32>,
    /// Nothing when the words' own matrix is used again.
    out: Option<Matrix>,
    /// One over the length of a turn, for each pair of values.
    turns: Vec<f32>,
}

/// What is kept of the words that were computed.
pub(crate) struct Kept {
    /// By layer and head, word after word.
    keys: Vec<Vec<f32>>,
    values: Vec<Vec<f32>>,
    head: usize,
}

impl Kept {
    pub(crate) fn new(sizes: &Sizes) -> Self {
        let count = sizes.layers * sizes.kept_heads;
        Self { keys: vec![Vec::new(); count], values: vec![Vec::new(); count], head: sizes.head }
    }

    /// Forgets what stands behind the first `length` words.
    pub(crate) fn cut(&mut self, length: usize) {
        for one in self.keys.iter_mut().chain(&mut self.values) {
            one.truncate(length * self.head);
        }
    }
}

impl Sizes {
    /// Reads and checks the sizes.
    ///
    /// # Errors
    /// A sentence for another architecture, for sizes that make no sense, and for extensions that
    /// would give wrong answers when they are passed over.
    pub(crate) fn read(file: &Gguf) -> Result<Self, Fault> {
        let architecture = file.text("general.architecture").unwrap_or("nothing");
        if architecture != ARCHITECTURE {
            return Err(unknown(format!(
                "The model has the architecture “{}”, and cowrite runs “{ARCHITECTURE}”",
                said(architecture)
            )));
        }
        let whole = |key: &str, most: usize| {
            let key = format!("llama.{key}");
            let value = file.whole(&key).filter(|value| (1..=most).contains(value));
            value.ok_or_else(|| {
                broken(format!("The model file does not say {key}, or it makes no sense"))
            })
        };
        let width = whole("embedding_length", 1 << 16)?;
        let heads = whole("attention.head_count", 1024)?;
        let kept_heads = match file.has("llama.attention.head_count_kv") {
            true => whole("attention.head_count_kv", 1024)?,
            false => heads,
        };
        let head = match file.has("llama.attention.key_length") {
            true => whole("attention.key_length", 1024)?,
            false => width / heads,
        };
        let turned = match file.has("llama.rope.dimension_count") {
            true => whole("rope.dimension_count", head.max(1))?,
            false => head,
        };
        let length = file.whole("llama.attention.value_length").unwrap_or(head);
        if heads % kept_heads != 0 || head == 0 || !turned.is_multiple_of(2) || length != head {
            return Err(broken("The sizes of the model's attention make no sense"));
        }
        if file.whole("llama.expert_count").is_some_and(|experts| experts > 0) {
            return Err(unknown("The model is a mixture of experts, which cowrite does not run"));
        }
        let scaling = file.text("llama.rope.scaling.type").unwrap_or("none");
        let stretch = match scaling {
            "none" => 1.0,
            "linear" => file.real("llama.rope.scaling.factor").unwrap_or(1.0) as f32,
            other => {
                return Err(unknown(format!(
                    "The model stretches its window by “{}”, which cowrite does not know",
                    said(other)
                )));
            }
        };
        let epsilon = file.real("llama.attention.layer_norm_rms_epsilon").unwrap_or(1e-5) as f32;
        let base = file.real("llama.rope.freq_base").unwrap_or(10_000.0) as f32;
        let sound = |value: f32, most: f32| value > 0.0 && value <= most;
        if !sound(epsilon, 1.0) || !sound(base, 1e12) || !sound(stretch, 1e6) {
            return Err(broken("The numbers of the model's header make no sense"));
        }
        let words = file.weights.get("token_embd.weight").and_then(|weight| weight.shape.first());
        let words = words.copied().filter(|words| (1..=1 << 22).contains(words));
        Ok(Self {
            layers: whole("block_count", 1024)?,
            width,
            inner: whole("feed_forward_length", 1 << 20)?,
            heads,
            kept_heads,
            head,
            turned,
            words: words.ok_or_else(|| broken("The model file has no weight token_embd.weight"))?,
            window: whole("context_length", 1 << 24)?,
            epsilon,
            base,
            stretch,
        })
    }

    /// How many words are computed together: few enough that the steps between which `go_on` is
    /// asked take some hundredths of a second, and so many that unpacking the weights is worth it.
    pub(crate) fn chunk(&self) -> usize {
        (1_000_000_000 / (self.width * self.inner)).clamp(64, MOST_ROWS)
    }

    /// Bytes that one word of context takes.
    pub(crate) fn bytes_per_word(&self) -> u64 {
        (self.layers * self.kept_heads * self.head * 2 * size_of::<f32>()) as u64
    }

    /// Bytes that the weights take when they are loaded, and what a computation takes beside them.
    pub(crate) fn loaded_bytes(&self, file: &Gguf) -> u64 {
        let rows = self.chunk();
        let weights: usize = file.weights.values().map(loaded_bytes).sum();
        let beside = rows * (self.width * 8 + self.inner * 3) + self.width * self.inner;
        (weights + beside * size_of::<f32>() + self.words * 64) as u64
    }
}

impl Llama {
    /// Loads the weights; `step` is told how many of how many layers are there and may end it.
    pub(crate) fn load(
        file: &Gguf,
        sizes: Sizes,
        step: &mut (dyn FnMut(usize, usize) -> Result<(), Trouble> + Send),
    ) -> Result<Self, Trouble> {
        let width = sizes.width;
        for (name, what) in [("blk.0.attn_q.bias", "biases"), ("blk.0.attn_q_norm.weight", "norms")]
        {
            if file.weights.contains_key(name) {
                return Err(unknown(format!(
                    "The model has {what} in its attention, which cowrite does not know"
                ))
                .into());
            }
        }
        let words = Matrix::load(file, "token_embd.weight", sizes.words, width)?;
        let mut layers = Vec::with_capacity(sizes.layers);
        let (asked, kept) = (sizes.heads * sizes.head, sizes.kept_heads * sizes.head);
        for index in 0..sizes.layers {
            step(index, sizes.layers)?;
            let name = |part: &str| format!("blk.{index}.{part}.weight");
            layers.push(Layer {
                norm: vector(file, &name("attn_norm"), width)?,
                query: Matrix::load(file, &name("attn_q"), asked, width)?,
                key: Matrix::load(file, &name("attn_k"), kept, width)?,
                value: Matrix::load(file, &name("attn_v"), kept, width)?,
                out: Matrix::load(file, &name("attn_output"), width, asked)?,
                inner_norm: vector(file, &name("ffn_norm"), width)?,
                gate: Matrix::load(file, &name("ffn_gate"), sizes.inner, width)?,
                up: Matrix::load(file, &name("ffn_up"), sizes.inner, width)?,
                down: Matrix::load(file, &name("ffn_down"), width, sizes.inner)?,
            });
        }
        let out = match file.weights.contains_key("output.weight") {
            true => Some(Matrix::load(file, "output.weight", sizes.words, width)?),
            false => None,
        };
        let pairs = sizes.turned / 2;
        let mut turns: Vec<f32> = (0..pairs)
            .map(|pair| sizes.base.powf(-2.0 * pair as f32 / sizes.turned as f32) / sizes.stretch)
            .collect();
        if file.weights.contains_key("rope_freqs.weight") {
            find(file, "rope_freqs.weight", &[pairs])?;
            for (turn, factor) in turns.iter_mut().zip(vector(file, "rope_freqs.weight", pairs)?) {
                *turn /= factor;
            }
        }
        let norm = vector(file, "output_norm.weight", width)?;
        Ok(Self { sizes, words, layers, norm, out, turns })
    }

    /// Computes `words`, which follow the first `before` of what is kept, and keeps them. Gives how
    /// likely each word of the vocabulary is to follow, as logits. `go_on` is asked in every layer.
    ///
    /// # Errors
    /// When `go_on` says no, what is kept must be cut to `before` again.
    pub(crate) fn forward(
        &self,
        words: &[u32],
        before: usize,
        kept: &mut Kept,
        team: &Team,
        go_on: &mut (dyn FnMut() -> Result<(), Trouble> + Send),
    ) -> Result<Vec<f32>, Trouble> {
        let Sizes { width, epsilon, .. } = self.sizes;
        let mut stream = vec![0f32; words.len() * width];
        for (word, row) in words.iter().zip(stream.chunks_exact_mut(width)) {
            self.words.row(*word as usize, row)?;
        }
        let mut rows = vec![0f32; stream.len()];
        let normed = |stream: &[f32], weight: &[f32], into: &mut [f32]| {
            math::fast(|| {
                for (row, into) in stream.chunks_exact(width).zip(into.chunks_exact_mut(width)) {
                    math::norm(row, weight, epsilon, into);
                }
            });
        };
        let turns = self.turns(before..before + words.len());
        for (index, layer) in self.layers.iter().enumerate() {
            go_on()?;
            normed(&stream, &layer.norm, &mut rows);
            let from = [&layer.query, &layer.key, &layer.value];
            let [mut query, mut key, value] = Matrix::all_times(from, &rows, team, go_on)?;
            self.turn(&mut query, self.sizes.heads, &turns);
            self.turn(&mut key, self.sizes.kept_heads, &turns);
            self.keep(index, &key, &value, kept);
            let seen = self.attend(index, &query, before, kept)?;
            let out = layer.out.times(&seen, team)?;
            math::fast(|| math::add_scaled(&mut stream, &out, 1.0));
            go_on()?;
            normed(&stream, &layer.inner_norm, &mut rows);
            let inner = [&layer.gate, &layer.up];
            let [mut gate, up] = Matrix::all_times(inner, &rows, team, go_on)?;
            go_on()?;
            math::fast(|| math::gated(&mut gate, &up));
            let down = layer.down.times(&gate, team)?;
            math::fast(|| math::add_scaled(&mut stream, &down, 1.0));
        }
        let last = &stream[stream.len() - width..];
        let mut row = vec![0f32; width];
        normed(last, &self.norm, &mut row);
        self.out.as_ref().unwrap_or(&self.words).times(&row, team)
    }

    /// Sine and cosine of the turns of these positions, one position after the other.
    fn turns(&self, positions: Range<usize>) -> Vec<(f32, f32)> {
        let turn =
            |position| self.turns.iter().map(move |speed| (position as f32 * speed).sin_cos());
        positions.flat_map(turn).collect()
    }

    /// Turns pairs of values by the position of their word; a row has `heads` heads.
    fn turn(&self, rows: &mut [f32], heads: usize, turns: &[(f32, f32)]) {
        let Sizes { head, turned, .. } = self.sizes;
        math::fast(|| {
            for (row, turns) in
                rows.chunks_exact_mut(heads * head).zip(turns.chunks_exact(turned / 2))
            {
                for values in row.chunks_exact_mut(head) {
                    for (pair, (sin, cos)) in values.chunks_exact_mut(2).zip(turns) {
                        let (first, second) = (pair[0], pair[1]);
                        pair[0] = first * cos - second * sin;
                        pair[1] = first * sin + second * cos;
                    }
                }
            }
        });
    }

    fn keep(&self, layer: usize, key: &[f32], value: &[f32], kept: &mut Kept) {
        let Sizes { head, kept_heads, .. } = self.sizes;
        for (from, into) in [(key, &mut kept.keys), (value, &mut kept.values)] {
            for row in from.chunks_exact(kept_heads * head) {
                for (index, values) in row.chunks_exact(head).enumerate() {
                    into[layer * kept_heads + index].extend_from_slice(values);
                }
            }
        }
    }

    /// What each word takes from the words before it and itself.
    fn attend(
        &self,
        layer: usize,
        query: &[f32],
        before: usize,
        kept: &Kept,
    ) -> Result<Vec<f32>, Trouble> {
        let Sizes { head, heads, kept_heads, .. } = self.sizes;
        let rows = query.len() / (heads * head);
        let group = heads / kept_heads;
        let mut seen = vec![0f32; query.len()];
        let scale = (head as f32).sqrt().recip();
        if rows == 1 {
            let of_group =
                query.chunks_exact(group * head).zip(seen.chunks_exact_mut(group * head));
            for (index, (query, seen)) in of_group.enumerate() {
                let at = layer * kept_heads + index;
                math::fast(|| look(query, &kept.keys[at], &kept.values[at], head, seen));
            }
            return Ok(seen);
        }
        let all = before + rows;
        let one = |index: usize| -> Result<Vec<f32>, candle_core::Error> {
            let at = layer * kept_heads + index;
            // The rows of all heads that share a key, one head after the other.
            let mut asked = Vec::with_capacity(rows * group * head);
            for member in index * group..(index + 1) * group {
                for row in query.chunks_exact(heads * head) {
                    asked.extend_from_slice(&row[member * head..(member + 1) * head]);
                }
            }
            let asked = Tensor::from_vec(asked, (rows * group, head), &Device::Cpu)?;
            let keys = Tensor::from_slice(&kept.keys[at], (all, head), &Device::Cpu)?;
            let values = Tensor::from_slice(&kept.values[at], (all, head), &Device::Cpu)?;
            let mut scores = asked.matmul(&keys.t()?)?.flatten_all()?.to_vec1::<f32>()?;
            math::fast(|| {
                for (index, scores) in scores.chunks_exact_mut(all).enumerate() {
                    let (seen, later) = scores.split_at_mut(before + index % rows + 1);
                    seen.iter_mut().for_each(|score| *score *= scale);
                    math::softmax(seen);
                    later.fill(0.0);
                }
            });
            let scores = Tensor::from_vec(scores, (rows * group, all), &Device::Cpu)?;
            scores.matmul(&values)?.flatten_all()?.to_vec1()
        };
        use rayon::prelude::*;
        let parts: Vec<_> = (0..kept_heads).into_par_iter().map(one).collect();
        for (index, part) in parts.into_iter().enumerate() {
            let part = part?;
            for (at, values) in part.chunks_exact(head).enumerate() {
                let (member, row) = (index * group + at / rows, at % rows);
                let start = (row * heads + member) * head;
                seen[start..start + head].copy_from_slice(values);
            }
        }
        Ok(seen)
    }
}

/// What one word takes from what is kept for one head, for each of the heads that ask it.
#[inline(always)]
fn look(query: &[f32], keys: &[f32], values: &[f32], head: usize, seen: &mut [f32]) {
    /// Words that are looked at by all heads before the next ones: as many as the nearest cache holds.
    const NEAR: usize = 64;
    let scale = (head as f32).sqrt().recip();
    let count = keys.len() / head;
    let mut scores = vec![0f32; query.len() / head * count];
    for (part, keys) in keys.chunks(NEAR * head).enumerate() {
        for (query, scores) in query.chunks_exact(head).zip(scores.chunks_exact_mut(count)) {
            for (score, key) in scores[part * NEAR..].iter_mut().zip(keys.chunks_exact(head)) {
                *score = math::dot(query, key) * scale;
            }
        }
    }
    scores.chunks_exact_mut(count).for_each(math::softmax);
    for (part, values) in values.chunks(NEAR * head).enumerate() {
        for (scores, seen) in scores.chunks_exact(count).zip(seen.chunks_exact_mut(head)) {
            math::add_weighted(seen, values, &scores[part * NEAR..]);
        }
    }
}
