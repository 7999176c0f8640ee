/// A number of a sheet.
#[derive(Clone, PartialEq, Debug)]
pub struct SheetNumber {
    /// Its value in the printed unit.
    pub value: f64,
    /// The number as a plain decimal text, such as `-0.5` or `1e-6`, for scaling that rounds
    /// once.
    pub text: String,
    /// Whether a comma or point in it may separate thousands as well as decimals.
    pub ambiguous: bool,
}

/// What a word or sign in a cell says about its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// `min. 3`, `> 100`, `≥ 100`.
    Min,
    /// `typ. 0.7`, `≈ 3`.
    Typ,
    /// `5 max`, `< 5`, `≤ 5`.
    Max,
}

/// What a cell of values says.
#[derive(Clone, PartialEq, Debug)]
pub enum SheetValue {
    /// Nothing: empty, or a dash.
    Blank,
    /// One number.
    One(SheetNumber),
    /// `± 20`.
    Symmetric(SheetNumber),
    /// `-55 to +150`.
    Range(SheetNumber, SheetNumber),
}

/// A cell of values taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct SheetCell {
    /// The value.
    pub value: SheetValue,
    /// Which limit it says it is.
    pub bound: Option<Bound>,
    /// The text that follows directly, usually a unit; empty when nothing does.
    pub unit: String,
    /// What stands in brackets behind it.
    pub remark: String,
}

/// Dashes of all kinds, as blanks and as minus signs.
const DASHES: [char; 12] = ['-', '−', '–', '—', '‒', '‑', '‐', '―', '⎯', '─', '\u{ad}', '\u{f02d}'];

/// Reads a cell of values. Raised text is marked with `^` before it (`10^-6`).
///
/// # Errors
/// In words, why the cell holds no single value.
pub fn parse_cell(text: &str) -> Result<SheetCell, &'static str> {
    let text = normal(text);
    let mut rest = text.trim();
    let blank = SheetCell {
        value: SheetValue::Blank,
        bound: None,
        unit: String::new(),
        remark: String::new(),
    };
    if is_blank(rest) {
        return Ok(blank);
    }
    let mut bound = None;
    if let Some((found, tail)) = leading_bound(rest) {
        (bound, rest) = (Some(found), tail);
    }
    let value = if let Some(tail) = symmetric(rest) {
        let (number, tail) = scan_number(tail).ok_or("a sign without a number")?;
        rest = tail;
        SheetValue::Symmetric(number)
    } else {
        let (first, tail) = scan_number(rest).ok_or("no number in the cell")?;
        rest = tail;
        match range_end(rest) {
            Some(tail) => {
                let (second, tail) = scan_number(tail).ok_or("a range without an end")?;
                rest = tail;
                SheetValue::Range(first, second)
            }
            None => SheetValue::One(first),
        }
    };
    let (unit, remark, tail_bound) = tail(rest)?;
    if let (Some(a), Some(b)) = (bound, tail_bound)
        && a != b
    {
        return Err("the cell says two limits");
    }
    Ok(SheetCell { value, bound: bound.or(tail_bound), unit, remark })
}

/// One spelling of each sign.
fn normal(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if DASHES.contains(&c) => '-',
            '～' | '∼' | '〜' => '~',
            '＜' => '<',
            '＞' => '>',
            '≦' | '⩽' => '≤',
            '≧' | '⩾' => '≥',
            '＋' => '+',
            '，' => ',',
            '．' => '.',
            '（' => '(',
            '）' => ')',
            '…' => '~',
            '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2007}' | '\u{3000}' => ' ',
            '０'..='９' => {
                let digit = u32::from(c) - u32::from('０');
                char::from_digit(digit, 10).unwrap_or(c)
            }
            c => c,
        })
        .collect()
}

fn is_blank(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    bare.chars().all(|c| matches!(c, '-' | '~' | '.' | '_' | '*'))
        || matches!(bare.as_str(), "n/a" | "N/A" | "n.a." | "N.A." | "NA" | "--" | "/" | "\\")
}

const BOUNDS: [(&str, Bound); 18] = [
    ("minimum", Bound::Min),
    ("min.", Bound::Min),
    ("min", Bound::Min),
    ("typical", Bound::Typ),
    ("typ.", Bound::Typ),
    ("typ", Bound::Typ),
    ("approx.", Bound::Typ),
    ("maximum", Bound::Max),
    ("max.", Bound::Max),
    ("max", Bound::Max),
    (">=", Bound::Min),
    ("<=", Bound::Max),
    ("≥", Bound::Min),
    ("≤", Bound::Max),
    (">", Bound::Min),
    ("<", Bound::Max),
    ("≈", Bound::Typ),
    ("up to ", Bound::Max),
];

fn leading_bound(text: &str) -> Option<(Bound, &str)> {
    let (word, bound) = BOUNDS.iter().find(|b| starts(text, b.0))?;
    let tail = text.get(word.len()..)?;
    Some((*bound, tail.trim_start_matches([' ', ':', '=', '.'])))
}

fn starts(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

fn symmetric(text: &str) -> Option<&str> {
    ["±", "+/-", "+ / -", "+-"].into_iter().find_map(|s| text.strip_prefix(s)).map(str::trim_start)
}

/// What follows a sign or word between two ends of a range, when one stands there.
fn range_end(text: &str) -> Option<&str> {
    let text = text.trim_start();
    for word in ["to", "thru", "through", "bis"] {
        if starts(text, word)
            && let Some(tail) = text.get(word.len()..)
            && tail.starts_with(|c: char| c == ' ' || c == '+' || c == '-' || c.is_ascii_digit())
        {
            return Some(tail.trim_start());
        }
    }
    // The unit may stand at both ends: -55 °C to +150 °C.
    for unit in ["°C", "℃", "ºC", "V", "A"] {
        if let Some(tail) = text.strip_prefix(unit)
            && let Some(tail) = tail.trim_start().strip_prefix("to ")
        {
            return Some(tail.trim_start());
        }
    }
    if let Some(tail) = text.strip_prefix('~') {
        return Some(tail.trim_start_matches('~').trim_start());
    }
    if let Some(tail) = text.strip_prefix("...").or_else(|| text.strip_prefix("..")) {
        return Some(tail.trim_start_matches('.').trim_start());
    }
    // A dash between two numbers.
    let tail = text.strip_prefix('-')?.trim_start();
    tail.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '.').then_some(tail)
}

/// Unit, remark and limit in what follows the value.
fn tail(text: &str) -> Result<(String, String, Option<Bound>), &'static str> {
    let mut text = text.trim();
    let (mut remark, mut bound) = (String::new(), None);
    if let Some(at) = text.find(['(', '[']) {
        let (head, bracket) = text.split_at(at);
        let inner = bracket.trim_matches(['(', ')', '[', ']', ' ']);
        if let Some((found, _)) = leading_bound(inner).filter(|(_, tail)| tail.is_empty()) {
            bound = Some(found);
        } else if !inner.chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' ') {
            remark = bracket.to_string();
        }
        text = head.trim();
    }
    // Marks of footnotes.
    let mut text = text.trim_matches(['*', '†', '‡', '#', ' ']).to_string();
    if let Some((word, found)) =
        BOUNDS.iter().find(|b| b.0.is_ascii() && ends(&text, b.0) && b.0.len() > 2)
    {
        text.truncate(text.len() - word.len());
        bound = Some(*found);
    }
    let text = text.trim().to_string();
    if text.chars().any(|c| c.is_ascii_digit()) && scan_number(text.trim_start()).is_some() {
        return Err("more than one number in the cell");
    }
    if text.starts_with(['/', ',', ';', '~']) {
        return Err("more than one value in the cell");
    }
    Ok((text, remark, bound))
}

fn ends(text: &str, word: &str) -> bool {
    text.len() >= word.len()
        && text.get(text.len() - word.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

/// Reads the number that a text starts with, and gives what follows it. A sign may stand apart
/// from its digits; thousands may be apart by a blank, comma or apostrophe; an exponent may be
/// written `x 10^-6`, `e-6` or `10^3`.
pub fn scan_number(text: &str) -> Option<(SheetNumber, &str)> {
    let text = text.trim_start();
    let (negative, rest) = match text.strip_prefix(DASHES) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').map_or(text, str::trim_start)),
    };
    let digits = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let mut mantissa = rest.get(..whole)?.to_string();
    let mut at = whole;
    let mut ambiguous = false;
    // Thousands: 1,000  1 000  1'000.
    while (1..=3).contains(&mantissa.len()) || at > whole {
        let Some(separator) = rest.get(at..).and_then(|t| t.chars().next()) else { break };
        let group = rest.get(at + separator.len_utf8()..).map_or(0, digits);
        let leading_zero = mantissa.starts_with('0');
        let next = rest.get(at + separator.len_utf8()..).unwrap_or("");
        let takes = match separator {
            ',' => group == 3 && !leading_zero,
            '\'' => group == 3,
            // Two numbers side by side are no thousands: 10 500. A group of zeros is one.
            ' ' => group == 3 && next.starts_with('0') && !leading_zero,
            _ => false,
        };
        if !takes {
            break;
        }
        if separator == ',' {
            // 1,000 and 2,500 may be one or two and a half in a sheet with decimal commas.
            ambiguous = at == whole
                && !next.starts_with("000")
                && !next.get(3..).is_some_and(|t| t.starts_with(','));
        }
        mantissa.push_str(next.get(..3)?);
        at += separator.len_utf8() + 3;
    }
    let tail = rest.get(at..)?;
    // Decimals.
    let mut fraction = 0;
    if let Some(point) = tail.chars().next().filter(|c| matches!(c, '.' | ',')) {
        fraction = tail.get(1..).map_or(0, digits);
        let decimal = fraction > 0 && !(point == ',' && at > whole);
        if decimal {
            mantissa.push('.');
            mantissa.push_str(tail.get(1..1 + fraction)?);
            at += 1 + fraction;
            // 1.000 is one in most sheets, a thousand in those with decimal commas.
        } else {
            fraction = 0;
            if point == '.' && whole > 0 && !tail.starts_with("..") {
                at += 1;
            }
        }
    }
    if whole + fraction == 0 {
        return None;
    }
    let mut exponent = 0_i32;
    let tail = rest.get(at..)?;
    let mut left = tail;
    if let Some(t) = tail.strip_prefix(['e', 'E'])
        && let Some((power, after)) = power(t)
    {
        (exponent, left) = (power, after);
    } else if let Some(t) = ten(tail)
        && let Some((power, after)) = power(t)
    {
        (exponent, left) = (power, after);
    } else if mantissa == "10"
        && let Some(t) = tail.strip_prefix('^')
        && let Some((power, after)) = power(t)
    {
        mantissa = String::from("1");
        (exponent, left) = (power, after);
    }
    let sign = if negative { "-" } else { "" };
    if mantissa.starts_with('.') {
        mantissa.insert(0, '0');
    }
    let text = if exponent == 0 {
        format!("{sign}{mantissa}")
    } else {
        format!("{sign}{mantissa}e{exponent}")
    };
    let value = text.parse::<f64>().ok().filter(|v| v.is_finite())?;
    Some((SheetNumber { value, text, ambiguous }, left))
}

/// What follows `x 10^`, `× 10`, `·10^`.
fn ten(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let text = text.strip_prefix(['x', 'X', '×', '·', '*', '•'])?.trim_start();
    let text = text.strip_prefix("10")?;
    Some(text.strip_prefix('^').unwrap_or(text))
}

/// A whole power with its sign, at most two digits.
fn power(text: &str) -> Option<(i32, &str)> {
    let (sign, rest) = match text.strip_prefix(DASHES) {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    Some((sign * rest.get(..digits)?.parse::<i32>().ok()?, rest.get(digits..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match parse_cell(text) {
            Err(why) => format!("! {why}"),
            Ok(cell) => {
                let value = match cell.value {
                    SheetValue::Blank => String::from("blank"),
                    SheetValue::One(n) => {
                        format!("{}{}", n.text, if n.ambiguous { "?" } else { "" })
                    }
                    SheetValue::Symmetric(n) => format!("±{}", n.text),
                    SheetValue::Range(a, b) => format!("{} .. {}", a.text, b.text),
                };
                let bound = cell.bound.map(|b| format!(" {b:?}")).unwrap_or_default();
                let unit =
                    if cell.unit.is_empty() { String::new() } else { format!(" [{}]", cell.unit) };
                let remark = if cell.remark.is_empty() {
                    String::new()
                } else {
                    format!(" {}", cell.remark)
                };
                format!("{value}{bound}{unit}{remark}")
            }
        }
    }

    #[test]
    fn cells_read_as_sheets_print_them() {
        for (text, wanted) in [
            ("", "blank"),
            ("-", "blank"),
            ("–––", "blank"),
            ("⎯", "blank"),
            ("- - -", "blank"),
            ("N/A", "blank"),
            ("0.75", "0.75"),
            (".45", "0.45"),
            ("1.", "1"),
            ("−100", "-100"),
            ("– 100", "-100"),
            ("- 65 to + 150", "-65 .. 150"),
            ("-55～+150", "-55 .. 150"),
            ("-65 ~ 150", "-65 .. 150"),
            ("−65 … 150", "-65 .. 150"),
            ("-55...150", "-55 .. 150"),
            ("-55 °C to 150 °C", "-55 .. 150 [°C]"),
            ("-65 to +150°C", "-65 .. 150 [°C]"),
            ("110-220", "110 .. 220"),
            ("110 ~ 220", "110 .. 220"),
            ("±20", "±20"),
            ("± 20 V", "±20 [V]"),
            ("+/-20", "±20"),
            ("0,5", "0.5"),
            ("0,125", "0.125"),
            ("1,000", "1000"),
            ("1,960", "1960?"),
            ("1 000", "1000"),
            ("12,500,000", "12500000"),
            ("1.000", "1.000"),
            ("1.0 x 10^-6", "1.0e-6"),
            ("2 × 10−6", "2e-6"),
            ("10^3", "1e3"),
            ("1E-6", "1E-6".to_lowercase().as_str()),
            ("> 100", "100 Min"),
            ("<5", "5 Max"),
            ("≤ 5", "5 Max"),
            ("typ. 0.7", "0.7 Typ"),
            ("0.7 typ", "0.7 Typ"),
            ("5.0 max.", "5.0 Max"),
            ("7 (typ)", "7 Typ"),
            ("1.0*", "1.0"),
            ("30(1)", "30"),
            ("300 mA", "300 [mA]"),
            ("1000mV", "1000 [mV]"),
            ("5.6A", "5.6 [A]"),
            ("300 (1.6mm from case)", "300 (1.6mm from case)"),
            ("0.5/0.6", "! more than one value in the cell"),
            ("10 500", "! more than one number in the cell"),
            ("see figure", "! no number in the cell"),
        ] {
            assert_eq!(show(text), wanted, "{text}");
        }
    }

    #[test]
    fn hostile_cells_do_not_panic() {
        for text in [
            "-", "±", "--5", "1e999", "10^", "10^-", "x10", "1,,0", "~", "1~", "€ 5", "µ", "5 to",
            "^3",
        ] {
            let _ = show(text);
        }
    }
}
