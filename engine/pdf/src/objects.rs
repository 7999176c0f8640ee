//! Looking into lopdf's objects without trusting them.

use crate::{Matrix, Point, Rect};
use lopdf::{Dictionary, Document, Object, Stream};
use std::io::Read;

/// References to references that are followed.
const HOPS: usize = 16;

/// What an object is behind its references; `None` for `null` and dangling ones.
pub(crate) fn resolve<'a>(document: &'a Document, mut object: &'a Object) -> Option<&'a Object> {
    for _ in 0..HOPS {
        match object {
            Object::Reference(id) => object = document.objects.get(id)?,
            Object::Null => return None,
            other => return Some(other),
        }
    }
    None
}

/// A value of a dictionary behind its references.
pub(crate) fn get<'a>(
    document: &'a Document,
    dict: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Object> {
    resolve(document, dict.get(key).ok()?)
}

/// A dictionary within a dictionary; that of a stream when it is one.
pub(crate) fn get_dict<'a>(
    document: &'a Document,
    dict: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Dictionary> {
    as_dict(get(document, dict, key)?)
}

/// A dictionary, or that of a stream.
pub(crate) fn as_dict(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dict) => Some(dict),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

/// A finite number.
pub(crate) fn as_number(object: &Object) -> Option<f64> {
    let value = match object {
        Object::Integer(value) => *value as f64,
        // The shortest text that gives this single precision number is what stood in the file.
        Object::Real(value) => value.to_string().parse().ok()?,
        _ => return None,
    };
    value.is_finite().then_some(value)
}

/// A number of a dictionary.
pub(crate) fn get_number(document: &Document, dict: &Dictionary, key: &[u8]) -> Option<f64> {
    as_number(get(document, dict, key)?)
}

/// A name of a dictionary.
pub(crate) fn get_name<'a>(
    document: &'a Document,
    dict: &'a Dictionary,
    key: &[u8],
) -> Option<&'a [u8]> {
    get(document, dict, key)?.as_name().ok()
}

/// The first numbers of an array; what is none is left out.
pub(crate) fn numbers(document: &Document, object: &Object, most: usize) -> Vec<f64> {
    match resolve(document, object) {
        Some(Object::Array(items)) => {
            items.iter().take(most).filter_map(|item| as_number(resolve(document, item)?)).collect()
        }
        _ => Vec::new(),
    }
}

/// Exactly `N` numbers of an array in a dictionary.
pub(crate) fn get_numbers<const N: usize>(
    document: &Document,
    dict: &Dictionary,
    key: &[u8],
) -> Option<[f64; N]> {
    numbers(document, dict.get(key).ok()?, N).get(..N)?.try_into().ok()
}

/// A box of a dictionary, its corners in any order.
pub(crate) fn get_rect(document: &Document, dict: &Dictionary, key: &[u8]) -> Option<Rect> {
    let [x0, y0, x1, y1] = get_numbers(document, dict, key)?;
    Some(Rect::new(Point::new(x0, y0), Point::new(x1, y1)))
}

/// A matrix of a dictionary.
pub(crate) fn get_matrix(document: &Document, dict: &Dictionary, key: &[u8]) -> Option<Matrix> {
    get_numbers(document, dict, key).map(|m| Matrix { m })
}

/// What came out of a stream.
pub(crate) struct Unpacked {
    pub(crate) bytes: Vec<u8>,
    /// Whether a filter failed, was unknown, or more than the limit would have come out: the
    /// bytes are then what came before.
    pub(crate) damaged: bool,
}

/// Unpacks a stream to at most `limit` bytes.
pub(crate) fn unpack(document: &Document, stream: &Stream, limit: usize) -> Unpacked {
    if limit == 0 {
        return Unpacked { bytes: Vec::new(), damaged: true };
    }
    let filters = match get(document, &stream.dict, b"Filter") {
        None => Vec::new(),
        Some(Object::Array(items)) => {
            items.iter().filter_map(|item| resolve(document, item)?.as_name().ok()).collect()
        }
        Some(one) => one.as_name().into_iter().collect(),
    };
    let parameters = get(document, &stream.dict, b"DecodeParms");
    match filters.as_slice() {
        [] => {
            let bytes = stream.content.get(..limit.min(stream.content.len())).unwrap_or_default();
            Unpacked { damaged: bytes.len() < stream.content.len(), bytes: bytes.to_vec() }
        }
        // Nearly every content stream: here a failure half-way is seen, which lopdf only logs.
        [b"FlateDecode"] if parameters.is_none() => inflate(&stream.content, limit),
        _ => {
            let mut dict = Dictionary::new();
            let names = filters.iter().map(|name| Object::Name(name.to_vec())).collect();
            dict.set("Filter", Object::Array(names));
            if let Some(parameters) = parameters {
                dict.set("DecodeParms", inlined(document, parameters));
            }
            let plain = Stream::new(dict, stream.content.clone());
            match plain.decompressed_content_with_limit(limit) {
                Ok(bytes) => {
                    Unpacked { damaged: bytes.is_empty() && !stream.content.is_empty(), bytes }
                }
                Err(_) => Unpacked { bytes: Vec::new(), damaged: true },
            }
        }
    }
}

/// What unpacking a stream costs, in bytes: one that fails was still looked at.
pub(crate) fn cost(stream: &Stream, unpacked: &Unpacked) -> usize {
    unpacked.bytes.len().max(stream.content.len() / 8).max(64)
}

/// Filter parameters without references.
fn inlined(document: &Document, parameters: &Object) -> Object {
    let plain = |dict: &Dictionary| {
        let mut copy = Dictionary::new();
        for (key, value) in dict.iter() {
            if let Some(value @ (Object::Integer(_) | Object::Boolean(_))) =
                resolve(document, value)
            {
                copy.set(key.clone(), value.clone());
            }
        }
        Object::Dictionary(copy)
    };
    match parameters {
        Object::Array(items) => Object::Array(
            items
                .iter()
                .map(|item| match resolve(document, item) {
                    Some(Object::Dictionary(dict)) => plain(dict),
                    _ => Object::Null,
                })
                .collect(),
        ),
        Object::Dictionary(dict) => plain(dict),
        _ => Object::Null,
    }
}

/// Inflates zlib data, or bare deflate data behind a broken head.
pub(crate) fn inflate(packed: &[u8], limit: usize) -> Unpacked {
    let mut bytes = Vec::with_capacity(packed.len().saturating_mul(4).min(limit).min(1 << 20));
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut failed =
        flate2::read::ZlibDecoder::new(packed).take(most).read_to_end(&mut bytes).is_err();
    if bytes.is_empty() && packed.len() > 2 {
        let bare = packed.get(2..).unwrap_or_default();
        failed =
            flate2::read::DeflateDecoder::new(bare).take(most).read_to_end(&mut bytes).is_err()
                || !bytes.is_empty();
    }
    Unpacked { damaged: failed || (bytes.len() >= limit && limit > 0), bytes }
}
