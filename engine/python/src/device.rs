//! Devices whose values are arrays.

use crate::bad;
use espice::ReadyDevice;
use espice_model::{Bias, Column, Kelvin, Output, Workspace};
use numpy::{IntoPyArray, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use std::sync::{Mutex, PoisonError};

/// Workspaces that are kept for later runs; as many threads at the same time need no new memory.
const SPARE: usize = 16;

/// A card or a template, ready to be evaluated.
#[pyclass(frozen)]
pub(crate) struct Device(ReadyDevice);

impl Device {
    pub(crate) fn new(device: ReadyDevice) -> Device {
        Device(device)
    }
}

#[pymethods]
impl Device {
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    #[getter]
    fn template(&self) -> &str {
        self.0.template()
    }

    #[getter]
    fn polarity(&self) -> &str {
        self.0.polarity()
    }

    #[getter]
    fn pins(&self) -> Vec<String> {
        self.0.pins().to_vec()
    }

    #[getter]
    fn static_only(&self) -> Vec<String> {
        self.0.static_only().to_vec()
    }

    /// Name, value, unit and whether the card states it, in the order in which kernels take them.
    #[getter]
    fn parameters(&self) -> Vec<(String, f64, String, bool)> {
        let all = self.0.parameters().into_iter().zip(self.0.values());
        all.map(|(p, value)| (p.name, *value, p.unit, p.stated)).collect()
    }

    /// Compiles columns such as `I(d)` or `dI(d)/dV(g)`.
    fn kernel(&self, py: Python<'_>, columns: Vec<String>) -> PyResult<Kernel> {
        let mut list = Vec::with_capacity(columns.len());
        for name in &columns {
            let column = self.0.column(name).ok_or_else(|| {
                let pins = self.0.pins().join(", ");
                PyKeyError::new_err(format!("`{name}` is no value of {}: {pins}", self.0.name()))
            })?;
            list.push(column);
        }
        if list.is_empty() {
            return Err(PyValueError::new_err("no column is asked for"));
        }
        // One column asked for twice is computed once.
        let mut once = list.clone();
        once.sort();
        once.dedup();
        let made = py.detach(|| self.0.kernel(&once));
        let kernel = made.map_err(|d| bad(format!("{}: {}", d.code, d.message)))?;
        Ok(Kernel {
            kernel,
            columns: list,
            values: self.0.values().to_vec(),
            pins: self.0.pins().len(),
            potentials: self.0.columns_of_volts(),
            spare: Mutex::default(),
        })
    }
}

/// Compiled columns of a device.
#[pyclass(frozen)]
pub(crate) struct Kernel {
    kernel: espice_model::Kernel,
    columns: Vec<Column>,
    values: Vec<f64>,
    pins: usize,
    potentials: usize,
    spare: Mutex<Vec<(Workspace, Output)>>,
}

#[pymethods]
impl Kernel {
    /// Evaluates: a row for each column, a number for each point. `volts` has an array for each
    /// pin, all of one length; `kelvin` is one number or an array of that length; `parameters`
    /// are all of the device's, in their order. Points without a solution are NaN.
    #[pyo3(signature = (volts, kelvin, parameters=None))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        volts: Vec<PyReadonlyArray1<'py, f64>>,
        kelvin: KelvinOf<'py>,
        parameters: Option<PyReadonlyArray1<'py, f64>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        if volts.len() != self.pins {
            let message = format!("{} arrays of potentials for {} pins", volts.len(), self.pins);
            return Err(PyValueError::new_err(message));
        }
        let mut views = Vec::with_capacity(self.potentials);
        for array in &volts {
            views.push(contiguous(array)?);
        }
        let points = views.first().map_or(0, |v| v.len());
        let kelvin = match &kelvin {
            KelvinOf::One(one) => Kelvin::Uniform(*one),
            KelvinOf::Each(each) => Kelvin::PerPoint(contiguous(each)?),
        };
        let each = match kelvin {
            Kelvin::PerPoint(each) => each.len(),
            Kelvin::Uniform(_) => points,
        };
        if each != points || views.iter().any(|v| v.len() != points) {
            return Err(PyValueError::new_err(
                "arrays of potentials and temperatures differ in length",
            ));
        }
        let given = parameters.as_ref().map(contiguous).transpose()?;
        let parameters = given.unwrap_or(&self.values);
        if parameters.len() != self.values.len() {
            let (a, b) = (parameters.len(), self.values.len());
            return Err(PyValueError::new_err(format!("{a} parameters where the device has {b}")));
        }
        // A subcircuit's own ground is at 0 V.
        let ground = if self.potentials > views.len() { vec![0.0; points] } else { Vec::new() };
        views.resize(self.potentials, &ground);
        let mut values = Vec::with_capacity(self.columns.len() * points);
        let filled = py.detach(|| {
            let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let (mut workspace, mut output) = spare.unwrap_or_default();
            let bias = Bias { volts: &views, kelvin };
            self.kernel.run(parameters, bias, &mut workspace, &mut output);
            for column in &self.columns {
                values.extend_from_slice(self.kernel.column(&output, *column)?);
            }
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < SPARE {
                spare.push((workspace, output));
            }
            Some(())
        });
        if filled.is_none() {
            return Err(PyValueError::new_err("a column was not computed"));
        }
        values.into_pyarray(py).reshape([self.columns.len(), points])
    }

    /// Seconds that the fastest of some runs takes without Python, for comparisons.
    fn fastest(
        &self,
        py: Python<'_>,
        volts: Vec<PyReadonlyArray1<'_, f64>>,
        kelvin: f64,
        runs: usize,
    ) -> PyResult<f64> {
        let views = volts.iter().map(contiguous).collect::<PyResult<Vec<&[f64]>>>()?;
        if views.len() != self.potentials {
            return Err(PyValueError::new_err("an array of potentials for each pin is needed"));
        }
        Ok(py.detach(|| {
            let (mut workspace, mut output) = (Workspace::default(), Output::default());
            let bias = Bias { volts: &views, kelvin: Kelvin::Uniform(kelvin) };
            let mut fastest = f64::INFINITY;
            for _ in 0..runs {
                let since = std::time::Instant::now();
                self.kernel.run(&self.values, bias, &mut workspace, &mut output);
                fastest = fastest.min(since.elapsed().as_secs_f64());
            }
            fastest
        }))
    }
}

/// A temperature, or one for each point.
#[derive(FromPyObject)]
enum KelvinOf<'py> {
    One(f64),
    Each(PyReadonlyArray1<'py, f64>),
}

fn contiguous<'a>(array: &'a PyReadonlyArray1<'_, f64>) -> PyResult<&'a [f64]> {
    array.as_slice().map_err(|_| PyValueError::new_err("an array is not contiguous"))
}
