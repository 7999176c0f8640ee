//! What is drawn for a template, as text.
//!
//! One statement on a line, `#` starts a comment:
//!
//! ```text
//! nominal 300.15 298.15             # one of these temperatures at which parameters hold, K
//! kelvin 218.15 448.15              # device temperature, K
//! behind b RB                       # a series resistance of a pin: biases mean the inner node
//! series g RG                       # likewise, but biases mean the pin; a pin may have several
//! behind d RD per AREA              # one that is divided by another parameter
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
//! known; biases are those of the first polarity, and each polarity of the template is drawn
//! alike. A parameter that no line names keeps its default. The template's card says what the
//! simulator gets.

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
        /// and the temperature exponent where the template has them; or numbers.
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

/// A resistance between a pin and the inner node behind it.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// The pin.
    pub pin: String,
    /// The parameter that it is.
    pub parameter: String,
    /// The parameter that it is divided by, such as an area.
    pub per: Option<String>,
}

/// Everything that is drawn for a template.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// Temperatures at which parameters hold, K.
    pub nominal: Vec<f64>,
    /// Device temperatures, K.
    pub kelvin: [f64; 2],
    /// Series resistances of pins where biases mean the inner node.
    pub behind: Vec<Series>,
    /// Series resistances of pins where biases mean the pin itself.
    pub series: Vec<Series>,
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
        if plan.biases.is_empty() {
            return Err("a plan has at least one `bias`".into());
        }
        if plan.families.is_empty() {
            plan.families.push(Family { weight: 1.0, parameters: Vec::new() });
        }
        Ok(plan)
    }

    fn line(&mut self, words: &[&str], place: &mut Place) -> Result<(), String> {
        match words {
            [] => {}
            ["nominal", values @ ..] => self.nominal = numbers(values)?,
            ["kelvin", low, high] => self.kelvin = [number(low)?, number(high)?],
            ["behind", rest @ ..] => self.behind.push(series(rest)?),
            ["series", rest @ ..] => self.series.push(series(rest)?),
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

fn series(words: &[&str]) -> Result<Series, String> {
    let (pin, parameter, per) = match words {
        [pin, parameter] => (pin, parameter, None),
        [pin, parameter, "per", per] => (pin, parameter, Some(per.to_string())),
        other => return Err(format!("`{}` is no series resistance", other.join(" "))),
    };
    Ok(Series { pin: pin.to_string(), parameter: parameter.to_string(), per })
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
        let text = "EG linear 1 1.2 # why\nfamily 0.5\n\
                    RB log 1 500 zero 0.3 default 0.1\nRBM times RB value 1\nM choice 0.3 0.5\n\
                    bias 1\nb e junction 1e-12 0.1 IS NF\nc b linear -1 1 plus FC*VJ\n\
                    capacitances\nRBM times RB value 1";
        let plan = Plan::parse(text).unwrap();
        assert_eq!(plan.common.len(), 1);
        assert_eq!(plan.families[0].parameters.len(), 3);
        assert_eq!(plan.families[0].parameters[0].zero, 0.3);
        assert_eq!(plan.families[0].parameters[1].times.as_deref(), Some("RB"));
        assert_eq!(plan.biases[0].pairs[1].plus, ["FC", "VJ"]);
        assert_eq!(plan.capacitances.len(), 1);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, place) in [
            ("bias 1\nb e sometimes 3", "line 2"),
            ("RB log 1 2 never 3", "line 1"),
            ("\nIS log 0 1", "line 2"),
            ("family x", "line 1"),
            ("family 1", "at least one"),
        ] {
            let error = Plan::parse(text).unwrap_err();
            assert!(error.contains(place), "{text}: {error}");
        }
    }
}
