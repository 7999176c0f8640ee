//! Random diodes and biases for the comparisons with a simulator and with dual numbers.
//!
//! The ranges are those of real parts of seven families, with a corner family beyond them.
//! Everything that is left out is left out here, by parameters and bias, before anything is
//! evaluated; the reason stands beside it. The formulas below only place the points.

use espice_fit::SplitMix;
use espice_lang::ir::TemplateIr;
use espice_model::{Bias, Column, Evaluator, Kelvin, Kernel, Mode, Output, Workspace};
use espice_units::constants::SPICE39;
use std::collections::BTreeMap;

/// Boltzmann's constant over the elementary charge of ngspice 39 (CODATA 2014), V/K.
const K_OVER_Q: f64 = 1.380_648_52e-23 / 1.602_176_620_8e-19;

/// Temperatures at which parameters hold, K; an evaluator is made for each.
pub(crate) const NOMINAL: [f64; 3] = [300.15, 298.15, 323.15];

/// Device temperatures, K: -55 to 175 °C.
const KELVIN: [f64; 2] = [218.15, 448.15];

/// A diode at a bias.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// All parameters of the template, SI; zero switches RS, IKF, ISR, CJO, BV and TT off.
    pub(crate) parameters: Vec<f64>,
    /// Index into [`NOMINAL`].
    pub(crate) nominal: usize,
    /// Device temperature, K.
    pub(crate) kelvin: f64,
    /// Voltage wanted across the junction, behind RS, V.
    pub(crate) junction: f64,
}

/// What a set of points is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Terminal currents.
    Currents,
    /// Small-signal capacitances.
    Capacitances,
}

/// Draws from ranges.
pub(crate) struct Draw<'t> {
    random: SplitMix,
    template: &'t TemplateIr,
    purpose: Purpose,
}

/// Ranges of a family: signal, rectifier, Zener, Schottky, LED, integrated, corner.
struct Family {
    weight: f64,
    is: [f64; 2],
    n: [f64; 2],
    rs: [f64; 2],
    ikf: [f64; 2],
    cjo: [f64; 2],
    vj: [f64; 2],
    m: [f64; 2],
    bv: [f64; 2],
    ibv: [f64; 2],
    tt: [f64; 2],
    eg: [f64; 2],
    xti: [f64; 2],
}

#[rustfmt::skip]
const FAMILIES: [Family; 7] = [
    Family { weight: 0.20, is: [1e-17, 1e-8], n: [1.0, 2.1], rs: [0.05, 10.0], ikf: [1e-3, 1.0],
        cjo: [0.3e-12, 50e-12], vj: [0.5, 1.0], m: [0.05, 0.55], bv: [20.0, 300.0],
        ibv: [1e-8, 1e-3], tt: [1e-10, 1e-7], eg: [1.05, 1.2], xti: [2.0, 5.0] },
    Family { weight: 0.15, is: [1e-14, 1e-7], n: [1.0, 2.2], rs: [1e-3, 0.5], ikf: [0.01, 100.0],
        cjo: [5e-12, 2e-9], vj: [0.45, 1.0], m: [0.25, 0.6], bv: [50.0, 1500.0],
        ibv: [1e-7, 1e-3], tt: [1e-8, 1e-5], eg: [1.05, 1.2], xti: [2.0, 5.0] },
    Family { weight: 0.25, is: [1e-18, 1e-9], n: [0.98, 1.8], rs: [0.1, 50.0], ikf: [1e-3, 10.0],
        cjo: [10e-12, 1e-9], vj: [0.5, 1.0], m: [0.2, 0.6], bv: [2.0, 200.0],
        ibv: [1e-5, 0.1], tt: [1e-9, 1e-6], eg: [1.05, 1.2], xti: [2.0, 5.0] },
    Family { weight: 0.14, is: [1e-10, 1e-5], n: [1.0, 1.3], rs: [0.01, 30.0], ikf: [1e-3, 10.0],
        cjo: [1e-12, 1e-9], vj: [0.4, 0.8], m: [0.3, 0.6], bv: [15.0, 200.0],
        ibv: [1e-5, 1e-2], tt: [1e-13, 1e-10], eg: [0.6, 0.85], xti: [1.5, 4.0] },
    Family { weight: 0.06, is: [1e-27, 1e-16], n: [1.5, 4.0], rs: [0.1, 20.0], ikf: [1e-3, 1.0],
        cjo: [5e-12, 200e-12], vj: [1.0, 2.0], m: [0.25, 0.5], bv: [4.0, 12.0],
        ibv: [1e-8, 1e-3], tt: [1e-10, 1e-7], eg: [1.4, 3.4], xti: [2.0, 4.0] },
    Family { weight: 0.14, is: [1e-20, 1e-14], n: [0.98, 1.2], rs: [1.0, 500.0], ikf: [1e-5, 0.1],
        cjo: [1e-15, 1e-12], vj: [0.55, 0.95], m: [0.25, 0.5], bv: [5.0, 20.0],
        ibv: [1e-9, 1e-4], tt: [1e-11, 1e-8], eg: [1.05, 1.2], xti: [2.0, 4.0] },
    Family { weight: 0.06, is: [1e-28, 1e-6], n: [0.98, 5.0], rs: [1e-3, 1e4], ikf: [1e-7, 1e3],
        cjo: [1e-15, 1e-8], vj: [0.6, 4.0], m: [0.05, 1.1], bv: [1.5, 2000.0],
        ibv: [1e-10, 0.1], tt: [1e-12, 1e-5], eg: [0.6, 1.5], xti: [0.0, 8.0] },
];

impl<'t> Draw<'t> {
    pub(crate) fn new(template: &'t TemplateIr, seed: u64, purpose: Purpose) -> Draw<'t> {
        Draw { random: SplitMix::new(seed), template, purpose }
    }

    fn linear(&mut self, [low, high]: [f64; 2]) -> f64 {
        low + (high - low) * self.random.unit()
    }

    fn log(&mut self, [low, high]: [f64; 2]) -> f64 {
        low * (high / low).powf(self.random.unit())
    }

    fn chance(&mut self, share: f64) -> bool {
        self.random.unit() < share
    }

    fn family(&mut self) -> usize {
        let mut left = self.random.unit();
        FAMILIES
            .iter()
            .position(|f| {
                left -= f.weight;
                left < 0.0
            })
            .unwrap_or(0)
    }

    /// A diode at a bias.
    pub(crate) fn point(&mut self) -> Point {
        let (mut diode, family) = self.diode();
        let junction = self.bias(&diode, family);
        if diode.is_in_jump(junction) {
            diode.rs = 0.0;
        }
        self.at(&diode, junction)
    }

    /// A diode at many biases and temperatures.
    pub(crate) fn points(&mut self, count: usize) -> Vec<Point> {
        let (mut diode, family) = self.diode();
        let mut points = Vec::with_capacity(count);
        while points.len() < count {
            diode.kelvin = self.linear(KELVIN);
            if !diode.is_sound() {
                continue;
            }
            let junction = self.bias(&diode, family);
            if !diode.is_in_jump(junction) {
                points.push(self.at(&diode, junction));
            }
        }
        points
    }

    fn at(&self, diode: &Diode, junction: f64) -> Point {
        Point {
            parameters: self.template.parameters.iter().map(|p| diode.value(&p.name)).collect(),
            nominal: diode.nominal,
            kelvin: diode.kelvin,
            junction,
        }
    }

    fn diode(&mut self) -> (Diode, usize) {
        let family = self.family();
        let f = &FAMILIES[family];
        let mut on = |share: f64, range: [f64; 2]| {
            let value = self.log(range);
            if self.chance(share) { value } else { 0.0 }
        };
        let (rs, ikf, bv, tt) = (on(0.7, f.rs), on(0.5, f.ikf), on(0.7, f.bv), on(0.7, f.tt));
        let is = self.log(f.is);
        let n = self.linear(f.n);
        let isr = (is * self.log([0.1, 1e5])).min(1e-6);
        let mut diode = Diode {
            is,
            n,
            rs,
            ikf,
            isr: if self.chance(0.5) { isr } else { 0.0 },
            nr: self.linear([1.5, 3.0]),
            cjo: self.log(f.cjo),
            vj: self.linear(f.vj),
            m: self.linear(f.m),
            fc: if self.chance(0.4) { 0.5 } else { self.linear([0.05, 0.9]) },
            bv,
            ibv: self.log(f.ibv),
            nbv: if self.chance(0.3) { n } else { self.linear([0.5, 10.0]) },
            tt,
            eg: self.linear(f.eg),
            xti: self.linear(f.xti),
            trs1: if self.chance(0.5) { 0.0 } else { self.linear([-0.002, 0.006]) },
            others: BTreeMap::new(),
            nominal: self.random.below(NOMINAL.len()),
            kelvin: self.linear(KELVIN),
        };
        while !diode.has_potential() {
            diode.vj += 0.03;
        }
        if self.chance(0.5) {
            self.further(&mut diode);
        }
        if !diode.is_sound() {
            diode.bv = 0.0;
        }
        // ngspice's derivative of the recombination current is wrong (its current is right),
        // and the capacitance holds it wherever TT or RS multiplies it.
        if self.purpose == Purpose::Capacitances && diode.isr > 0.0 {
            if self.chance(0.5) {
                diode.isr = 0.0;
            } else {
                (diode.tt, diode.rs) = (0.0, 0.0);
            }
        }
        (diode, family)
    }

    /// What few cards state: the side wall, tunnelling, laws of temperature.
    fn further(&mut self, d: &mut Diode) {
        // So that tunnelling stays below its saturation current times 3e6.
        let reach = if d.bv > 0.0 { 1.3 * d.bv } else { 100.0 };
        let tlev = if self.chance(0.5) { 1.0 } else { 0.0 };
        let of_bv = if tlev > 0.0 { 1.0 } else { d.bv.max(1.0) };
        let drawn: [(&'static str, f64, f64); 27] = [
            ("TRS2", 0.3, self.linear([-1e-6, 1e-5])),
            ("IKR", 0.3, self.log([1e-7, 1.0])),
            ("AREA", 0.5, self.log([0.3, 3.0])),
            ("PJ", 0.7, self.log([0.1, 20.0])),
            ("JSW", 0.7, d.is * self.log([1e-2, 10.0])),
            ("NS", 0.5, self.linear([0.98, 2.5])),
            ("CJSW", 0.7, d.cjo * self.log([0.02, 1.0])),
            ("PHP", 0.7, d.vj + self.linear([0.0, 0.5])),
            ("MJSW", 0.7, self.linear([0.1, 0.6])),
            ("FCS", 0.5, self.linear([0.05, 0.9])),
            ("JTUN", 0.3, self.log([1e-16, 1e-9])),
            ("JTUNSW", 0.3, self.log([1e-16, 1e-9])),
            ("NTUN", 1.0, (reach / 0.3 * self.linear([1.0, 3.0])).max(20.0)),
            ("XTITUN", 0.5, self.linear([1.0, 5.0])),
            ("KEG", 0.5, self.linear([0.5, 1.5])),
            ("TM1", 0.3, self.linear([-1e-3, 1e-3])),
            ("TM2", 0.3, self.linear([-1e-6, 1e-6])),
            ("TTT1", 0.3, self.linear([-2e-3, 5e-3])),
            ("TTT2", 0.3, self.linear([-1e-6, 1e-5])),
            ("TCV", 0.5, of_bv * self.linear([-1e-3, 1e-3])),
            ("TLEV", 1.0, tlev),
            ("TLEVC", 0.5, 1.0),
            ("CTA", 0.7, self.linear([-1e-3, 2e-3])),
            ("CTP", 0.7, self.linear([-1e-3, 2e-3])),
            ("TPB", 0.7, self.linear([-1e-3, 1e-3])),
            ("TPHP", 0.7, self.linear([-1e-3, 1e-3])),
            ("TRS1", 0.5, self.linear([-0.002, 0.006])),
        ];
        for (name, share, value) in drawn {
            if self.chance(share) {
                d.others.insert(name, value);
            }
        }
        d.trs1 = d.others.remove("TRS1").unwrap_or(d.trs1);
    }

    /// A junction voltage: forward by current, around zero, reverse, around the corner of the
    /// forward region, in breakdown by current, around its beginning, around FC VJ.
    fn bias(&mut self, d: &Diode, family: usize) -> f64 {
        let (vte, xbv) = (d.vte(), d.xbv());
        let isat = d.saturation();
        let share = self.random.unit();
        let largest = if family == 5 { 0.03 } else { 3.0 };
        let current = self.log([1e-14, largest]);
        // The recombination current may be the larger one: the voltage is that of either.
        let ideal = vte * (1.0 + current / isat).ln();
        let recombined = d.nr * d.vt() * (1.0 + current / d.recombination()).ln();
        let forward = if d.isr > 0.0 { ideal.min(recombined) } else { ideal };
        let reach = if d.bv > 0.0 { xbv } else { 100.0 };
        let reverse = -reach * self.random.unit();
        let near = |this: &mut Self, width: f64| {
            (2.0 * this.random.unit() - 1.0) * this.log([1e-6, width])
        };
        if share < 0.38 {
            forward
        } else if share < 0.50 {
            self.linear([-4.0 * vte, 4.0 * vte])
        } else if share < 0.66 {
            reverse
        } else if share < 0.72 {
            -3.0 * vte * (1.0 + near(self, 0.3))
        } else if share < 0.88 {
            let current = d.ibv * self.log([1e-7, 10.0]);
            let beyond = d.nbv * d.vt() * (current / isat).max(1.001).ln();
            if d.bv > 0.0 { -(xbv + beyond) } else { reverse }
        } else if share < 0.94 {
            // Where IBV is below the leakage, breakdown begins with a kink on which a load line
            // can rest: those are met above, at a distance.
            let kink = d.bv > 0.0 && d.is_sharp();
            if kink { -xbv * (1.0 + near(self, 0.02)) } else { forward }
        } else {
            (d.fc * d.vj_at_temperature() * self.linear([0.95, 1.05])).min(forward)
        }
    }
}

#[derive(Clone, Debug)]
struct Diode {
    is: f64,
    n: f64,
    rs: f64,
    ikf: f64,
    isr: f64,
    nr: f64,
    cjo: f64,
    vj: f64,
    m: f64,
    fc: f64,
    bv: f64,
    ibv: f64,
    nbv: f64,
    tt: f64,
    eg: f64,
    xti: f64,
    trs1: f64,
    /// What is stated beyond those; zero otherwise.
    others: BTreeMap<&'static str, f64>,
    nominal: usize,
    kelvin: f64,
}

impl Diode {
    fn value(&self, name: &str) -> f64 {
        match name {
            "IS" => self.is,
            "N" => self.n,
            "RS" => self.rs,
            "IKF" => self.ikf,
            "ISR" => self.isr,
            "NR" => self.nr,
            "CJO" => self.cjo,
            "VJ" => self.vj,
            "M" => self.m,
            "FC" => self.fc,
            "BV" => self.bv,
            "IBV" => self.ibv,
            "NBV" => self.nbv,
            "TT" => self.tt,
            "EG" => self.eg,
            "XTI" => self.xti,
            "TRS1" => self.trs1,
            other => self.others.get(other).copied().unwrap_or(0.0),
        }
    }

    fn area(&self) -> f64 {
        self.others.get("AREA").copied().unwrap_or(1.0)
    }

    /// The breakdown voltage at the temperature, V.
    fn bv(&self) -> f64 {
        let fall = self.value("TCV") * (self.kelvin - NOMINAL[self.nominal]);
        if self.value("TLEV") > 0.0 { self.bv * (1.0 - fall) } else { self.bv - fall }
    }

    fn vt(&self) -> f64 {
        K_OVER_Q * self.kelvin
    }

    fn vte(&self) -> f64 {
        self.n * self.vt()
    }

    fn at_temperature(&self, current: f64, n: f64) -> f64 {
        let ratio = self.kelvin / NOMINAL[self.nominal];
        self.area()
            * current
            * ((ratio - 1.0) * self.eg / (n * self.vt()) + self.xti / n * ratio.ln()).exp()
    }

    fn saturation(&self) -> f64 {
        self.at_temperature(self.is, self.n)
    }

    fn recombination(&self) -> f64 {
        self.at_temperature(self.isr, self.nr)
    }

    fn vj_at_temperature(&self) -> f64 {
        let shift = |t: f64| {
            let gap = 1.16 - 7.02e-4 * t * t / (t + 1108.0);
            gap - 1.115_087_7 * t / 300.15 - 3.0 * K_OVER_Q * t * (t / 300.15).ln()
        };
        let nominal = NOMINAL[self.nominal];
        shift(self.kelvin) + (self.vj - shift(nominal)) * self.kelvin / nominal
    }

    /// A junction potential that is not positive at the temperature makes the charge NaN.
    fn has_potential(&self) -> bool {
        self.vj_at_temperature() >= 0.05
    }

    /// Breakdown that begins inside the forward region conducts 1e30 A at once.
    fn is_sound(&self) -> bool {
        self.has_potential() && (self.bv == 0.0 || self.xbv() >= 5.0 * self.vte())
    }

    /// The recombination current of ngspice 39 jumps at -3 N vt: a load line that crosses the
    /// jump has two solutions, or none.
    fn is_in_jump(&self, junction: f64) -> bool {
        let width = (1.1 * self.rs * self.recombination() + 1e-9).max(0.5 * self.vte());
        self.isr > 0.0 && self.rs > 0.0 && (junction + 3.0 * self.vte()).abs() <= width
    }

    fn is_sharp(&self) -> bool {
        self.ibv >= self.saturation() * self.bv() / self.vt()
    }

    /// Where breakdown begins, V.
    fn xbv(&self) -> f64 {
        if !self.is_sharp() {
            return self.bv();
        }
        let (vt, ratio) = (self.vt(), self.ibv / self.saturation());
        let mut x = self.bv() - self.nbv * vt * ratio.ln_1p();
        for _ in 0..200 {
            x = self.bv() - self.nbv * vt * (ratio + 1.0 - x / vt).ln();
        }
        x
    }
}

/// The terminal voltage that puts the junction of each point where the point wants it.
pub(crate) fn terminal_volts(template: &TemplateIr, points: &[Point]) -> Vec<f64> {
    let kernels = kernels(template, Mode::Portable, &[Column::Current(0)]);
    let volts = |p: &Point| {
        let mut bare = p.parameters.clone();
        bare[template.parameter("RS").expect("the template has RS")] = 0.0;
        let kernel = &kernels[p.nominal];
        let current = at_point(kernel, Column::Current(0), &bare, p.junction, p.kelvin);
        p.junction + series(template, p) * current
    };
    points.iter().map(volts).collect()
}

/// The series resistance of a point at TNOM, Ohm.
pub(crate) fn series(template: &TemplateIr, point: &Point) -> f64 {
    let of = |name: &str| point.parameters[template.parameter(name).expect("it has these")];
    of("RS") / if of("AREA") > 0.0 { of("AREA") } else { 1.0 }
}

/// One kernel for each nominal temperature.
pub(crate) fn kernels(template: &TemplateIr, mode: Mode, columns: &[Column]) -> Vec<Kernel> {
    let kernel = |nominal: &f64| {
        Evaluator::at_nominal(template, mode, SPICE39, *nominal)
            .and_then(|e| e.kernel_of(columns))
            .expect("the template is sound")
    };
    NOMINAL.iter().map(kernel).collect()
}

/// One column at one point, the cathode at ground.
pub(crate) fn at_point(
    kernel: &Kernel,
    column: Column,
    parameters: &[f64],
    volts: f64,
    kelvin: f64,
) -> f64 {
    let mut output = Output::default();
    let bias = Bias { volts: &[&[volts], &[0.0]], kelvin: Kelvin::Uniform(kelvin) };
    kernel.run(parameters, bias, &mut Workspace::default(), &mut output);
    kernel.column(&output, column).expect("the column was asked for")[0]
}
