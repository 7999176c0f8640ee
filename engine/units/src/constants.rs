//! Physical constants as named sets, so that a card reproduces in the simulator it is for.

/// A named set of physical constants.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Constants {
    /// The set's name, which the outcome records.
    pub name: &'static str,
    /// Boltzmann constant, J/K.
    pub k: f64,
    /// Elementary charge, C.
    pub q: f64,
    /// Vacuum permittivity, F/m.
    pub eps0: f64,
    /// Zero of the Celsius scale, K.
    pub celsius_zero: f64,
}

/// The exact values of the 2019 SI; permittivity from CODATA 2018.
pub const SI2019: Constants = Constants {
    name: "si2019",
    k: 1.380_649e-23,
    q: 1.602_176_634e-19,
    eps0: 8.854_187_812_8e-12,
    celsius_zero: ICE_POINT,
};

/// The values of ngspice 39 (CODATA 2014; `const.h` of its sources).
pub const SPICE39: Constants = Constants {
    name: "spice39",
    k: 1.380_648_52e-23,
    q: 1.602_176_620_8e-19,
    eps0: 8.854_214_871e-12,
    celsius_zero: ICE_POINT,
};

/// Zero of the Celsius scale, K.
pub const ICE_POINT: f64 = 273.15;

/// Nominal temperature of parameters unless said otherwise: 27 °C in kelvin.
pub const TNOM: f64 = 300.15;

/// The temperature of a datasheet's "25 °C" in kelvin.
pub const ROOM: f64 = 298.15;

impl Constants {
    /// The set with this name.
    pub fn named(name: &str) -> Option<Constants> {
        [SI2019, SPICE39].into_iter().find(|c| c.name == name)
    }

    /// Thermal voltage k T / q in volts at `kelvin`.
    pub fn thermal_voltage(&self, kelvin: f64) -> f64 {
        self.k * kelvin / self.q
    }
}
