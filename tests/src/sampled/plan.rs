//! What is drawn for a template, as text.
//!
//! One statement on a line, `#` starts a comment:
//!
//! ```text
//! card NPN                          # the simulator's device type, of the first polarity
//! card PNP                          # and of the second; more words: LEVEL=2, nchan
//! signed VTO                        # parameters written with the other sign for the second
//! instance AREA                     # parameters that stand on the element's line
//! nominal 300.15 298.15             # one of these temperatures at which parameters hold, K
//! kelvin 218.15 448.15              # device temperature, K
//! behind b RB                       # a series resistance of a pin: biases mean the inner node
//! series g RG                       # likewise, but biases mean the pin
//! EG linear 1.05 1.2                # parameters of all families, in SI
//! family 0.5                        # a family with its weight; its parameters override
//!   IS log 1e-17 1e-12
//!   RB log 1 500 zero 0.3           # switched off with this chance
//!   AREA log 0.1 10 default 0.7     # the template's default with this chance
//!   RBM times RB log 0.05 1         # a multiple of another parameter (drawn before it)
//!   M choice 0.33 0.5
//! bias 0.5                          # a way to bias with its weight
//!   b e junction 1e-12 0.1 IS NF EG XTI    # the voltage of a junction that carries a current
//!   c b linear 0 20
//!   c e linear -1 1 plus FC*VJE     # around the product of parameters
//! capacitances                      # what differs where capacitances are compared
//!   RBM times RB value 1
//! ```
//!
//! The last pin of the template is at 0 V; every bias gives each other pin against one that is
//! known. A parameter that no line names keeps its default.

/// How a number is drawn.
#[derive(Clone, PartialEq, Debug)]
pub enum Law {
    /// Evenly between two numbers.
    Linear(f64, f64),
    /// Evenly in the logarithm.
    Log(f64, f64),
    /// Always this.
    Value(f64),
    /// One of these.
    Choice(Vec<f64>),
    /// The voltage of a junction that carries a current drawn evenly in its logarithm.
    Junction {
        /// Range of the current, A.
        current: [f64; 2],
        /// Names of the saturation current and the emission coefficient, then of the band gap
        /// and the temperature exponent where the template has them.
        names: Vec<String>,
    },
}

/// A parameter of a family.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawn {
    /// Its name.
    pub name: String,
    /// Its law.
    pub law: Law,
    /// The parameter that it is a multiple of.
    pub times: Option<String>,
    /// The chance of zero.
    pub zero: f64,
    /// The chance of the default.
    pub default: f64,
}

/// A potential difference of a bias.
#[derive(Clone, PartialEq, Debug)]
pub struct Pair {
    /// The pin whose potential it gives,
    pub pin: String,
    /// against this one.
    pub against: String,
    /// Its law, V.
    pub law: Law,
    /// Parameters whose product is added.
    pub plus: Vec<String>,
}

/// Cards that belong together.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Family {
    /// Its share among the families.
    pub weight: f64,
    /// Its parameters, in the order of drawing.
    pub parameters: Vec<Drawn>,
}

/// A way to bias.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bias {
    /// Its share among the ways.
    pub weight: f64,
    /// Potentials in order.
    pub pairs: Vec<Pair>,
}

/// A device type of the simulator.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CardType {
    /// `NPN`.
    pub device: String,
    /// Words without a value.
    pub flags: Vec<String>,
    /// The level.
    pub level: Option<u32>,
}

/// Everything that is drawn for a template.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// One device type for each polarity.
    pub cards: Vec<CardType>,
    /// Parameters with a sign.
    pub signed: Vec<String>,
    /// Parameters of the element.
    pub instance: Vec<String>,
    /// Temperatures at which parameters hold, K.
    pub nominal: Vec<f64>,
    /// Device temperatures, K.
    pub kelvin: [f64; 2],
    /// Series resistances by pin.
    pub behind: Vec<(String, String)>,
    /// Series resistances by pin where biases mean the pin itself.
    pub series: Vec<(String, String)>,
    /// Parameters of all families.
    pub common: Vec<Drawn>,
    /// Families.
    pub families: Vec<Family>,
    /// Ways to bias.
    pub biases: Vec<Bias>,
    /// Parameters where capacitances are compared.
    pub capacitances: Vec<Drawn>,
}

#[derive(PartialEq)]
enum Place {
    Common,
    Family,
    Bias,
    Capacitances,
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    /// The line that is not understood, and why.
    pub fn parse(text: &str) -> Result<Plan, String> {
        let mut plan = Plan {
            nominal: vec![300.15, 298.15, 323.15],
            kelvin: [218.15, 448.15],
            ..Plan::default()
        };
        let mut place = Place::Common;
        for (n, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            plan.line(&words, &mut place).map_err(|e| format!("line {}: {e}", n + 1))?;
        }
        if plan.cards.is_empty() || plan.biases.is_empty() {
            return Err("a plan has at least one `card` and one `bias`".into());
        }
        if plan.families.is_empty() {
            plan.families.push(Family { weight: 1.0, parameters: Vec::new() });
        }
        Ok(plan)
    }

    fn line(&mut self, words: &[&str], place: &mut Place) -> Result<(), String> {
        let strings = |list: &[&str]| list.iter().map(|w| w.to_string()).collect::<Vec<_>>();
        match words {
            [] => {}
            ["card", device, rest @ ..] => self.cards.push(card_type(device, rest)?),
            ["signed", names @ ..] => self.signed.extend(strings(names)),
            ["instance", names @ ..] => self.instance.extend(strings(names)),
            ["nominal", values @ ..] => self.nominal = numbers(values)?,
            ["kelvin", low, high] => self.kelvin = [number(low)?, number(high)?],
            ["behind", pin, name] => self.behind.push((pin.to_string(), name.to_string())),
            ["series", pin, name] => self.series.push((pin.to_string(), name.to_string())),
            ["family", weight] => {
                *place = Place::Family;
                self.families.push(Family { weight: number(weight)?, parameters: Vec::new() });
            }
            ["bias", weight] => {
                *place = Place::Bias;
                self.biases.push(Bias { weight: number(weight)?, pairs: Vec::new() });
            }
            ["capacitances"] => *place = Place::Capacitances,
            [pin, against, law @ ..] if *place == Place::Bias => {
                let pair = pair(pin, against, law)?;
                let bias = self.biases.last_mut().ok_or("a voltage belongs to a bias")?;
                bias.pairs.push(pair);
            }
            [name, law @ ..] => {
                let drawn = drawn(name, law)?;
                match place {
                    Place::Capacitances => self.capacitances.push(drawn),
                    Place::Family => {
                        let family = self.families.last_mut().ok_or("no family")?;
                        family.parameters.push(drawn);
                    }
                    _ => self.common.push(drawn),
                }
            }
        }
        Ok(())
    }
}

fn number(word: &str) -> Result<f64, String> {
    word.parse().map_err(|_| format!("`{word}` is not a number"))
}

fn numbers(words: &[&str]) -> Result<Vec<f64>, String> {
    words.iter().map(|w| number(w)).collect()
}

fn card_type(device: &str, rest: &[&str]) -> Result<CardType, String> {
    let mut card = CardType { device: device.to_string(), ..CardType::default() };
    for word in rest {
        match word.split_once('=') {
            Some(("LEVEL", level)) => {
                card.level = Some(level.parse().map_err(|_| format!("`{level}` is no level"))?);
            }
            Some(_) => return Err(format!("`{word}` is not known on a card")),
            None => card.flags.push(word.to_string()),
        }
    }
    Ok(card)
}

/// A law, and the words after it.
fn law<'w, 'a>(words: &'w [&'a str]) -> Result<(Law, &'w [&'a str]), String> {
    let is_number = |w: &&&str| w.parse::<f64>().is_ok();
    match words {
        ["linear", low, high, rest @ ..] => Ok((Law::Linear(number(low)?, number(high)?), rest)),
        ["log", low, high, rest @ ..] => {
            let (low, high) = (number(low)?, number(high)?);
            if low * high > 0.0 { Ok((Law::Log(low, high), rest)) } else { Err("log of 0".into()) }
        }
        ["value", value, rest @ ..] => Ok((Law::Value(number(value)?), rest)),
        ["choice", rest @ ..] => {
            let count = rest.iter().take_while(is_number).count();
            let (values, rest) = rest.split_at(count);
            Ok((Law::Choice(numbers(values)?), rest))
        }
        ["junction", low, high, rest @ ..] => {
            let count = rest.iter().take_while(|w| **w != "plus").count();
            let (names, rest) = rest.split_at(count);
            if names.len() < 2 {
                return Err("a junction has a saturation current and an emission factor".into());
            }
            let current = [number(low)?, number(high)?];
            let names = names.iter().map(|n| n.to_string()).collect();
            Ok((Law::Junction { current, names }, rest))
        }
        other => Err(format!("`{}` is no law", other.join(" "))),
    }
}

fn drawn(name: &str, words: &[&str]) -> Result<Drawn, String> {
    let (times, words) = match words {
        ["times", other, rest @ ..] => (Some(other.to_string()), rest),
        _ => (None, words),
    };
    let (law, mut rest) = law(words)?;
    let mut drawn = Drawn { name: name.to_string(), law, times, zero: 0.0, default: 0.0 };
    while let [modifier, chance, after @ ..] = rest {
        match *modifier {
            "zero" => drawn.zero = number(chance)?,
            "default" => drawn.default = number(chance)?,
            other => return Err(format!("`{other}` is neither `zero` nor `default`")),
        }
        rest = after;
    }
    if rest.is_empty() { Ok(drawn) } else { Err(format!("`{}` is left over", rest.join(" "))) }
}

fn pair(pin: &str, against: &str, words: &[&str]) -> Result<Pair, String> {
    let (law, rest) = law(words)?;
    let plus = match rest {
        [] => Vec::new(),
        ["plus", product] => product.split('*').map(str::to_string).collect(),
        other => return Err(format!("`{}` is left over", other.join(" "))),
    };
    Ok(Pair { pin: pin.to_string(), against: against.to_string(), law, plus })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read() {
        let text = "card NPN\ncard PNP LEVEL=2 word # why\nEG linear 1 1.2\nfamily 0.5\n\
                    RB log 1 500 zero 0.3 default 0.1\nRBM times RB value 1\nM choice 0.3 0.5\n\
                    bias 1\nb e junction 1e-12 0.1 IS NF\nc b linear -1 1 plus FC*VJ\n\
                    capacitances\nRBM times RB value 1";
        let plan = Plan::parse(text).unwrap();
        assert_eq!(plan.cards.len(), 2);
        assert_eq!(plan.cards[1].level, Some(2));
        assert_eq!(plan.families[0].parameters.len(), 3);
        assert_eq!(plan.families[0].parameters[0].zero, 0.3);
        assert_eq!(plan.families[0].parameters[1].times.as_deref(), Some("RB"));
        assert_eq!(plan.biases[0].pairs[1].plus, ["FC", "VJ"]);
        assert_eq!(plan.capacitances.len(), 1);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, place) in [
            ("card NPN\nbias 1\nb e sometimes 3", "line 3"),
            ("card NPN LEVELS=2", "line 1"),
            ("card NPN\nIS log 0 1", "line 2"),
            ("family x", "line 1"),
            ("card NPN", "at least one"),
        ] {
            let error = Plan::parse(text).unwrap_err();
            assert!(error.contains(place), "{text}: {error}");
        }
    }
}
