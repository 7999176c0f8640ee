//! A point as a deck that a person can run.

use super::compare::Compared;
use espice_netlist::{Item, Library, dialect, element_letter};
use espice_units::{constants::SPICE39, exact};
use std::fmt::Write;

/// The deck of a point, with what both sides say as comments.
pub fn deck(compared: &Compared, index: usize) -> String {
    let mut deck = String::new();
    let (Some(point), Some(card), Some(volts)) =
        (compared.points.get(index), compared.cards.get(index), compared.volts.get(index))
    else {
        return deck;
    };
    let native = compared.native.get(index).map_or(&[][..], Vec::as_slice);
    let reference = compared.reference.get(index).cloned().flatten();
    let allowed = compared.allowed.get(index).map_or(&[][..], Vec::as_slice);
    for (i, name) in compared.names.iter().enumerate() {
        let value = native.get(i).copied().unwrap_or(f64::NAN);
        let _ = match reference.as_ref().and_then(|r| r.get(i)) {
            Some(r) => writeln!(
                deck,
                "* {name}: {value:.9e}, ngspice {r:.9e}, apart {:.3e} tolerances",
                (value - r).abs() / allowed.get(i).copied().unwrap_or(f64::NAN)
            ),
            None => writeln!(deck, "* {name}: {value:.9e}, ngspice nothing"),
        };
    }
    let items = vec![Item::Model(card.clone())];
    let library = Library { header: Vec::new(), items };
    if let Some(dialect) = dialect("ngspice") {
        deck.push_str(&dialect.write(&library).text);
    }
    let letter = element_letter(&card.device_type).unwrap_or('d');
    let _ = write!(deck, "{letter}1");
    for node in 0..volts.len() {
        let _ = write!(deck, " n{node}");
    }
    let _ = write!(deck, " m");
    // A device without a temperature has none on its line either.
    if card.number("TNOM").is_some() {
        let _ = write!(deck, " temp={}", exact(point.kelvin - SPICE39.celsius_zero));
    }
    for (name, value) in compared.instances.get(index).into_iter().flatten() {
        let _ = write!(deck, " {name}={}", exact(*value));
    }
    deck.push('\n');
    for (node, v) in volts.iter().enumerate() {
        let _ = writeln!(deck, "v{node} n{node} 0 {}", exact(*v));
    }
    deck
}
