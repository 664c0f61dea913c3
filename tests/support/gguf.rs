//! Model files made here: tiny ones with weights by lot, and damaged ones.

use std::path::Path;

/// A value of the header.
#[derive(Clone)]
pub enum Value {
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    Ints(Vec<i32>),
    /// A kind and its bytes as they are.
    Raw(u32, Vec<u8>),
}

/// A weight of plain numbers.
#[derive(Clone)]
pub struct Weight {
    pub name: String,
    /// Innermost first, as the file has it.
    pub shape: Vec<u64>,
    pub kind: u32,
    pub bytes: Vec<u8>,
}

/// A file as it is written.
#[derive(Clone)]
pub struct File {
    pub values: Vec<(String, Value)>,
    pub weights: Vec<Weight>,
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

impl Value {
    fn write(&self, out: &mut Vec<u8>) {
        let kind: u32 = match self {
            Self::U32(_) => 4,
            Self::F32(_) => 6,
            Self::Bool(_) => 7,
            Self::Text(_) => 8,
            Self::Texts(_) | Self::Ints(_) => 9,
            Self::Raw(kind, _) => *kind,
        };
        out.extend(kind.to_le_bytes());
        match self {
            Self::U32(number) => out.extend(number.to_le_bytes()),
            Self::F32(number) => out.extend(number.to_le_bytes()),
            Self::Bool(truth) => out.push(u8::from(*truth)),
            Self::Text(value) => text(out, value),
            Self::Texts(values) => {
                out.extend(8u32.to_le_bytes());
                out.extend((values.len() as u64).to_le_bytes());
                values.iter().for_each(|value| text(out, value));
            }
            Self::Ints(values) => {
                out.extend(5u32.to_le_bytes());
                out.extend((values.len() as u64).to_le_bytes());
                values.iter().for_each(|value| out.extend(value.to_le_bytes()));
            }
            Self::Raw(_, bytes) => out.extend(bytes),
        }
    }
}

impl File {
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(3u32.to_le_bytes());
        out.extend((self.weights.len() as u64).to_le_bytes());
        out.extend((self.values.len() as u64).to_le_bytes());
        for (key, value) in &self.values {
            text(&mut out, key);
            value.write(&mut out);
        }
        let mut at = 0u64;
        for weight in &self.weights {
            text(&mut out, &weight.name);
            out.extend((weight.shape.len() as u32).to_le_bytes());
            weight.shape.iter().for_each(|size| out.extend(size.to_le_bytes()));
            out.extend(weight.kind.to_le_bytes());
            out.extend(at.to_le_bytes());
            at += (weight.bytes.len() as u64).next_multiple_of(32);
        }
        out.resize(out.len().next_multiple_of(32), 0);
        for weight in &self.weights {
            out.extend(&weight.bytes);
            out.resize(out.len().next_multiple_of(32), 0);
        }
        out
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).expect("a model file");
    }

    pub fn set(&mut self, key: &str, value: Value) -> &mut Self {
        self.values.retain(|(name, _)| name != key);
        self.values.push((key.into(), value));
        self
    }

    pub fn without(&mut self, key: &str) -> &mut Self {
        self.values.retain(|(name, _)| name != key);
        self
    }
}

/// The letters of a byte vocabulary, in the order of the bytes.
pub fn letters() -> Vec<String> {
    let mut next = 256u32;
    let letter = |byte: u8| {
        let shown = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
        let code = if shown {
            u32::from(byte)
        } else {
            next += 1;
            next - 1
        };
        char::from_u32(code).expect("a letter").to_string()
    };
    (0..=255).map(letter).collect()
}

const TEMPLATE: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// A model of `layers` layers whose weights are drawn by lot: its answers are noise and go on until
/// they are as long as they may be.
pub fn tiny(layers: u32) -> File {
    const WIDTH: u64 = 64;
    const INNER: u64 = 96;
    let mut tokens = letters();
    tokens.push("\u{120}t".into());
    tokens.extend(["<|endoftext|>", "<|im_start|>", "<|im_end|>"].map(String::from));
    let words = tokens.len() as u64;
    let kinds = (0..tokens.len()).map(|index| if index > 256 { 3 } else { 1 }).collect();
    let number = Value::U32;
    let values = vec![
        ("general.architecture", Value::Text("llama".into())),
        ("general.name", Value::Text("Tiny".into())),
        ("llama.block_count", number(layers)),
        ("llama.context_length", number(4096)),
        ("llama.embedding_length", number(WIDTH as u32)),
        ("llama.feed_forward_length", number(INNER as u32)),
        ("llama.attention.head_count", number(4)),
        ("llama.attention.head_count_kv", number(2)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ("tokenizer.ggml.model", Value::Text("gpt2".into())),
        ("tokenizer.ggml.pre", Value::Text("smollm".into())),
        ("tokenizer.ggml.tokens", Value::Texts(tokens)),
        ("tokenizer.ggml.token_type", Value::Ints(kinds)),
        ("tokenizer.ggml.merges", Value::Texts(vec!["\u{120} t".into()])),
        ("tokenizer.ggml.bos_token_id", number(258)),
        ("tokenizer.ggml.eos_token_id", number(259)),
        ("tokenizer.ggml.add_bos_token", Value::Bool(false)),
        ("tokenizer.chat_template", Value::Text(TEMPLATE.into())),
    ];
    let mut state = 7u64;
    let mut weight = |name: &str, shape: &[u64]| {
        let norm = shape.len() == 1;
        let count = shape.iter().product::<u64>();
        let bytes = (0..count).flat_map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let lot = (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5;
            (if norm { 1.0 + lot / 8.0 } else { lot / 3.0 }).to_le_bytes()
        });
        Weight { name: name.into(), shape: shape.to_vec(), kind: 0, bytes: bytes.collect() }
    };
    let mut weights =
        vec![weight("token_embd.weight", &[WIDTH, words]), weight("output_norm.weight", &[WIDTH])];
    for layer in 0..layers {
        for (name, shape) in [
            ("attn_norm", &[WIDTH][..]),
            ("attn_q", &[WIDTH, WIDTH]),
            ("attn_k", &[WIDTH, WIDTH / 2]),
            ("attn_v", &[WIDTH, WIDTH / 2]),
            ("attn_output", &[WIDTH, WIDTH]),
            ("ffn_norm", &[WIDTH]),
            ("ffn_gate", &[WIDTH, INNER]),
            ("ffn_up", &[WIDTH, INNER]),
            ("ffn_down", &[INNER, WIDTH]),
        ] {
            weights.push(weight(&format!("blk.{layer}.{name}.weight"), shape));
        }
    }
    let values = values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    File { values, weights }
}
