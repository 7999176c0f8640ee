//! Devices whose values are arrays.

use crate::{Misuse, misuse, refused_with};
use espice::ReadyDevice;
use espice::outcome::DiagnosticRecord;
use espice_model::{Bias, Kelvin, Output, Workspace};
use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray1, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Results whose memory is kept for later ones, and the most numbers that one of them has.
const RESULTS: usize = 8;
const LARGEST: usize = 128 << 10;
/// Workspaces that are kept for later runs; as many threads at the same time need no new memory.
const SPARE: usize = 16;

/// A card or a template, ready to be evaluated.
#[pyclass(frozen)]
pub(crate) struct Device(ReadyDevice, String);

impl Device {
    /// A device with what is told of it.
    pub(crate) fn new(device: ReadyDevice, told: &[DiagnosticRecord]) -> Device {
        Device(device, serde_json::json!(told).to_string())
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

    /// What was told of the card, as JSON.
    #[getter]
    fn diagnostics(&self) -> &str {
        &self.1
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
                let message = format!("`{name}` is no value of {}: {pins}", self.0.name());
                misuse(py, Misuse::Name, &message)
            })?;
            list.push(column);
        }
        if list.is_empty() {
            return Err(misuse(py, Misuse::Value, "no value is asked for"));
        }
        let made = py.detach(|| self.0.kernel(&list));
        let kernel = made.map_err(|d| refused_with(d.code, &d.message, &d.help))?;
        Ok(Kernel {
            kernel,
            values: self.0.values().to_vec(),
            pins: self.0.pins().len(),
            potentials: self.0.columns_of_volts(),
            spare: Mutex::default(),
            results: Results::new(py)?,
        })
    }
}

/// Compiled columns of a device.
#[pyclass(frozen)]
pub(crate) struct Kernel {
    kernel: espice_model::Kernel,
    values: Vec<f64>,
    pins: usize,
    potentials: usize,
    spare: Mutex<Vec<Workspace>>,
    results: Results,
}

/// Memory of results that nobody holds any more. The system's allocator gives memory back at once
/// where it happens to lie at the end of the heap, and to have it mapped in again takes half as long
/// as a MOSFET at a thousand points.
struct Results {
    kept: Mutex<Vec<Py<PyArray2<f64>>>>,
    /// `sys.getrefcount`, and what it says of an array that is held here alone.
    count: Py<PyAny>,
    alone: usize,
}

impl Results {
    fn new(py: Python<'_>) -> PyResult<Results> {
        let count = py.import("sys")?.getattr("getrefcount")?.unbind();
        let results = Results { kept: Mutex::default(), count, alone: 0 };
        let alone = results.holders(py, &PyArray2::zeros(py, [1, 1], false).unbind())?;
        Ok(Results { alone, ..results })
    }

    fn holders(&self, py: Python<'_>, array: &Py<PyArray2<f64>>) -> PyResult<usize> {
        self.count.bind(py).call1((array.bind(py),))?.extract()
    }

    /// An array for a result, new or used; what it holds is nothing to rely on.
    fn take<'py>(&self, py: Python<'py>, form: [usize; 2]) -> Bound<'py, PyArray2<f64>> {
        let mut mine = std::mem::take(&mut *self.kept());
        // Whoever held it may have made something else of it.
        let is_same = |array: &Py<PyArray2<f64>>| {
            array.bind(py).as_any().cast::<PyArray2<f64>>().is_ok_and(|a| {
                a.shape() == form && a.is_c_contiguous() && a.try_readwrite().is_ok()
            })
        };
        let is_free = |array: &Py<PyArray2<f64>>| {
            is_same(array) && self.holders(py, array).is_ok_and(|held| held == self.alone)
        };
        let free = mine.iter().position(is_free).map(|place| mine.swap_remove(place));
        self.kept().append(&mut mine);
        match free {
            Some(array) => array.into_bound(py),
            None => PyArray2::zeros(py, form, false),
        }
    }

    /// Keeps an array that is given away, for when it is let go; the oldest makes room.
    fn keep(&self, array: &Bound<'_, PyArray2<f64>>) {
        if array.len() > LARGEST {
            return;
        }
        let array = array.clone().unbind();
        let mut kept = self.kept();
        kept.push(array);
        let more = kept.len().saturating_sub(RESULTS);
        let oldest: Vec<Py<PyArray2<f64>>> = kept.drain(..more).collect();
        drop(kept);
        drop(oldest);
    }

    /// What is kept. Nothing of Python may be called while it is held: numpy hands the interpreter to
    /// another thread while it allocates, and that one may wait for this.
    fn kept(&self) -> MutexGuard<'_, Vec<Py<PyArray2<f64>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Kernel {
    /// Evaluates: a row for each column, a number for each point. `volts` has an array for each
    /// pin, all of one length; `kelvin` is one number or an array of that length; `parameters`
    /// are all of the device's, in their order. Points without a solution are NaN. Contiguous arrays
    /// of 64-bit floats are taken as they are, other numbers are converted.
    #[pyo3(signature = (volts, kelvin, parameters=None))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        volts: &Bound<'py, PyAny>,
        kelvin: &Bound<'py, PyAny>,
        parameters: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let wrong = |message: &str| misuse(py, Misuse::Value, message);
        let volts = arrays(volts, self.pins)?;
        if volts.len() != self.pins {
            let message = format!("{} arrays of potentials for {} pins", volts.len(), self.pins);
            return Err(wrong(&message));
        }
        let kelvin = KelvinOf::new(kelvin)?;
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
            return Err(wrong("arrays of potentials and temperatures differ in length"));
        }
        let given = parameters.map(|p| floats(p, "parameters")).transpose()?;
        let given = given.as_ref().map(contiguous).transpose()?;
        let parameters = given.unwrap_or(&self.values);
        if parameters.len() != self.values.len() {
            let (a, b) = (parameters.len(), self.values.len());
            return Err(wrong(&format!("{a} parameters where the device has {b}")));
        }
        // A subcircuit's own ground is at 0 V.
        let ground = if self.potentials > views.len() { vec![0.0; points] } else { Vec::new() };
        views.resize(self.potentials, &ground);
        let result = self.results.take(py, [self.kernel.width(), points]);
        let mut held = result.readwrite();
        let values = held.as_slice_mut().map_err(|_| wrong(NOT_CONTIGUOUS))?;
        py.detach(|| {
            let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut workspace = spare.unwrap_or_default();
            let bias = Bias { volts: &views, kelvin };
            self.kernel.fill(parameters, bias, &mut workspace, values);
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < SPARE {
                spare.push(workspace);
            }
        });
        drop(held);
        self.results.keep(&result);
        Ok(result)
    }

    /// Seconds that the fastest of some runs takes without Python, for comparisons.
    fn fastest(
        &self,
        py: Python<'_>,
        volts: &Bound<'_, PyAny>,
        kelvin: f64,
        runs: usize,
    ) -> PyResult<f64> {
        let volts = arrays(volts, self.pins)?;
        let views = volts.iter().map(contiguous).collect::<PyResult<Vec<&[f64]>>>()?;
        if views.len() != self.potentials {
            let message = "an array of potentials for each pin is needed";
            return Err(misuse(py, Misuse::Value, message));
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
enum KelvinOf<'py> {
    One(f64),
    Each(PyReadonlyArray1<'py, f64>),
}

impl<'py> KelvinOf<'py> {
    fn new(given: &Bound<'py, PyAny>) -> PyResult<KelvinOf<'py>> {
        let is_number = given.cast::<PyUntypedArray>().map_or(true, |array| array.ndim() == 0);
        match given.extract().ok().filter(|_| is_number) {
            Some(one) => Ok(KelvinOf::One(one)),
            None => Ok(KelvinOf::Each(floats(given, "temperatures")?)),
        }
    }
}

const NOT_CONTIGUOUS: &str = "an array is not contiguous";

/// The arrays of a sequence, about so many.
fn arrays<'py>(
    given: &Bound<'py, PyAny>,
    many: usize,
) -> PyResult<Vec<PyReadonlyArray1<'py, f64>>> {
    let mut list = Vec::with_capacity(many + 1);
    let each = given.try_iter().map_err(|_| {
        misuse(given.py(), Misuse::Type, "potentials are an array of numbers for each pin")
    })?;
    for array in each {
        list.push(floats(&array?, "potentials")?);
    }
    Ok(list)
}

/// An array of one dimension as kernels read it; what is none yet becomes one.
fn floats<'py>(given: &Bound<'py, PyAny>, what: &str) -> PyResult<PyReadonlyArray1<'py, f64>> {
    if let Ok(array) = given.extract::<PyReadonlyArray1<'py, f64>>()
        && array.is_c_contiguous()
    {
        return Ok(array);
    }
    let module = given.py().import("espice._device")?;
    module.getattr("line")?.call1((given, what))?.extract()
}

fn contiguous<'a>(array: &'a PyReadonlyArray1<'_, f64>) -> PyResult<&'a [f64]> {
    array.as_slice().map_err(|_| misuse(array.py(), Misuse::Value, NOT_CONTIGUOUS))
}
