/// Operators that a run may take.
const STEPS: usize = 1_000;

/// Numbers on the stack.
const STACK: usize = 100;

/// Blocks within blocks.
const DEPTH: usize = 32;

/// Steps of a program.
const LENGTH: usize = 10_000;

/// A PostScript calculator function (ISO 32000-1, 7.10.5).
#[derive(Clone, Debug)]
pub(super) struct Calculator(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Push(f64),
    Do(Op),
    If(Vec<Step>),
    IfElse(Vec<Step>, Vec<Step>),
}

/// Every operator with its name.
macro_rules! operators {
    ($($name:ident $word:literal)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        enum Op { $($name),* }
        const OPERATORS: &[(&[u8], Op)] = &[$(($word, Op::$name)),*];
    };
}

operators! {
    Abs b"abs" Add b"add" And b"and" Atan b"atan" Bitshift b"bitshift" Ceiling b"ceiling"
    Copy b"copy" Cos b"cos" Cvi b"cvi" Cvr b"cvr" Div b"div" Dup b"dup" Eq b"eq" Exch b"exch"
    Exp b"exp" False b"false" Floor b"floor" Ge b"ge" Gt b"gt" Idiv b"idiv" Index b"index"
    Le b"le" Ln b"ln" Log b"log" Lt b"lt" Mod b"mod" Mul b"mul" Ne b"ne" Neg b"neg" Not b"not"
    Or b"or" Pop b"pop" Roll b"roll" Round b"round" Sin b"sin" Sqrt b"sqrt" Sub b"sub"
    True b"true" Truncate b"truncate" Xor b"xor"
}

impl Calculator {
    /// Reads `{ … }`.
    pub(super) fn parse(bytes: &[u8]) -> Option<Calculator> {
        let mut spaced = Vec::new();
        for byte in bytes.iter().take(LENGTH * 16) {
            match byte {
                b'{' | b'}' => spaced.extend([b' ', *byte, b' ']),
                _ => spaced.push(*byte),
            }
        }
        let mut words =
            spaced.split(|b| b.is_ascii_whitespace() || *b == 0).filter(|word| !word.is_empty());
        if words.next()? != b"{" {
            return None;
        }
        let mut left = LENGTH;
        Some(Calculator(block(&mut words, 0, &mut left)?))
    }

    /// The last `outputs` numbers that the program leaves; fewer when it fails.
    pub(super) fn run(&self, inputs: &[f64], outputs: usize) -> Vec<f64> {
        let mut stack = inputs.to_vec();
        let mut steps = STEPS;
        if run(&self.0, &mut stack, &mut steps).is_none() {
            return Vec::new();
        }
        stack.split_off(stack.len().saturating_sub(outputs))
    }
}

/// Steps up to the closing brace.
fn block<'a>(
    words: &mut impl Iterator<Item = &'a [u8]>,
    depth: usize,
    left: &mut usize,
) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut blocks: Vec<Vec<Step>> = Vec::new();
    while let Some(word) = words.next() {
        *left = left.checked_sub(1)?;
        match word {
            b"}" => return Some(steps),
            b"{" if depth < DEPTH => blocks.push(block(words, depth + 1, left)?),
            b"if" => steps.push(Step::If(blocks.pop()?)),
            b"ifelse" => {
                let other = blocks.pop()?;
                steps.push(Step::IfElse(blocks.pop()?, other));
            }
            word => match OPERATORS.iter().find(|(name, _)| *name == word) {
                Some((_, op)) => steps.push(Step::Do(*op)),
                None => {
                    let value: f64 = str::from_utf8(word).ok()?.parse().ok()?;
                    steps.push(Step::Push(value));
                }
            },
        }
    }
    None
}

/// `None` when the stack runs dry or over, or the program does not end.
fn run(program: &[Step], stack: &mut Vec<f64>, steps: &mut usize) -> Option<()> {
    for step in program {
        *steps = steps.checked_sub(1)?;
        match step {
            Step::Push(value) => stack.push(*value),
            Step::Do(op) => act(*op, stack)?,
            Step::If(then) => {
                if stack.pop()? != 0.0 {
                    run(then, stack, steps)?;
                }
            }
            Step::IfElse(then, other) => {
                let chosen = if stack.pop()? != 0.0 { then } else { other };
                run(chosen, stack, steps)?;
            }
        }
        if stack.len() > STACK {
            return None;
        }
    }
    Some(())
}

/// Truth values are 1 and 0, as bits of whole numbers are.
fn act(op: Op, stack: &mut Vec<f64>) -> Option<()> {
    let truth = |holds: bool| f64::from(u8::from(holds));
    let value = match op {
        Op::True => 1.0,
        Op::False => 0.0,
        Op::Pop => {
            stack.pop()?;
            return Some(());
        }
        Op::Dup => *stack.last()?,
        Op::Exch => {
            let [.., a, b] = stack.as_mut_slice() else { return None };
            std::mem::swap(a, b);
            return Some(());
        }
        Op::Index => {
            let back = stack.pop()?.max(0.0) as usize;
            *stack.get(stack.len().checked_sub(back + 1)?)?
        }
        Op::Copy => {
            let count = stack.pop()?.max(0.0) as usize;
            let from = stack.len().checked_sub(count)?;
            stack.extend_from_within(from..);
            return Some(());
        }
        Op::Roll => {
            let turns = stack.pop()? as i64;
            let count = stack.pop()?.max(0.0) as usize;
            let from = stack.len().checked_sub(count)?;
            if count > 0 {
                let turns = turns.rem_euclid(count as i64) as usize;
                stack.get_mut(from..)?.rotate_right(turns);
            }
            return Some(());
        }
        Op::Abs
        | Op::Ceiling
        | Op::Cos
        | Op::Cvi
        | Op::Cvr
        | Op::Floor
        | Op::Ln
        | Op::Log
        | Op::Neg
        | Op::Not
        | Op::Round
        | Op::Sin
        | Op::Sqrt
        | Op::Truncate => {
            let a = stack.pop()?;
            match op {
                Op::Abs => a.abs(),
                Op::Ceiling => a.ceil(),
                Op::Cos => a.to_radians().cos(),
                Op::Cvi | Op::Truncate => a.trunc(),
                Op::Floor => a.floor(),
                Op::Ln => a.ln(),
                Op::Log => a.log10(),
                Op::Neg => -a,
                Op::Not => truth(a == 0.0),
                Op::Round => a.round(),
                Op::Sin => a.to_radians().sin(),
                Op::Sqrt => a.max(0.0).sqrt(),
                _ => a,
            }
        }
        _ => {
            let b = stack.pop()?;
            let a = stack.pop()?;
            match op {
                Op::Add => a + b,
                Op::Sub => a - b,
                Op::Mul => a * b,
                Op::Div => a / b,
                Op::Idiv => (a / b).trunc(),
                Op::Mod => a % b,
                Op::Exp => a.powf(b),
                Op::Atan => a.atan2(b).to_degrees().rem_euclid(360.0),
                Op::Eq => truth(a == b),
                Op::Ne => truth(a != b),
                Op::Ge => truth(a >= b),
                Op::Gt => truth(a > b),
                Op::Le => truth(a <= b),
                Op::Lt => truth(a < b),
                Op::And => (a as i64 & b as i64) as f64,
                Op::Or => (a as i64 | b as i64) as f64,
                Op::Xor => (a as i64 ^ b as i64) as f64,
                _ => a * b.clamp(-64.0, 64.0).trunc().exp2(),
            }
        }
    };
    stack.push(value);
    value.is_finite().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_run_and_end() {
        let cases: &[(&str, &[f64], &[f64])] = &[
            ("{add 2 div}", &[1.0, 3.0], &[2.0]),
            ("{1 2 3 3 1 roll}", &[], &[3.0, 1.0, 2.0]),
            ("{1 2 3 3 -1 roll}", &[], &[2.0, 3.0, 1.0]),
            ("{5 6 1 index}", &[], &[5.0, 6.0, 5.0]),
            ("{5 6 2 copy}", &[], &[5.0, 6.0, 5.0, 6.0]),
            ("{dup 0 eq{pop 1}{2 exp}ifelse}", &[3.0], &[9.0]),
            ("{90 sin true not}", &[], &[1.0, 0.0]),
            ("{0 div}", &[1.0], &[]),
            ("{pop pop}", &[1.0], &[]),
        ];
        for (source, inputs, outputs) in cases {
            let program = Calculator::parse(source.as_bytes()).unwrap();
            assert_eq!(program.run(inputs, outputs.len()), *outputs, "{source}");
        }
        for source in ["", "add", "{add", "{foo}", "{if}", "{1 {2} ifelse}"] {
            assert!(Calculator::parse(source.as_bytes()).is_none(), "{source}");
        }
        let deep = "{".repeat(1000);
        assert!(Calculator::parse(deep.as_bytes()).is_none());
    }
}
