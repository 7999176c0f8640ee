//! Functions (ISO 32000-1, 7.10), as far as colours of inks need them.

mod calculator;

use crate::objects::{as_dict, get, get_number, numbers, resolve, unpack};
use calculator::Calculator;
use lopdf::{Document, Object};

/// Functions within functions, in depth and all together.
const DEPTH: usize = 8;
const MOST: usize = 64;

/// Bytes of samples or of a program, at most.
const BYTES: usize = 1 << 20;

/// A function from some numbers to others.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    kind: Kind,
    domain: Vec<f64>,
    range: Vec<f64>,
}

#[derive(Clone, Debug)]
enum Kind {
    Sampled {
        size: Vec<usize>,
        outputs: usize,
        samples: Vec<f64>,
    },
    Power {
        c0: Vec<f64>,
        c1: Vec<f64>,
        exponent: f64,
    },
    Stitched {
        parts: Vec<Function>,
        bounds: Vec<f64>,
        encode: Vec<f64>,
    },
    Program(Calculator),
    /// One function for each output.
    Several(Vec<Function>),
}

impl Function {
    /// Reads a function; `None` for what is malformed or larger than colours need.
    pub(crate) fn load(document: &Document, object: &Object) -> Option<Function> {
        let mut left = MOST;
        Function::part(document, object, 0, &mut left)
    }

    fn part(
        document: &Document,
        object: &Object,
        depth: usize,
        left: &mut usize,
    ) -> Option<Function> {
        if depth > DEPTH {
            return None;
        }
        *left = left.checked_sub(1)?;
        let object = resolve(document, object)?;
        if let Object::Array(all) = object {
            let all: Option<Vec<_>> = all
                .iter()
                .take(32)
                .map(|one| Function::part(document, one, depth + 1, left))
                .collect();
            return Some(Function { kind: Kind::Several(all?), domain: vec![], range: vec![] });
        }
        let dict = as_dict(object)?;
        let list = |key: &[u8]| {
            dict.get(key).map(|o| numbers(document, o, BYTES / 64)).unwrap_or_default()
        };
        let (domain, range) = (list(b"Domain"), list(b"Range"));
        let kind = match get_number(document, dict, b"FunctionType")? as i64 {
            0 => {
                let Object::Stream(stream) = object else { return None };
                let size: Vec<usize> = list(b"Size").iter().map(|n| *n as usize).collect();
                let bits = get_number(document, dict, b"BitsPerSample")? as usize;
                let outputs = range.len() / 2;
                let count = size.iter().try_fold(outputs, |n, s| n.checked_mul(*s))?;
                if count == 0 || count > BYTES || !(1..=32).contains(&bits) || size.len() > 8 {
                    return None;
                }
                let mut decode = list(b"Decode");
                if decode.len() != range.len() {
                    decode.clone_from(&range);
                }
                let bytes = unpack(document, stream, count.checked_mul(bits)?.div_ceil(8)).bytes;
                let samples = samples(&bytes, bits, count, &decode);
                Kind::Sampled { size, outputs, samples }
            }
            2 => {
                let or =
                    |values: Vec<f64>, usual| if values.is_empty() { vec![usual] } else { values };
                let exponent = get_number(document, dict, b"N").unwrap_or(1.0);
                Kind::Power { c0: or(list(b"C0"), 0.0), c1: or(list(b"C1"), 1.0), exponent }
            }
            3 => {
                let Some(Object::Array(parts)) = get(document, dict, b"Functions") else {
                    return None;
                };
                let parts: Option<Vec<_>> = parts
                    .iter()
                    .take(256)
                    .map(|part| Function::part(document, part, depth + 1, left))
                    .collect();
                Kind::Stitched { parts: parts?, bounds: list(b"Bounds"), encode: list(b"Encode") }
            }
            4 => {
                let Object::Stream(stream) = object else { return None };
                Kind::Program(Calculator::parse(&unpack(document, stream, BYTES).bytes)?)
            }
            _ => return None,
        };
        Some(Function { kind, domain, range })
    }

    /// The outputs for some inputs.
    pub(crate) fn apply(&self, inputs: &[f64]) -> Vec<f64> {
        let inputs: Vec<f64> = inputs
            .iter()
            .enumerate()
            .map(|(i, x)| clamp(*x, self.domain.get(2 * i..2 * i + 2)))
            .collect();
        let x = inputs.first().copied().unwrap_or(0.0);
        let outputs = match &self.kind {
            Kind::Sampled { size, outputs, samples } => {
                self.interpolated(&inputs, size, *outputs, samples)
            }
            Kind::Power { c0, c1, exponent } => {
                let power = if *exponent == 1.0 { x } else { x.max(0.0).powf(*exponent) };
                c0.iter().zip(c1).map(|(a, b)| a + power * (b - a)).collect()
            }
            Kind::Stitched { parts, bounds, encode } => {
                let at = bounds.iter().take_while(|b| x >= **b).count();
                let at = at.min(parts.len().saturating_sub(1));
                let low = at.checked_sub(1).and_then(|i| bounds.get(i)).or(self.domain.first());
                let high = bounds.get(at).or(self.domain.get(1));
                let (low, high) = (low.copied().unwrap_or(0.0), high.copied().unwrap_or(1.0));
                let part = if high > low { (x - low) / (high - low) } else { 0.0 };
                let to = encode.get(2 * at..2 * at + 2).unwrap_or(&[0.0, 1.0]);
                let [a, b] = to else { return Vec::new() };
                parts.get(at).map(|f| f.apply(&[a + part * (b - a)])).unwrap_or_default()
            }
            Kind::Program(program) => program.run(&inputs, self.range.len() / 2),
            Kind::Several(all) => {
                all.iter().map(|f| f.apply(&inputs).first().copied().unwrap_or(0.0)).collect()
            }
        };
        outputs
            .iter()
            .enumerate()
            .map(|(i, y)| clamp(*y, self.range.get(2 * i..2 * i + 2)))
            .collect()
    }

    /// Linear between samples of one input, the nearest sample of several.
    fn interpolated(
        &self,
        inputs: &[f64],
        size: &[usize],
        outputs: usize,
        samples: &[f64],
    ) -> Vec<f64> {
        let place = |i: usize, n: usize| {
            let [low, high] = self.domain.get(2 * i..2 * i + 2)? else { return None };
            let most = n.saturating_sub(1) as f64;
            let x = inputs.get(i).copied().unwrap_or(*low);
            Some(if high > low { (x - low) / (high - low) * most } else { 0.0 }.clamp(0.0, most))
        };
        let row = |at: usize| samples.get(at * outputs..(at + 1) * outputs).unwrap_or_default();
        if let [n] = size {
            let x = place(0, *n).unwrap_or(0.0);
            let part = x - x.floor();
            let (low, high) = (row(x as usize), row((x as usize + 1).min(n.saturating_sub(1))));
            return low.iter().zip(high).map(|(a, b)| a + part * (b - a)).collect();
        }
        let (mut at, mut step) = (0, 1);
        for (i, n) in size.iter().enumerate() {
            at += place(i, *n).unwrap_or(0.0).round() as usize * step;
            step *= n;
        }
        row(at).to_vec()
    }
}

fn clamp(value: f64, bounds: Option<&[f64]>) -> f64 {
    match bounds {
        Some([low, high]) => value.max(*low).min(*high),
        _ => value,
    }
}

/// Unpacks samples, the most significant bits first, and decodes them.
fn samples(bytes: &[u8], bits: usize, count: usize, decode: &[f64]) -> Vec<f64> {
    let most = ((1u64 << bits) - 1) as f64;
    let outputs = (decode.len() / 2).max(1);
    (0..count)
        .map(|i| {
            let mut value = 0u64;
            for bit in i * bits..(i + 1) * bits {
                let byte = bytes.get(bit / 8).copied().unwrap_or(0);
                value = value << 1 | u64::from(byte >> (7 - bit % 8) & 1);
            }
            let j = 2 * (i % outputs);
            match decode.get(j..j + 2) {
                Some([low, high]) => low + value as f64 / most * (high - low),
                _ => value as f64 / most,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Stream, dictionary};

    fn list(values: &[f32]) -> Object {
        Object::Array(values.iter().map(|v| Object::Real(*v)).collect())
    }

    fn close(function: &Function, inputs: &[f64], outputs: &[f64]) {
        let got = function.apply(inputs);
        let near = got.len() == outputs.len()
            && got.iter().zip(outputs).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near, "{inputs:?}: {got:?}, not {outputs:?}");
    }

    #[test]
    fn every_type_is_evaluated() {
        let document = Document::new();
        let load = |object: Object| Function::load(&document, &object).unwrap();
        let power = |n: i64| {
            Object::Dictionary(dictionary! {
                "FunctionType" => 2, "Domain" => list(&[0.0, 1.0]), "N" => n,
                "C0" => list(&[0.0, 1.0]), "C1" => list(&[1.0, 0.0]),
            })
        };
        close(&load(power(2)), &[0.5], &[0.25, 0.75]);
        close(&load(power(1)), &[7.0], &[1.0, 0.0]);

        let stitched = load(Object::Dictionary(dictionary! {
            "FunctionType" => 3, "Domain" => list(&[0.0, 1.0]), "Bounds" => list(&[0.5]),
            "Encode" => list(&[0.0, 1.0, 1.0, 0.0]),
            "Functions" => Object::Array(vec![power(1), power(1)]),
        }));
        close(&stitched, &[0.25], &[0.5, 0.5]);
        close(&stitched, &[0.75], &[0.5, 0.5]);
        close(&stitched, &[1.0], &[0.0, 1.0]);

        let sampled = load(Object::Stream(Stream::new(
            dictionary! {
                "FunctionType" => 0, "Domain" => list(&[0.0, 1.0]), "Range" => list(&[0.0, 1.0]),
                "Size" => Object::Array(vec![Object::Integer(3)]), "BitsPerSample" => 8,
            },
            vec![0, 255, 0],
        )));
        close(&sampled, &[0.25], &[0.5]);
        close(&sampled, &[0.5], &[1.0]);

        let program = load(Object::Stream(Stream::new(
            dictionary! {
                "FunctionType" => 4, "Domain" => list(&[0.0, 1.0]), "Range" => list(&[0.0, 1.0, 0.0, 1.0]),
            },
            b"{ dup 0.5 gt { 1 exch sub } { 2 mul } ifelse 0.25 exch }".to_vec(),
        )));
        close(&program, &[0.75], &[0.25, 0.25]);
        close(&program, &[0.25], &[0.25, 0.5]);
    }

    #[test]
    fn malformed_functions_are_none() {
        let document = Document::new();
        for dict in [
            dictionary! {},
            dictionary! { "FunctionType" => 9 },
            dictionary! { "FunctionType" => 3 },
            dictionary! { "FunctionType" => 0, "Size" => list(&[1e9, 1e9]) },
        ] {
            assert!(Function::load(&document, &Object::Dictionary(dict)).is_none());
        }
    }
}
