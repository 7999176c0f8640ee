use crate::Color;
use crate::function::Function;
use crate::objects::{as_dict, get_number, get_numbers, resolve};
use lopdf::{Document, Object};

/// Spaces within spaces.
const DEPTH: usize = 8;

/// What is painted with patterns and shadings: neither ink nor paper.
pub(super) const NEUTRAL: Color = Color { r: 0.5, g: 0.5, b: 0.5 };

/// A colour space (ISO 32000-1, 8.6), to the precision that telling colours apart needs.
#[derive(Clone, Debug)]
pub(super) enum Space {
    Gray,
    Rgb,
    Cmyk,
    /// Ranges of a* and b*.
    Lab([f64; 4]),
    /// Base, and its palette as colours.
    Indexed(Vec<Color>),
    /// Separation and DeviceN: how many inks, and what they look like where that is told.
    Tint(usize, Option<Box<(Space, Function)>>),
    Pattern,
}

impl Space {
    /// The device space of so many components.
    pub(super) fn device(components: usize) -> Space {
        match components {
            3 => Space::Rgb,
            4 => Space::Cmyk,
            _ => Space::Gray,
        }
    }

    /// A space by its name, when it is one that needs no resource.
    pub(super) fn named(name: &[u8]) -> Option<Space> {
        Some(match name {
            b"DeviceGray" | b"G" | b"CalGray" => Space::Gray,
            b"DeviceRGB" | b"RGB" | b"CalRGB" => Space::Rgb,
            b"DeviceCMYK" | b"CMYK" | b"CalCMYK" => Space::Cmyk,
            b"Pattern" => Space::Pattern,
            _ => return None,
        })
    }

    /// A space of the resources.
    pub(super) fn load(document: &Document, object: &Object, depth: usize) -> Option<Space> {
        if depth > DEPTH {
            return None;
        }
        let items = match resolve(document, object)? {
            Object::Name(name) => return Space::named(name),
            Object::Array(items) => items,
            _ => return None,
        };
        let item = |i: usize| resolve(document, items.get(i)?);
        match item(0)?.as_name().ok()? {
            b"ICCBased" => {
                let dict = as_dict(item(1)?)?;
                match get_number(document, dict, b"N") {
                    Some(n) => Some(Space::device(n as usize)),
                    None => Space::load(document, dict.get(b"Alternate").ok()?, depth + 1),
                }
            }
            b"Lab" => {
                let range = get_numbers(document, as_dict(item(1)?)?, b"Range");
                Some(Space::Lab(range.unwrap_or([-100.0, 100.0, -100.0, 100.0])))
            }
            b"Indexed" | b"I" => {
                let base = Space::load(document, items.get(1)?, depth + 1)?;
                let most = (crate::objects::as_number(item(2)?)?.clamp(0.0, 255.0)) as usize;
                let table = match item(3)? {
                    Object::String(bytes, _) => bytes.clone(),
                    Object::Stream(stream) => {
                        crate::objects::unpack(document, stream, 256 * 32).bytes
                    }
                    _ => return None,
                };
                let colors = table.chunks_exact(base.components()).take(most + 1);
                Some(Space::Indexed(colors.map(|c| base.of_bytes(c)).collect()))
            }
            kind @ (b"Separation" | b"DeviceN") => {
                let inks = match kind {
                    b"Separation" => 1,
                    _ => item(1)?.as_array().ok()?.len().min(32),
                };
                let look = items.get(2).zip(items.get(3)).and_then(|(space, function)| {
                    let space = Space::load(document, space, depth + 1)?;
                    Some(Box::new((space, Function::load(document, function)?)))
                });
                Some(Space::Tint(inks, look))
            }
            name => Space::named(name),
        }
    }

    /// How many numbers make a colour.
    pub(super) fn components(&self) -> usize {
        match self {
            Space::Gray | Space::Indexed(_) => 1,
            Space::Rgb | Space::Lab(_) => 3,
            Space::Cmyk => 4,
            Space::Tint(inks, _) => (*inks).max(1),
            Space::Pattern => 1,
        }
    }

    /// A colour of bytes that span the range of each component.
    fn of_bytes(&self, bytes: &[u8]) -> Color {
        let mut values: Vec<f64> = bytes.iter().map(|b| f64::from(*b) / 255.0).collect();
        if let (Space::Lab([a0, a1, b0, b1]), [l, a, b]) = (self, values.as_mut_slice()) {
            (*l, *a, *b) = (*l * 100.0, a0 + *a * (a1 - a0), b0 + *b * (b1 - b0));
        }
        self.color(&values)
    }

    /// The colour before the first one is set.
    pub(super) fn first(&self) -> Color {
        match self {
            Space::Indexed(palette) => palette.first().copied().unwrap_or_default(),
            Space::Pattern => NEUTRAL,
            // All inks at full strength; everything else starts black, too.
            Space::Tint(inks, _) => self.color(&vec![1.0; *inks]),
            _ => Color::BLACK,
        }
    }

    /// A colour as seen; missing numbers are 0.
    pub(super) fn color(&self, values: &[f64]) -> Color {
        let at = |i: usize| values.get(i).copied().unwrap_or(0.0);
        let rgb = |r: f64, g: f64, b: f64| {
            let [r, g, b] = [r, g, b].map(|v| v.clamp(0.0, 1.0) as f32);
            Color { r, g, b }
        };
        match self {
            Space::Gray => rgb(at(0), at(0), at(0)),
            Space::Rgb => rgb(at(0), at(1), at(2)),
            Space::Cmyk => {
                let light = 1.0 - at(3).clamp(0.0, 1.0);
                let [c, m, y] = [at(0), at(1), at(2)].map(|v| (1.0 - v.clamp(0.0, 1.0)) * light);
                rgb(c, m, y)
            }
            Space::Lab(_) => {
                let [r, g, b] = lab(at(0), at(1), at(2));
                rgb(r, g, b)
            }
            Space::Indexed(palette) => {
                palette.get(at(0).clamp(0.0, 255.0) as usize).copied().unwrap_or_default()
            }
            Space::Tint(inks, Some(look)) => {
                let (space, function) = look.as_ref();
                let tints: Vec<f64> = (0..*inks).map(at).collect();
                space.color(&function.apply(&tints))
            }
            Space::Tint(_, None) => {
                let light = values.iter().map(|v| 1.0 - v.clamp(0.0, 1.0)).product();
                rgb(light, light, light)
            }
            Space::Pattern => NEUTRAL,
        }
    }
}

/// CIE L*a*b* to sRGB (ISO 32000-1, 8.6.5.4; IEC 61966-2-1), white to white.
fn lab(l: f64, a: f64, b: f64) -> [f64; 3] {
    let inverse = |t: f64| {
        if t >= 6.0 / 29.0 { t * t * t } else { 108.0 / 841.0 * (t - 4.0 / 29.0) }
    };
    let m = (l + 16.0) / 116.0;
    let (x, y, z) = (0.9505 * inverse(m + a / 500.0), inverse(m), 1.089 * inverse(m - b / 200.0));
    [
        3.2406 * x - 1.5372 * y - 0.4986 * z,
        -0.9689 * x + 1.8758 * y + 0.0415 * z,
        0.0557 * x - 0.2040 * y + 1.0570 * z,
    ]
    .map(|v| if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 })
}
