//! A TrueType font program of straight outlines, with the tables that renderers want.

use super::strokes;

/// Units of the em.
const EM: f64 = 1000.0;

fn be16(v: i32) -> [u8; 2] {
    (v as u16).to_be_bytes()
}

fn be32(v: u32) -> [u8; 4] {
    v.to_be_bytes()
}

/// A font program whose glyph `i + 1` is the character `characters[i].0`, reached in its character
/// map under code `characters[i].1`: a map of Unicode, or of symbols at U+F000 and on. `half` is
/// half the width of a stroke.
pub(super) fn program(characters: &[(char, u16)], half: f64, unicode: bool) -> Vec<u8> {
    let mut glyf: Vec<u8> = Vec::new();
    let mut loca = vec![0u32];
    let mut metrics: Vec<(i32, i32)> = vec![(500, 0)];
    // Glyph 0 is empty.
    loca.push(0);
    let mut most = (0, 0);
    for (c, _) in characters {
        let (width, boxes) = strokes::outline(*c, half).unwrap_or((5.0, Vec::new()));
        let points: Vec<[i32; 2]> =
            boxes.iter().flatten().map(|p| p.map(|v| (v * EM / 10.0).round() as i32)).collect();
        metrics.push(((width * EM / 10.0) as i32, points.iter().map(|p| p[0]).min().unwrap_or(0)));
        glyf.extend(glyph(&points));
        most = (most.0.max(points.len()), most.1.max(boxes.len()));
        while !glyf.len().is_multiple_of(4) {
            glyf.push(0);
        }
        loca.push(glyf.len() as u32);
    }
    let count = metrics.len();
    let mut maxp = be32(0x0001_0000).to_vec();
    for v in [count, most.0, most.1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0] {
        maxp.extend(be16(v as i32));
    }
    let tables: Vec<(&[u8; 4], Vec<u8>)> = vec![
        (b"cmap", cmap(characters, unicode)),
        (b"glyf", glyf),
        (b"head", head()),
        (b"hhea", hhea(count)),
        (b"hmtx", metrics.iter().flat_map(|m| [be16(m.0), be16(m.1)].concat()).collect()),
        (b"loca", loca.iter().flat_map(|l| be32(*l)).collect()),
        (b"maxp", maxp),
        (b"post", post()),
    ];
    assemble(&tables)
}

/// A simple glyph: every four points are a contour.
fn glyph(points: &[[i32; 2]]) -> Vec<u8> {
    if points.is_empty() {
        return Vec::new();
    }
    let side = |axis: usize| {
        let values = || points.iter().map(move |p| p[axis]);
        (values().min().unwrap_or(0), values().max().unwrap_or(0))
    };
    let ((x0, x1), (y0, y1)) = (side(0), side(1));
    let mut out: Vec<u8> = Vec::new();
    for v in [(points.len() / 4) as i32, x0, y0, x1, y1] {
        out.extend(be16(v));
    }
    (0..points.len() / 4).for_each(|i| out.extend(be16((4 * i + 3) as i32)));
    // No instructions; on-curve points with words for both coordinates.
    out.extend(be16(0));
    out.extend(std::iter::repeat_n(1u8, points.len()));
    for axis in [0, 1] {
        let mut before = 0;
        for p in points {
            out.extend(be16(p[axis] - before));
            before = p[axis];
        }
    }
    out
}

fn head() -> Vec<u8> {
    let mut out = [be32(0x0001_0000), be32(0x0001_0000), be32(0), be32(0x5f0f_3cf5)].concat();
    out.extend([be16(3), be16(EM as i32)].concat());
    out.extend([0u8; 16]);
    for v in [0, -300, 1000, 900, 0, 8, 2, 1, 0] {
        out.extend(be16(v));
    }
    out
}

fn hhea(count: usize) -> Vec<u8> {
    let mut out = be32(0x0001_0000).to_vec();
    for v in [800, -200, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 0, 0, 0, 0, count as i32] {
        out.extend(be16(v));
    }
    out
}

fn post() -> Vec<u8> {
    let mut out = be32(0x0003_0000).to_vec();
    out.extend([0u8; 28]);
    out
}

/// Two maps: Macintosh format 0 for codes below 256, and Microsoft format 4.
fn cmap(characters: &[(char, u16)], unicode: bool) -> Vec<u8> {
    let mut codes: Vec<(u16, usize)> =
        characters.iter().enumerate().map(|(i, c)| (c.1, i + 1)).collect();
    codes.sort_unstable();
    let mut bytes = vec![0u8; 256];
    for (code, glyph) in &codes {
        let ascii = !unicode || *code < 128;
        if let Some(slot) = bytes.get_mut(usize::from(*code)).filter(|_| ascii) {
            *slot = *glyph as u8;
        }
    }
    let mut first = [be16(0), be16(262), be16(0)].concat();
    first.extend(bytes);
    // A segment for each code: end, start, delta.
    let count = codes.len() as i32 + 1;
    let mut second = Vec::new();
    let length = 16 + 8 * count;
    for v in [4, length, 0, 2 * count, 2, 0, 0] {
        second.extend(be16(v));
    }
    let symbol = |code: u16| i32::from(if unicode { code } else { 0xf000 | code });
    let ends = || codes.iter().map(|c| be16(symbol(c.0))).chain([be16(0xffff)]);
    second.extend(ends().flatten());
    second.extend(be16(0));
    second.extend(ends().flatten());
    let deltas = codes.iter().map(|c| be16(c.1 as i32 - symbol(c.0))).chain([be16(1)]);
    second.extend(deltas.flatten());
    second.extend(std::iter::repeat_n(0u8, 2 * count as usize));
    let mut out = [be16(0), be16(2)].concat();
    out.extend([be16(1), be16(0)].concat());
    out.extend(be32(20));
    out.extend([be16(3), be16(i32::from(unicode))].concat());
    out.extend(be32(20 + first.len() as u32));
    out.extend(first);
    out.extend(second);
    out
}

fn sum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0u32, |s, c| {
        let mut word = [0u8; 4];
        word[..c.len()].copy_from_slice(c);
        s.wrapping_add(u32::from_be_bytes(word))
    })
}

fn assemble(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = tables.len() as i32;
    let power = count.ilog2() as i32;
    let mut out = be32(0x0001_0000).to_vec();
    for v in [count, 16 << power, power, 16 * count - (16 << power)] {
        out.extend(be16(v));
    }
    let mut at = out.len() + 16 * tables.len();
    for (tag, data) in tables {
        out.extend(tag.iter());
        out.extend([be32(sum(data)), be32(at as u32), be32(data.len() as u32)].concat());
        at += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        out.extend(data);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}
