//! The values of a card beside the ranges that its template declares.

use super::CardModel;
use espice_base::{Code, Diagnostic};
use espice_lang::ir::ParameterIr;
use espice_units::plain;

/// Digits of a value that is told, and of an end of a range.
const DIGITS: usize = 4;

impl CardModel<'_> {
    /// What the card states outside of the ranges of its template: a warning where nothing can
    /// be so, because the sign is wrong or because it is zero and stands below a fraction line or a
    /// logarithm; a note where it is merely unusual. What equals the default says nothing.
    pub(super) fn outside(&self) -> Vec<Diagnostic> {
        let all = self.template.parameters.iter().zip(self.values.iter().zip(&self.stated));
        let stated = all.enumerate().filter(|(_, (_, (_, stated)))| **stated);
        stated.filter_map(|(index, (p, (value, _)))| self.beside(index, p, *value)).collect()
    }

    fn beside(&self, index: usize, parameter: &ParameterIr, value: f64) -> Option<Diagnostic> {
        let ParameterIr { low, high, default, .. } = *parameter;
        // What units were turned into and back may miss an end by a rounding.
        let slack = 1e-9 * value.abs();
        if value == default || (value >= low - slack && value <= high + slack) {
            return None;
        }
        let has_other_sign = (low >= 0.0 && value < 0.0) || (high <= 0.0 && value > 0.0);
        let is_impossible = has_other_sign || (value == 0.0 && (low > 0.0 || high < 0.0));
        let unit = match parameter.dimension.to_string().as_str() {
            "" | "1" => String::new(),
            unit => format!(" {unit}"),
        };
        // As the card writes it: cards of the other polarity have some with the other sign.
        let sign = if self.is_negated(index) { -1.0 } else { 1.0 };
        let (from, to) = if sign < 0.0 { (-high, -low) } else { (low, high) };
        let word = |value: f64| format!("{}{unit}", plain(value, DIGITS));
        let message = format!(
            "{} of `{}` is {}; template `{}` takes {} to {}",
            parameter.name,
            self.name,
            word(sign * value),
            self.template.name,
            word(from),
            word(to),
        );
        let complaint = match is_impossible {
            true => Diagnostic::warning(Code::CARD_VALUE_OUTSIDE, message)
                .help("no device is so: values at biases mean nothing, or are missing"),
            false => Diagnostic::note(Code::CARD_VALUE_OUTSIDE, message),
        };
        Some(complaint)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Config, Engine};
    use espice_base::{Code, Date, MemoryWorld, Severity};

    /// Severity and message of what is told of the values of a card.
    fn told(card: &str) -> Vec<(Severity, String)> {
        let day = Date { year: 2026, month: 11, day: 23 };
        let world = MemoryWorld::new(day).with("d.lib", card);
        let (mut engine, _) = Engine::new(&world, Config::default());
        let (device, told) = engine.ready_card("d.lib", None, None, &[]);
        assert!(device.is_some(), "{told:?}");
        let of_values = told.iter().filter(|d| d.code == Code::CARD_VALUE_OUTSIDE);
        of_values.map(|d| (d.severity, d.message.clone())).collect()
    }

    #[test]
    fn what_no_device_can_be_is_a_warning() {
        let of_diode = told(".model d1 D(IS=-1e-14 N=0 RS=1 BV=-5)\n");
        let wanted = [
            "IS of `d1` is -1e-14 A; template `junction_diode` takes 1e-28 A to 0.001 A",
            "N of `d1` is 0; template `junction_diode` takes ",
            "BV of `d1` is -5 V; template `junction_diode` takes ",
        ];
        assert_eq!(of_diode.len(), wanted.len(), "{of_diode:?}");
        for start in wanted {
            let found = of_diode.iter().find(|(_, message)| message.starts_with(start));
            assert_eq!(found.map(|f| f.0), Some(Severity::Warning), "{start}: {of_diode:?}");
        }
        let of_transistor = told(".model q1 NPN(IS=1e-14 BF=0)\n");
        assert!(of_transistor.len() == 1 && of_transistor[0].0 == Severity::Warning);
    }

    #[test]
    fn what_is_unusual_is_a_note_and_what_is_usual_is_not_told() {
        let unusual = told(".model d1 D(IS=1e-14 N=40)\n");
        assert_eq!(unusual.len(), 1);
        assert_eq!(unusual[0].0, Severity::Note);
        // Zero is what a resistance or capacitance has that is not there; ends of ranges are in them.
        for usual in [
            ".model d1 D(IS=1e-14 N=1 RS=0 CJO=0 BV=0 TT=0)\n",
            ".model d1 D(IS=1u N=1)\n",
            ".model p1 PMOS(LEVEL=1 VTO=-19.9 KP=1m)\n",
        ] {
            assert_eq!(told(usual), [], "{usual}");
        }
        let mirrored = told(".model p1 PMOS(LEVEL=1 VTO=-50 KP=1m)\n");
        assert_eq!(
            mirrored,
            [(
                Severity::Note,
                String::from("VTO of `p1` is -50 V; template `mos1` takes -20 V to 20 V")
            )]
        );
    }
}
