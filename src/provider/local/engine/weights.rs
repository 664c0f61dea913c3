//! Weights: read from the file, put into a form that this machine computes quickly, multiplied.
//!
//! A matrix is kept in two halves of its rows, so that two threads can share a product; the one that
//! asks does both when the other is busy elsewhere. Knows no architecture.

use super::gguf::{Gguf, Weight};
use super::math;
use super::trouble::{Trouble, broken, own, said};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Tensor};
use std::borrow::Cow;

use crate::prompt::Fault;

/// From so many rows on, a matrix is unpacked once and multiplied as numbers.
const MANY_ROWS: usize = 16;
/// Values in a block of the older kinds.
const BLOCK: usize = 32;

/// A matrix of the model.
pub(crate) struct Matrix {
    halves: [QTensor; 2],
    /// Rows of the first half.
    split: usize,
    /// Values that come out.
    pub(crate) outputs: usize,
    /// Values that go in.
    pub(crate) inputs: usize,
}

/// How many bytes a weight takes when it is loaded.
pub(crate) fn loaded_bytes(weight: &Weight) -> usize {
    let elements = weight.bytes / weight.kind.type_size() * weight.kind.block_size();
    match quick(weight.kind) {
        Some(kind) => elements / kind.block_size() * kind.type_size(),
        None => weight.bytes,
    }
}

/// The kind that takes the place of one whose products are slow here.
fn quick(kind: GgmlDType) -> Option<GgmlDType> {
    match kind {
        GgmlDType::Q4_1 | GgmlDType::Q5_0 | GgmlDType::Q5_1 => Some(GgmlDType::Q8_0),
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
        let mut bytes = file.read(weight)?;
        let mut kind = weight.kind;
        if let Some(better) = quick(kind) {
            bytes = repack(kind, &bytes);
            kind = better;
        }
        let split = outputs / 2;
        let row = inputs / kind.block_size() * kind.type_size();
        let rest = bytes.split_off(split * row);
        let halves = [
            tensor(kind, bytes, &[split, inputs])?,
            tensor(kind, rest, &[outputs - split, inputs])?,
        ];
        Ok(Self { halves, split, outputs, inputs })
    }

    /// One row as numbers: what an embedding is.
    pub(crate) fn row(&self, index: usize, into: &mut [f32]) -> Result<(), Trouble> {
        let (half, index) = match index.checked_sub(self.split) {
            None => (&self.halves[0], index),
            Some(index) => (&self.halves[1], index),
        };
        let kind = half.dtype();
        let bytes = self.inputs / kind.block_size() * kind.type_size();
        let data = half.data()?;
        let part = data
            .get(index * bytes..(index + 1) * bytes)
            .ok_or_else(|| own("A word lies outside of the vocabulary"))?;
        into.copy_from_slice(&numbers(&tensor(kind, part.to_vec(), &[self.inputs])?)?);
        Ok(())
    }

    /// The products of every row of `input` with every row of the matrix, row after row.
    pub(crate) fn times(&self, input: &[f32]) -> Result<Vec<f32>, Trouble> {
        let rows = input.len() / self.inputs;
        let input = Tensor::from_slice(input, (rows, self.inputs), &Device::Cpu)?;
        let (first, second) = rayon::join(
            || half_times(&self.halves[0], &input, rows),
            || half_times(&self.halves[1], &input, rows),
        );
        let (first, second) = (first?, second?);
        if rows == 1 {
            let mut all = first;
            all.extend_from_slice(&second);
            return Ok(all);
        }
        let mut all = Vec::with_capacity(rows * self.outputs);
        let sizes = (self.split.max(1), (self.outputs - self.split).max(1));
        for (first, second) in first.chunks_exact(sizes.0).zip(second.chunks_exact(sizes.1)) {
            all.extend_from_slice(first);
            all.extend_from_slice(second);
        }
        Ok(all)
    }
}

fn half_times(half: &QTensor, input: &Tensor, rows: usize) -> candle_core::Result<Vec<f32>> {
    let product = if rows < MANY_ROWS {
        input.apply_op1_no_bwd(half)?
    } else {
        input.matmul(&half.dequantize(&Device::Cpu)?.t()?)?
    };
    product.flatten_all()?.to_vec1()
}

fn half_float(bytes: &[u8]) -> f32 {
    half::f16::from_le_bytes([bytes[0], bytes[1]]).to_f32()
}

/// Blocks of 4 or 5 bits as blocks of 8. The scale is chosen for the largest value of a block, so
/// that rounding adds less than a hundredth of what the file's own rounding took.
fn repack(kind: GgmlDType, bytes: &[u8]) -> Vec<u8> {
    let from = kind.type_size();
    let to = GgmlDType::Q8_0.type_size();
    let blocks = bytes.len() / from;
    let mut packed = vec![0; blocks * to];
    let middle = blocks / 2;
    let (in_first, in_second) = bytes.split_at(middle * from);
    let (out_first, out_second) = packed.split_at_mut(middle * to);
    let run = |input: &[u8], output: &mut [u8]| {
        math::fast(|| {
            for (input, output) in input.chunks_exact(from).zip(output.chunks_exact_mut(to)) {
                repack_block(kind, input, output);
            }
        });
    };
    rayon::join(|| run(in_first, out_first), || run(in_second, out_second));
    packed
}

#[inline(always)]
fn repack_block(kind: GgmlDType, input: &[u8], output: &mut [u8]) {
    let mut values = [0f32; BLOCK];
    let scale = half_float(input);
    // Behind the scale: a least value where the kind has one, four bytes of fifth bits where it has
    // them, sixteen bytes of four bits.
    let (least, fifth, fours) = match kind {
        GgmlDType::Q4_1 => (half_float(&input[2..]), 0, &input[4..20]),
        GgmlDType::Q5_0 => {
            let fifth = u32::from_le_bytes([input[2], input[3], input[4], input[5]]);
            (scale * -16.0, fifth, &input[6..22])
        }
        _ => {
            let fifth = u32::from_le_bytes([input[4], input[5], input[6], input[7]]);
            (half_float(&input[2..]), fifth, &input[8..24])
        }
    };
    for (index, byte) in fours.iter().enumerate() {
        let low = u32::from(byte & 15) | (fifth >> index & 1) << 4;
        let high = u32::from(byte >> 4) | (fifth >> (index + 16) & 1) << 4;
        values[index] = low as f32 * scale + least;
        values[index + 16] = high as f32 * scale + least;
    }
    let most = values.iter().fold(0f32, |most, value| most.max(value.abs()));
    let scale = most / 127.0;
    output[..2].copy_from_slice(&half::f16::from_f32(scale).to_le_bytes());
    let inverse = if scale > 0.0 { scale.recip() } else { 0.0 };
    for (byte, value) in output[2..].iter_mut().zip(values) {
        // Rounds to the nearest: adding this much leaves no fraction.
        let rounded = (value * inverse + 12_582_912.0) - 12_582_912.0;
        *byte = (rounded as i8) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repacked_blocks_hold_the_same_values() {
        for kind in [GgmlDType::Q4_1, GgmlDType::Q5_0, GgmlDType::Q5_1] {
            let values: Vec<f32> = (0..64).map(|step| (step as f32 * 0.37).sin() * 0.2).collect();
            let source = Tensor::from_slice(&values, (2, 32), &Device::Cpu).expect("values");
            let coarse = QTensor::quantize(&source, kind).expect("a tensor");
            let fine = repack(kind, &coarse.data().expect("bytes"));
            let fine = tensor(GgmlDType::Q8_0, fine, &[2, 32]).expect("a tensor");
            let (coarse, fine) =
                (numbers(&coarse).expect("values"), numbers(&fine).expect("values"));
            for (coarse, fine) in coarse.iter().zip(&fine) {
                assert!((coarse - fine).abs() < 1.2e-3, "{kind:?}: {coarse} {fine}");
            }
        }
    }
}
