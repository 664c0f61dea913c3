//! Matrices in a form of our own, and their products with few rows.
//!
//! Eight rows of a matrix stand together, so that a vector of numbers holds one of each and nothing
//! has to be summed across it. Their values come in blocks of 32, as the file has them, each with a
//! factor and, where the kind has one, a least value. The weights are read once, in order, and stay
//! as small as they are in the file: with one row of input, reading them is what takes the time.
//! The input is rounded to 8 bits, block by block. Knows no file and no model.

use super::math;
use half::f16;
use std::ops::Range;

/// Rows that stand together.
pub(crate) const ROWS: usize = 8;
/// Values of a row that share a factor.
pub(crate) const BLOCK: usize = 32;
/// Bytes of a number for each of the rows.
const HALVES: usize = 2 * ROWS;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// 4 bits, from 0, above a least value.
    Four,
    /// 8 bits with a sign.
    Eight,
    /// 8 bits, above a least value.
    EightAbove,
}

impl Form {
    /// Bytes of a block of all the rows that stand together.
    pub(crate) fn bytes(self) -> usize {
        self.weights() + if self == Self::Eight { HALVES } else { 2 * HALVES }
    }

    /// Bytes of its values: those of all rows by fours, so that they meet the same four of the input.
    fn weights(self) -> usize {
        if self == Self::Four { ROWS * BLOCK / 2 } else { ROWS * BLOCK }
    }
}

/// A block of one row, as it comes from the file.
#[derive(Clone, Default)]
pub(crate) struct Block {
    pub(crate) factor: f16,
    pub(crate) least: f16,
    pub(crate) values: [i8; BLOCK],
}

/// A matrix.
pub(crate) struct Packed {
    form: Form,
    bytes: Vec<u8>,
    /// Blocks of a row.
    blocks: usize,
    /// Values that come out.
    pub(crate) outputs: usize,
}

/// Rows of input, rounded.
pub(crate) struct Input {
    blocks: Vec<Rounded>,
    /// Blocks of a row.
    row: usize,
}

struct Rounded {
    /// Four values each.
    fours: [[i8; 4]; BLOCK / 4],
    factor: f32,
    /// The sum of the values, before they were rounded.
    sum: f32,
}

impl Packed {
    /// Bytes of a matrix.
    pub(crate) fn size(form: Form, outputs: usize, inputs: usize) -> usize {
        outputs.div_ceil(ROWS) * (inputs / BLOCK) * form.bytes()
    }

    /// A matrix without values.
    pub(crate) fn new(form: Form, outputs: usize, inputs: usize) -> Self {
        let bytes = vec![0; Self::size(form, outputs, inputs)];
        Self { form, bytes, blocks: inputs / BLOCK, outputs }
    }

    /// Rows that stand together are a group; so many there are.
    pub(crate) fn groups(&self) -> usize {
        self.outputs.div_ceil(ROWS)
    }

    /// Fills the matrix; `block` gives a block of a row of the file.
    pub(crate) fn fill(&mut self, block: impl Fn(usize, usize) -> Block + Sync) {
        let (form, blocks, outputs) = (self.form, self.blocks, self.outputs);
        let group = blocks * form.bytes();
        let middle = outputs.div_ceil(ROWS) / 2;
        let (first, second) = self.bytes.split_at_mut(middle * group);
        let run = |bytes: &mut [u8], from: usize| {
            math::fast(|| {
                for (at, bytes) in bytes.chunks_exact_mut(form.bytes()).enumerate() {
                    for lane in 0..ROWS {
                        let row = (from + at / blocks) * ROWS + lane;
                        if row < outputs {
                            put(form, bytes, lane, &block(row, at % blocks));
                        }
                    }
                }
            });
        };
        rayon::join(|| run(first, 0), || run(second, middle));
    }

    fn group(&self, group: usize) -> &[u8] {
        let size = self.blocks * self.form.bytes();
        self.bytes.get(group * size..(group + 1) * size).unwrap_or(&[])
    }

    /// One row as numbers.
    pub(crate) fn row(&self, row: usize, into: &mut [f32]) {
        let blocks = self.group(row / ROWS).chunks_exact(self.form.bytes());
        for (block, into) in blocks.zip(into.as_chunks_mut().0) {
            take(self.form, block, row % ROWS, into);
        }
    }

    /// The rows of these groups as numbers, one after the other.
    pub(crate) fn rows(&self, groups: Range<usize>) -> Vec<f32> {
        let count = self.outputs.min(groups.end * ROWS) - groups.start * ROWS;
        let width = self.blocks * BLOCK;
        let mut all = vec![0f32; count * width];
        math::fast(|| {
            for (group, rows) in groups.zip(all.chunks_mut(ROWS * width)) {
                for (at, block) in self.group(group).chunks_exact(self.form.bytes()).enumerate() {
                    for (lane, row) in rows.chunks_exact_mut(width).enumerate() {
                        if let Some(into) = row.as_chunks_mut().0.get_mut(at) {
                            take(self.form, block, lane, into);
                        }
                    }
                }
            }
        });
        all
    }

    /// The products of these groups with each row of the input: `put` gets the row of the input, the
    /// first row of the matrix, and what came out for it and those that stand with it.
    pub(crate) fn times(
        &self,
        groups: Range<usize>,
        input: &Input,
        mut put: impl FnMut(usize, usize, &[f32]),
    ) {
        #[cfg(target_arch = "x86_64")]
        let wide = pulp::x86::V3::try_new();
        for group in groups {
            let bytes = self.group(group);
            let first = group * ROWS;
            let there = ROWS.min(self.outputs - first);
            for (row, input) in input.blocks.chunks_exact(input.row.max(1)).enumerate() {
                #[cfg(target_arch = "x86_64")]
                if let Some(simd) = wide {
                    let products = avx2::products(simd, self.form, bytes, input);
                    put(row, first, &products[..there]);
                    continue;
                }
                let products = math::fast(|| plain(self.form, bytes, input));
                put(row, first, &products[..there]);
            }
        }
    }
}

impl Input {
    /// Rounds rows of so many values.
    pub(crate) fn new(values: &[f32], width: usize) -> Self {
        let round = || values.as_chunks().0.iter().map(Rounded::new).collect();
        Self { blocks: math::fast(round), row: width / BLOCK }
    }

    pub(crate) fn rows(&self) -> usize {
        self.blocks.len() / self.row.max(1)
    }
}

impl Rounded {
    #[inline(always)]
    fn new(values: &[f32; BLOCK]) -> Self {
        let most = values.iter().fold(0f32, |most, value| most.max(value.abs()));
        let factor = most / 127.0;
        let inverse = if factor > 0.0 { factor.recip() } else { 0.0 };
        let mut rounded = [0; BLOCK];
        for (byte, value) in rounded.iter_mut().zip(values) {
            *byte = math::round(value * inverse);
        }
        let mut fours = [[0; 4]; BLOCK / 4];
        fours.copy_from_slice(rounded.as_chunks().0);
        Self { fours, factor, sum: values.iter().sum() }
    }
}

/// Where the number of a row stands in what follows the values of a block.
fn half_at(lane: usize) -> Range<usize> {
    2 * lane..2 * lane + 2
}

/// Puts a block of a row among those that stand with it.
#[inline(always)]
fn put(form: Form, bytes: &mut [u8], lane: usize, block: &Block) {
    let (weights, numbers) = bytes.split_at_mut(form.weights());
    // Four bytes of this row, then four of the next; four bits: a value of the block's first half
    // with one of its second.
    for (at, four) in weights.chunks_exact_mut(4 * ROWS).enumerate() {
        for (index, byte) in four[4 * lane..4 * lane + 4].iter_mut().enumerate() {
            let index = at * 4 + index;
            *byte = match form {
                Form::Four => block.values[index] as u8 | (block.values[index + 16] as u8) << 4,
                Form::Eight | Form::EightAbove => block.values[index] as u8,
            };
        }
    }
    numbers[half_at(lane)].copy_from_slice(&block.factor.to_le_bytes());
    if form != Form::Eight {
        numbers[HALVES..][half_at(lane)].copy_from_slice(&block.least.to_le_bytes());
    }
}

/// A block of a row as numbers.
#[inline(always)]
fn take(form: Form, bytes: &[u8], lane: usize, into: &mut [f32; BLOCK]) {
    let (weights, numbers) = bytes.split_at(form.weights());
    let factor = number(numbers, lane);
    let mut values = [0u8; BLOCK];
    for (four, values) in weights.chunks_exact(4 * ROWS).zip(values.as_chunks_mut::<4>().0) {
        values.copy_from_slice(&four[4 * lane..4 * lane + 4]);
    }
    match form {
        Form::Four => {
            let least = number(&numbers[HALVES..], lane);
            let (low, high) = into.split_at_mut(BLOCK / 2);
            for ((low, high), byte) in low.iter_mut().zip(high).zip(values) {
                *low = f32::from(byte & 15) * factor + least;
                *high = f32::from(byte >> 4) * factor + least;
            }
        }
        Form::Eight | Form::EightAbove => {
            let above = form == Form::EightAbove;
            let least = if above { number(&numbers[HALVES..], lane) } else { 0.0 };
            for (into, byte) in into.iter_mut().zip(values) {
                *into = f32::from(byte as i8) * factor + least;
            }
        }
    }
}

#[inline(always)]
fn number(halves: &[u8], lane: usize) -> f32 {
    let bytes = &halves[half_at(lane)];
    math::half(i16::from_le_bytes([bytes[0], bytes[1]]))
}

/// The products of a group with a row of input, for machines without instructions that are known
/// here.
#[inline(always)]
fn plain(form: Form, group: &[u8], input: &[Rounded]) -> [f32; ROWS] {
    let mut sums = [0f32; ROWS];
    for (block, input) in group.chunks_exact(form.bytes()).zip(input) {
        let (weights, numbers) = block.split_at(form.weights());
        let mut whole = [0i32; ROWS];
        let fours = weights.as_chunks::<{ 4 * ROWS }>().0;
        for (at, four) in fours.iter().enumerate() {
            for (whole, values) in whole.iter_mut().zip(four.as_chunks::<4>().0) {
                for (index, value) in values.iter().enumerate() {
                    *whole += match form {
                        Form::Four => {
                            i32::from(value & 15) * i32::from(input.fours[at][index])
                                + i32::from(value >> 4) * i32::from(input.fours[at + 4][index])
                        }
                        Form::Eight | Form::EightAbove => {
                            i32::from(*value as i8) * i32::from(input.fours[at][index])
                        }
                    };
                }
            }
        }
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += whole[lane] as f32 * (number(numbers, lane) * input.factor);
            if form != Form::Eight {
                *sum += number(&numbers[HALVES..], lane) * input.sum;
            }
        }
    }
    sums
}

/// The same with the instructions of x86-64-v3.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{BLOCK, Form, HALVES, ROWS, Rounded};
    use pulp::x86::V3;
    use pulp::{NullaryFnOnce, cast};
    use std::arch::x86_64::{__m128i, __m256, __m256i};

    /// A number of 16 bits whose bits are put where those of 32 bits have theirs is this much too
    /// small: 2^-112. It is made good in two steps, before and after the products, so that neither
    /// leaves the range.
    const UP: f32 = (1u64 << 56) as f32;
    /// Bytes of the values of a block.
    const FOUR: usize = ROWS * BLOCK / 2;
    const EIGHT: usize = ROWS * BLOCK;

    pub(super) fn products(simd: V3, form: Form, group: &[u8], input: &[Rounded]) -> [f32; ROWS] {
        simd.vectorize(Products { simd, form, group, input })
    }

    struct Products<'a> {
        simd: V3,
        form: Form,
        group: &'a [u8],
        input: &'a [Rounded],
    }

    impl NullaryFnOnce for Products<'_> {
        type Output = [f32; ROWS];

        #[inline(always)]
        fn call(self) -> [f32; ROWS] {
            let Self { simd, form, group, input } = self;
            match form {
                Form::Four => run::<FOUR, { FOUR + 2 * HALVES }, true>(simd, group, input),
                Form::Eight => run::<EIGHT, { EIGHT + HALVES }, false>(simd, group, input),
                Form::EightAbove => run::<EIGHT, { EIGHT + 2 * HALVES }, true>(simd, group, input),
            }
        }
    }

    /// `WEIGHTS` are the bytes of a block's values and `SIZE` those of all of it. With `ABOVE`, values
    /// stand above a least one.
    #[inline(always)]
    fn run<const WEIGHTS: usize, const SIZE: usize, const ABOVE: bool>(
        simd: V3,
        group: &[u8],
        input: &[Rounded],
    ) -> [f32; ROWS] {
        let V3 { avx, fma, .. } = simd;
        let mut sum = avx._mm256_setzero_ps();
        let mut least = avx._mm256_setzero_ps();
        for (block, input) in group.as_chunks::<SIZE>().0.iter().zip(input) {
            let (weights, numbers) = block.split_at(WEIGHTS);
            let weights = weights.as_chunks().0;
            let whole = match WEIGHTS {
                FOUR => four(simd, weights, &input.fours),
                _ => eight(simd, weights, &input.fours),
            };
            if let [factors, leasts @ ..] = numbers.as_chunks::<HALVES>().0 {
                let factor = avx._mm256_set1_ps(input.factor * UP);
                let factor = avx._mm256_mul_ps(halves(simd, factors), factor);
                sum = fma._mm256_fmadd_ps(avx._mm256_cvtepi32_ps(whole), factor, sum);
                if let ([leasts], true) = (leasts, ABOVE) {
                    let scale = avx._mm256_set1_ps(input.sum * UP);
                    least = fma._mm256_fmadd_ps(halves(simd, leasts), scale, least);
                }
            }
        }
        let sum = avx._mm256_add_ps(sum, least);
        cast(avx._mm256_mul_ps(sum, avx._mm256_set1_ps(UP)))
    }

    /// Numbers of 16 bits, times 2^-112.
    #[inline(always)]
    fn halves(simd: V3, bytes: &[u8; HALVES]) -> __m256 {
        let V3 { avx, avx2, .. } = simd;
        let wide = avx2._mm256_cvtepi16_epi32(cast::<_, __m128i>(*bytes));
        let mask = avx._mm256_set1_epi32(0x8fff_e000_u32 as i32);
        avx._mm256_castsi256_ps(avx2._mm256_and_si256(avx2._mm256_slli_epi32::<13>(wide), mask))
    }

    #[inline(always)]
    fn spread(simd: V3, four: [i8; 4]) -> __m256i {
        simd.avx._mm256_set1_epi32(cast(four))
    }

    /// The sums of eight products of at most 15 · 127, in pairs, fit into 16 bits.
    #[inline(always)]
    fn four(simd: V3, weights: &[[u8; 32]], input: &[[i8; 4]; 8]) -> __m256i {
        let V3 { avx, avx2, .. } = simd;
        let mask = avx._mm256_set1_epi8(15);
        let mut sum = avx._mm256_setzero_si256();
        let (first, second) = input.split_at(4);
        for ((weights, first), second) in weights.iter().zip(first).zip(second) {
            let both = cast::<_, __m256i>(*weights);
            let low = avx2._mm256_and_si256(both, mask);
            let high = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(both), mask);
            let low = avx2._mm256_maddubs_epi16(low, spread(simd, *first));
            let high = avx2._mm256_maddubs_epi16(high, spread(simd, *second));
            sum = avx2._mm256_add_epi16(sum, avx2._mm256_add_epi16(low, high));
        }
        avx2._mm256_madd_epi16(sum, avx._mm256_set1_epi16(1))
    }

    /// The instruction wants one factor without a sign: the other one takes it over.
    #[inline(always)]
    fn eight(simd: V3, weights: &[[u8; 32]], input: &[[i8; 4]; 8]) -> __m256i {
        let V3 { avx, avx2, .. } = simd;
        let one = avx._mm256_set1_epi16(1);
        let mut sum = avx._mm256_setzero_si256();
        for (weights, input) in weights.iter().zip(input) {
            let weights = cast::<_, __m256i>(*weights);
            let signed = avx2._mm256_sign_epi8(spread(simd, *input), weights);
            let pairs = avx2._mm256_maddubs_epi16(avx2._mm256_abs_epi8(weights), signed);
            sum = avx2._mm256_add_epi32(sum, avx2._mm256_madd_epi16(pairs, one));
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that are different in every block and lane.
    fn matrix(form: Form, outputs: usize, inputs: usize) -> Packed {
        let mut packed = Packed::new(form, outputs, inputs);
        packed.fill(|row, at| {
            let mut block = Block {
                factor: f16::from_f32(0.01 + 0.003 * row as f32),
                least: f16::from_f32(if form == Form::Eight { 0.0 } else { -0.07 * at as f32 }),
                ..Block::default()
            };
            for (index, value) in block.values.iter_mut().enumerate() {
                let mixed = (row * 31 + at * 17 + index * 7) % 251;
                *value = if form == Form::Four { mixed as i8 & 15 } else { mixed as u8 as i8 };
            }
            block
        });
        packed
    }

    #[test]
    fn every_way_to_multiply_gives_what_the_numbers_give() {
        let (outputs, inputs) = (19, 96);
        for form in [Form::Four, Form::Eight, Form::EightAbove] {
            let packed = matrix(form, outputs, inputs);
            let values: Vec<f32> = (0..inputs).map(|at| (at as f32 * 0.7).sin() * 3.0).collect();
            let input = Input::new(&values, inputs);
            let mut row = vec![0f32; inputs];
            // What comes out, and how far the rounding of the input to 8 bits may move it.
            let wanted: Vec<(f32, f32)> = (0..outputs)
                .map(|at| {
                    packed.row(at, &mut row);
                    let product = row.iter().zip(&values).map(|(weight, value)| weight * value);
                    let most: f32 = row.iter().map(|weight| weight.abs()).sum();
                    (product.sum(), most * 3.0 / 127.0 / 2.0 + 1e-3)
                })
                .collect();
            let mut quick = vec![0f32; outputs];
            packed.times(0..packed.groups(), &input, |_, first, products| {
                quick[first..first + products.len()].copy_from_slice(products);
            });
            let portable: Vec<f32> = (0..packed.groups())
                .flat_map(|group| plain(form, packed.group(group), &input.blocks))
                .collect();
            for (at, (wanted, bound)) in wanted.into_iter().enumerate() {
                for got in [quick[at], portable[at]] {
                    assert!((got - wanted).abs() < bound, "{form:?} {at}: {got} {wanted}");
                }
                let between = (quick[at] - portable[at]).abs();
                assert!(between < 1e-4 * (1.0 + wanted.abs()), "{form:?} {at}: {between}");
            }
        }
    }
}
