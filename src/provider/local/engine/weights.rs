//! Weights: read from the file, put into a form that this machine computes quickly, multiplied.
//!
//! The kinds that small models come in are packed (`packed`), and their products with few rows are
//! shared between two threads (`team`). Other kinds stay as they are, in two halves of their rows,
//! and so does every product with many rows: there a matrix is unpacked and multiplied as numbers.
//! Knows no architecture.

use super::gguf::{Gguf, Weight};
use super::packed::{BLOCK, Block, Form, Input, Packed, ROWS};
use super::team::{Team, Work};
use super::trouble::{Trouble, broken, own, said};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Tensor};
use half::f16;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::prompt::Fault;

/// From so many rows on, a matrix is unpacked once and multiplied as numbers.
const MANY_ROWS: usize = 16;
/// So many parts at least are made of a product, where it is large enough, so that two threads end
/// at almost the same time.
const PARTS: usize = 24;
/// The most groups of rows in a part: the threads meet after the last one.
const MOST_GROUPS: usize = 64;

/// A matrix of the model.
pub(crate) struct Matrix {
    form: Stored,
    /// Values that come out.
    pub(crate) outputs: usize,
    /// Values that go in.
    pub(crate) inputs: usize,
}

enum Stored {
    Packed(Arc<Packed>),
    /// As in the file, with the rows of the first half.
    Halves(Box<[QTensor; 2]>, usize),
}

/// How many bytes a weight takes when it is loaded.
pub(crate) fn loaded_bytes(weight: &Weight) -> usize {
    match (form(weight.kind), weight.shape.as_slice()) {
        (Some(form), [outputs, inputs]) => Packed::size(form, *outputs, *inputs),
        _ => weight.bytes,
    }
}

/// The form of the kinds that are packed.
fn form(kind: GgmlDType) -> Option<Form> {
    match kind {
        GgmlDType::Q4_0 | GgmlDType::Q4_1 => Some(Form::Four),
        GgmlDType::Q5_0 | GgmlDType::Q8_0 => Some(Form::Eight),
        GgmlDType::Q5_1 => Some(Form::EightAbove),
        _ => None,
    }
}

/// The weight of this name, with its shape as it must be.
pub(crate) fn find<'a>(file: &'a Gguf, name: &str, shape: &[usize]) -> Result<&'a Weight, Fault> {
    let weight = file
        .weights
        .get(name)
        .ok_or_else(|| broken(format!("The model file has no weight {}", said(name))))?;
    if weight.shape != shape {
        return Err(broken(format!(
            "The weight {} has the shape {:?}, not {shape:?}",
            said(name),
            weight.shape
        )));
    }
    Ok(weight)
}

/// A row of numbers, such as the scales of a norm.
pub(crate) fn vector(file: &Gguf, name: &str, length: usize) -> Result<Vec<f32>, Fault> {
    let weight = find(file, name, &[length])?;
    let bytes = file.read(weight)?;
    let tensor = tensor(weight.kind, bytes, &[length])?;
    numbers(&tensor)
}

fn tensor(kind: GgmlDType, bytes: Vec<u8>, shape: &[usize]) -> Result<QTensor, Fault> {
    QStorage::from_data(Cow::Owned(bytes), &Device::Cpu, kind)
        .and_then(|storage| QTensor::new(storage, shape))
        .map_err(|why| broken(format!("A weight can't be read: {why}")))
}

fn numbers(tensor: &QTensor) -> Result<Vec<f32>, Fault> {
    let unpacked = tensor.dequantize(&Device::Cpu).and_then(|values| values.flatten_all());
    unpacked.and_then(|values| values.to_vec1()).map_err(|why| own(why.to_string()))
}

impl Matrix {
    /// Reads a matrix of `outputs` rows with `inputs` values each.
    ///
    /// # Errors
    /// A sentence when it is missing, has another shape, or can't be read.
    pub(crate) fn load(
        file: &Gguf,
        name: &str,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, Fault> {
        let weight = find(file, name, &[outputs, inputs])?;
        Self::new(weight.kind, file.read(weight)?, outputs, inputs)
    }

    fn new(
        kind: GgmlDType,
        mut bytes: Vec<u8>,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, Fault> {
        let row = inputs / kind.block_size() * kind.type_size();
        if let Some(form) = form(kind) {
            let mut packed = Packed::new(form, outputs, inputs);
            packed.fill(|row_index, index| {
                let at = row_index * row + index * kind.type_size();
                bytes
                    .get(at..at + kind.type_size())
                    .map(|bytes| block(kind, bytes))
                    .unwrap_or_default()
            });
            return Ok(Self { form: Stored::Packed(Arc::new(packed)), outputs, inputs });
        }
        let split = outputs / 2;
        let rest = bytes.split_off(split * row);
        let halves = [
            tensor(kind, bytes, &[split, inputs])?,
            tensor(kind, rest, &[outputs - split, inputs])?,
        ];
        Ok(Self { form: Stored::Halves(Box::new(halves), split), outputs, inputs })
    }

    /// One row as numbers: what an embedding is.
    pub(crate) fn row(&self, index: usize, into: &mut [f32]) -> Result<(), Trouble> {
        let outside = || own("A word lies outside of the vocabulary");
        if index >= self.outputs {
            return Err(outside().into());
        }
        let (halves, split) = match &self.form {
            Stored::Packed(packed) => {
                packed.row(index, into);
                return Ok(());
            }
            Stored::Halves(halves, split) => (halves, *split),
        };
        let (half, index) = match index.checked_sub(split) {
            None => (&halves[0], index),
            Some(index) => (&halves[1], index),
        };
        let kind = half.dtype();
        let bytes = self.inputs / kind.block_size() * kind.type_size();
        let data = half.data()?;
        let part = data.get(index * bytes..(index + 1) * bytes).ok_or_else(outside)?;
        into.copy_from_slice(&numbers(&tensor(kind, part.to_vec(), &[self.inputs])?)?);
        Ok(())
    }

    /// The products of every row of `input` with every row of the matrix, row after row.
    pub(crate) fn times(&self, input: &[f32], team: &Team) -> Result<Vec<f32>, Trouble> {
        let [product] = Self::all_times([self], input, team, &mut || Ok(()))?;
        Ok(product)
    }

    /// The same for several matrices that take the same input, with few rows in one go; with many,
    /// `go_on` is asked between one and the next.
    pub(crate) fn all_times<const COUNT: usize>(
        matrices: [&Self; COUNT],
        input: &[f32],
        team: &Team,
        go_on: &mut (dyn FnMut() -> Result<(), Trouble> + Send),
    ) -> Result<[Vec<f32>; COUNT], Trouble> {
        let inputs = matrices.first().map_or(1, |matrix| matrix.inputs);
        let rows = input.len() / inputs;
        let packed: Vec<_> = matrices.iter().filter_map(|matrix| matrix.packed()).collect();
        if rows < MANY_ROWS && packed.len() == COUNT {
            let work = Arc::new(Product::new(packed, Input::new(input, inputs)));
            team.run(&work);
            return Ok(std::array::from_fn(|index| work.numbers(index)));
        }
        let input = Tensor::from_slice(input, (rows, inputs), &Device::Cpu)?;
        let mut products = [const { Vec::new() }; COUNT];
        for (product, matrix) in products.iter_mut().zip(matrices) {
            go_on()?;
            *product = matrix.halves_times(&input, rows)?;
        }
        Ok(products)
    }

    fn packed(&self) -> Option<Arc<Packed>> {
        match &self.form {
            Stored::Packed(packed) => Some(Arc::clone(packed)),
            Stored::Halves(..) => None,
        }
    }

    /// The product of one half of the rows after the other, each in a thread of its own when there
    /// is one.
    fn halves_times(&self, input: &Tensor, rows: usize) -> Result<Vec<f32>, Trouble> {
        let (split, (first, second)) = match &self.form {
            Stored::Packed(packed) => {
                let middle = packed.groups() / 2;
                let half = |groups: Range<usize>| {
                    let numbers = packed.rows(groups);
                    let shape = (numbers.len() / self.inputs, self.inputs);
                    times_numbers(input, &Tensor::from_vec(numbers, shape, &Device::Cpu)?)
                };
                let products = rayon::join(|| half(0..middle), || half(middle..packed.groups()));
                (middle * ROWS, products)
            }
            Stored::Halves(halves, split) => {
                let half = |half: &QTensor| match rows < MANY_ROWS {
                    true => input.apply_op1_no_bwd(half)?.flatten_all()?.to_vec1(),
                    false => times_numbers(input, &half.dequantize(&Device::Cpu)?),
                };
                (*split, rayon::join(|| half(&halves[0]), || half(&halves[1])))
            }
        };
        let (first, second) = (first?, second?);
        let mut all = Vec::with_capacity(rows * self.outputs);
        let sizes = (split, self.outputs - split);
        for row in 0..rows {
            all.extend_from_slice(&first[row * sizes.0..(row + 1) * sizes.0]);
            all.extend_from_slice(&second[row * sizes.1..(row + 1) * sizes.1]);
        }
        Ok(all)
    }
}

fn times_numbers(input: &Tensor, matrix: &Tensor) -> candle_core::Result<Vec<f32>> {
    if matrix.elem_count() == 0 {
        return Ok(Vec::new());
    }
    input.matmul(&matrix.t()?)?.flatten_all()?.to_vec1()
}

/// A product of matrices with the same few rows of input, in parts.
struct Product {
    matrices: Vec<Arc<Packed>>,
    input: Input,
    /// Of a matrix, these groups of rows.
    parts: Vec<(usize, Range<usize>)>,
    /// What came out of each matrix, as bits: a part may be done by two at once.
    out: Vec<Vec<AtomicU32>>,
}

impl Product {
    fn new(matrices: Vec<Arc<Packed>>, input: Input) -> Self {
        let groups: usize = matrices.iter().map(|matrix| matrix.groups()).sum();
        let step = groups.div_ceil(PARTS).clamp(1, MOST_GROUPS);
        let mut parts = Vec::with_capacity(groups / step + matrices.len());
        for (index, matrix) in matrices.iter().enumerate() {
            let starts = (0..matrix.groups()).step_by(step);
            parts.extend(starts.map(|from| (index, from..(from + step).min(matrix.groups()))));
        }
        let zeros = |count| (0..count).map(|_| AtomicU32::new(0)).collect();
        let out = matrices.iter().map(|matrix| zeros(matrix.outputs * input.rows())).collect();
        Self { matrices, input, parts, out }
    }

    fn numbers(&self, matrix: usize) -> Vec<f32> {
        let out = self.out.get(matrix).map_or(&[][..], Vec::as_slice);
        out.iter().map(|bits| f32::from_bits(bits.load(Ordering::Relaxed))).collect()
    }
}

impl Work for Product {
    fn parts(&self) -> usize {
        self.parts.len()
    }

    fn part(&self, index: usize) {
        let (matrix, groups) = &self.parts[index];
        let (matrix, out) = (&self.matrices[*matrix], &self.out[*matrix]);
        matrix.times(groups.clone(), &self.input, |row, first, products| {
            for (out, product) in out[row * matrix.outputs + first..].iter().zip(products) {
                out.store(product.to_bits(), Ordering::Relaxed);
            }
        });
    }
}

/// A block of a kind that is packed.
#[inline(always)]
fn block(kind: GgmlDType, bytes: &[u8]) -> Block {
    let half = |at: usize| f16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let factor = half(0);
    let mut values = [0; BLOCK];
    // Behind the factor: a least value where the kind has one, four bytes of fifth bits where it has
    // them, the values.
    let (least, behind, fifth) = match kind {
        GgmlDType::Q4_1 => (half(2), 4, None),
        // Exact: the factor is shifted.
        GgmlDType::Q4_0 => (f16::from_f32(factor.to_f32() * -8.0), 2, None),
        GgmlDType::Q5_0 => (f16::ZERO, 6, Some(2)),
        GgmlDType::Q5_1 => (half(2), 8, Some(4)),
        _ => {
            for (value, byte) in values.iter_mut().zip(&bytes[2..]) {
                *value = *byte as i8;
            }
            return Block { factor, least: f16::ZERO, values };
        }
    };
    let fifth = fifth.map_or(0, |at| {
        u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    });
    // Without a least value, five bits stand for values from -16 on.
    let down = if kind == GgmlDType::Q5_0 { 16 } else { 0 };
    for (index, byte) in bytes[behind..behind + BLOCK / 2].iter().enumerate() {
        values[index] = ((byte & 15) | ((fifth >> index & 1) as u8 * 16)) as i8 - down;
        values[index + 16] = ((byte >> 4) | ((fifth >> (index + 16) & 1) as u8 * 16)) as i8 - down;
    }
    Block { factor, least, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [GgmlDType; 5] =
        [GgmlDType::Q4_0, GgmlDType::Q4_1, GgmlDType::Q5_0, GgmlDType::Q5_1, GgmlDType::Q8_0];

    /// A matrix of this kind, as the file would have it and as numbers.
    fn matrix(kind: GgmlDType, outputs: usize, inputs: usize) -> (Matrix, Vec<f32>) {
        let value = |step| ((step * step) as f32 * 0.37).sin() * 0.2;
        let values: Vec<f32> = (0..outputs * inputs).map(value).collect();
        let source = Tensor::from_slice(&values, (outputs, inputs), &Device::Cpu).expect("values");
        let tensor = QTensor::quantize(&source, kind).expect("a tensor");
        let bytes = tensor.data().expect("bytes");
        (
            Matrix::new(kind, bytes.to_vec(), outputs, inputs).expect("a matrix"),
            numbers(&tensor).expect("values"),
        )
    }

    #[test]
    fn packed_matrices_hold_the_values_of_the_file() {
        for kind in KINDS {
            let (matrix, values) = matrix(kind, 19, 96);
            for (index, values) in values.chunks_exact(96).enumerate() {
                let mut row = vec![0.0; 96];
                matrix.row(index, &mut row).expect("a row");
                for (ours, theirs) in row.iter().zip(values) {
                    assert!((ours - theirs).abs() < 1e-6, "{kind:?}: {ours} {theirs}");
                }
            }
            assert!(matrix.row(19, &mut [0.0; 96]).is_err());
        }
    }

    #[test]
    fn few_rows_and_many_have_the_products_of_the_numbers() {
        let team = Team::new(2).expect("threads");
        for (kind, outputs) in
            KINDS.into_iter().flat_map(|kind| [(kind, 19), (kind, 160), (kind, 5)])
        {
            let ((matrix, values), (other, others)) =
                (matrix(kind, outputs, 96), matrix(kind, 8, 96));
            for rows in [1, 3, MANY_ROWS] {
                let input: Vec<f32> =
                    (0..rows * 96).map(|step| (step as f32 * 0.7).cos() * 3.0).collect();
                let [first, second] =
                    Matrix::all_times([&matrix, &other], &input, &team, &mut || Ok(()))
                        .expect("products");
                for (values, products) in [(&values, first), (&others, second)] {
                    let mut products = products.iter();
                    for input in input.chunks_exact(96) {
                        for (row, product) in values.chunks_exact(96).zip(&mut products) {
                            let sum: f32 = row.iter().zip(input).map(|(a, b)| a * b).sum();
                            assert!((sum - product).abs() < 0.05, "{kind:?}: {sum} {product}");
                        }
                    }
                    assert_eq!(products.next(), None);
                }
            }
        }
    }
}
