//! The interpreter: one body, generic over the width and over fused products, compiled once
//! for each instruction set in [`crate::dispatch`].

use crate::math;
use crate::program::{Instruction, Op, slot};
use espice_lang::ir::{Binary, Comparison, Unary};

/// Runs code over registers. `uniforms` are the slots that varying code reads.
#[inline(always)]
pub(crate) fn body<const FMA: bool, const W: usize>(
    code: &[Instruction],
    registers: &mut [[f64; W]],
    uniforms: &[[f64; 1]],
) {
    macro_rules! one {
        ($i:expr, $x:ident => $e:expr) => {
            if let Ok([to, a]) = registers.get_disjoint_mut([$i.to as usize, $i.a as usize]) {
                for (to, &$x) in to.iter_mut().zip(a.iter()) {
                    *to = $e;
                }
            }
        };
    }
    macro_rules! two {
        ($i:expr, $x:ident, $y:ident => $e:expr) => {
            match (uniform(uniforms, $i.a), uniform(uniforms, $i.b)) {
                (None, None) if $i.a == $i.b => one!($i, $x => {
                    let $y = $x;
                    $e
                }),
                (None, None) => {
                    let places = [$i.to as usize, $i.a as usize, $i.b as usize];
                    if let Ok([to, a, b]) = registers.get_disjoint_mut(places) {
                        for ((to, &$x), &$y) in to.iter_mut().zip(a.iter()).zip(b.iter()) {
                            *to = $e;
                        }
                    }
                }
                (None, Some($y)) => one!($i, $x => $e),
                (Some($x), None) => {
                    if let Ok([to, b]) =
                        registers.get_disjoint_mut([$i.to as usize, $i.b as usize])
                    {
                        for (to, &$y) in to.iter_mut().zip(b.iter()) {
                            *to = $e;
                        }
                    }
                }
                (Some($x), Some($y)) => {
                    if let Some(to) = registers.get_mut($i.to as usize) {
                        to.fill($e);
                    }
                }
            }
        };
    }
    macro_rules! three {
        ($i:expr, $x:ident, $y:ident, $z:ident => $e:expr) => {
            let instruction: Instruction = $i;
            match (
                uniform(uniforms, instruction.a),
                uniform(uniforms, instruction.b),
                uniform(uniforms, instruction.c),
            ) {
                (None, None, None) => {
                    let (t, a, b, c) = (
                        instruction.to as usize,
                        instruction.a as usize,
                        instruction.b as usize,
                        instruction.c as usize,
                    );
                    if let Ok([to, a, b, c]) = registers.get_disjoint_mut([t, a, b, c]) {
                        for (((to, &$x), &$y), &$z) in
                            to.iter_mut().zip(a.iter()).zip(b.iter()).zip(c.iter())
                        {
                            *to = $e;
                        }
                    } else if let (Some(&a), Some(&b), Some(&c)) =
                        (registers.get(a), registers.get(b), registers.get(c))
                        && let Some(to) = registers.get_mut(t)
                    {
                        // An operand stands twice: work on copies.
                        for (((to, &$x), &$y), &$z) in
                            to.iter_mut().zip(a.iter()).zip(b.iter()).zip(c.iter())
                        {
                            *to = $e;
                        }
                    }
                }
                (Some($x), _, _) => {
                    let rest = Instruction { a: instruction.b, b: instruction.c, ..instruction };
                    two!(rest, $y, $z => $e);
                }
                (None, Some($y), _) => {
                    let rest = Instruction { b: instruction.c, ..instruction };
                    two!(rest, $x, $z => $e);
                }
                (None, None, Some($z)) => {
                    two!(instruction, $x, $y => $e);
                }
            }
        };
    }
    for &i in code {
        match i.op {
            Op::Binary(Binary::Add) => two!(i, x, y => x + y),
            Op::Binary(Binary::Subtract) => two!(i, x, y => x - y),
            Op::Binary(Binary::Multiply) => two!(i, x, y => x * y),
            Op::Binary(Binary::Divide) => two!(i, x, y => x / y),
            Op::Binary(Binary::Power) => {
                two!(i, x, y => math::binary::<FMA>(Binary::Power, x, y));
            }
            Op::Binary(Binary::Minimum) => two!(i, x, y => math::minimum(x, y)),
            Op::Binary(Binary::Maximum) => two!(i, x, y => math::maximum(x, y)),
            Op::Binary(Binary::And) => {
                two!(i, x, y => if x != 0.0 && y != 0.0 { 1.0 } else { 0.0 });
            }
            Op::Binary(Binary::Or) => {
                two!(i, x, y => if x != 0.0 || y != 0.0 { 1.0 } else { 0.0 });
            }
            Op::Compare(Comparison::Less) => two!(i, x, y => if x < y { 1.0 } else { 0.0 }),
            Op::Compare(Comparison::LessEqual) => two!(i, x, y => if x <= y { 1.0 } else { 0.0 }),
            Op::Compare(Comparison::Equal) => two!(i, x, y => if x == y { 1.0 } else { 0.0 }),
            Op::Select => {
                three!(i, x, y, z => if x != 0.0 { y } else { z });
            }
            Op::Square => one!(i, x => x * x),
            Op::MultiplyAdd => {
                three!(i, x, y, z => if FMA { x.mul_add(y, z) } else { x * y + z });
            }
            Op::SubtractProduct => {
                three!(i, x, y, z => if FMA { (-x).mul_add(y, z) } else { z - x * y });
            }
            Op::MultiplySubtract => {
                three!(i, x, y, z => if FMA { x.mul_add(y, -z) } else { x * y - z });
            }
            Op::Unary(Unary::Negate) => one!(i, x => -x),
            Op::Unary(Unary::Absolute) => one!(i, x => x.abs()),
            Op::Unary(Unary::SquareRoot) => one!(i, x => x.sqrt()),
            Op::Unary(Unary::Exponential) => one!(i, x => math::exp::<FMA>(x)),
            Op::Unary(Unary::ExponentialMinusOne) => one!(i, x => math::exp_minus_one::<FMA>(x)),
            Op::Unary(Unary::LimitedExponential) => one!(i, x => math::limited_exp::<FMA>(x)),
            Op::Unary(Unary::Logarithm) => one!(i, x => math::ln::<FMA>(x)),
            Op::Unary(Unary::LogarithmOnePlus) => one!(i, x => math::ln_one_plus::<FMA>(x)),
            Op::Unary(Unary::Tanh) => one!(i, x => math::tanh::<FMA>(x)),
            Op::Unary(Unary::Sinh) => one!(i, x => math::sinh::<FMA>(x)),
            Op::Unary(Unary::Cosh) => one!(i, x => math::cosh::<FMA>(x)),
            Op::Unary(Unary::ArcTangent) => one!(i, x => math::atan::<FMA>(x)),
            Op::Unary(Unary::Sine) => one!(i, x => math::unary::<FMA>(Unary::Sine, x)),
            Op::Unary(Unary::Cosine) => one!(i, x => math::unary::<FMA>(Unary::Cosine, x)),
            Op::Unary(Unary::Softplus) => one!(i, x => math::softplus::<FMA>(x)),
            Op::Unary(Unary::Sign) => one!(i, x => math::sign(x)),
            Op::Unary(Unary::Not) => one!(i, x => if x == 0.0 { 1.0 } else { 0.0 }),
        }
    }
}

/// The value of a uniform operand.
#[inline(always)]
fn uniform(uniforms: &[[f64; 1]], operand: u32) -> Option<f64> {
    slot(operand).map(|place| uniforms.get(place).map_or(f64::NAN, |u| u[0]))
}
