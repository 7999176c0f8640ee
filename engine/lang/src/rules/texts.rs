//! What scripts can do with a text: look into it and take parts. Parts are never longer than
//! what they are taken from, so that the limit of texts holds. A text may be thousands of bytes
//! long and a call counts as one operation: each looks through its text once.

use rhai::{Engine, EvalAltResult, ImmutableString};

type Found<T> = Result<T, Box<EvalAltResult>>;

/// Adds `len`, `find`, `part`, `upper` and `number` to texts. Places count characters from 0.
pub(super) fn register(engine: &mut Engine) {
    engine
        .register_get("len", |text: &mut ImmutableString| length(text))
        .register_fn("find", |text: ImmutableString, part: ImmutableString, from: i64| {
            find(&text, &part, from)
        })
        .register_fn("part", |text: ImmutableString, from: i64, count: i64| {
            part(&text, from, count)
        })
        .register_fn("upper", |text: ImmutableString| {
            ImmutableString::from(text.to_ascii_uppercase())
        })
        .register_fn("number", |text: ImmutableString| number(&text));
}

fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// Where `part` stands first at `from` or behind it; -1 where it does not.
fn find(text: &str, part: &str, from: i64) -> i64 {
    let from = usize::try_from(from).unwrap_or(0);
    let Some((start, _)) = text.char_indices().chain([(text.len(), ' ')]).nth(from) else {
        return -1;
    };
    let behind = text.get(start..).unwrap_or_default();
    match behind.find(part) {
        Some(at) => length(text.get(..start + at).unwrap_or_default()),
        None => -1,
    }
}

/// At most `count` characters from `from` on.
fn part(text: &str, from: i64, count: i64) -> ImmutableString {
    let whole = |n: i64| usize::try_from(n).unwrap_or(0);
    text.chars().skip(whole(from)).take(whole(count)).collect::<String>().into()
}

/// The text as a number.
fn number(text: &str) -> Found<f64> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => {
            let shown: String = text.chars().take(40).collect();
            Err(format!("`{shown}` is no number").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_places_count_characters() {
        assert_eq!(length("µΩm"), 3);
        assert_eq!(find("a_w1_w2", "_w", 0), 1);
        assert_eq!(find("a_w1_w2", "_w", 2), 4);
        assert_eq!(find("µ_w", "_w", 0), 1);
        assert_eq!(find("a_w", "_w", 3), -1);
        assert_eq!(find("a_w", "_w", 99), -1);
        assert_eq!(find("a_w", "a", -5), 0);
        assert_eq!(find("a", "", 1), 1);
        assert_eq!(part("0p42u", 1, 3), "p42");
        assert_eq!(part("0p42u", 4, 9), "u");
        assert_eq!(part("0p42u", 9, 1), "");
        assert_eq!(part("0p42u", -1, -1), "");
    }

    #[test]
    fn a_text_that_is_no_number_is_refused() {
        assert_eq!(number(" 0.42 ").ok(), Some(0.42));
        for wrong in ["", "0p42", "inf", "nan", "1e999"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
    }
}
