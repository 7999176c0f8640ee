//! The engine for Python: what the package `espice` is built on. Operations take and give JSON, as
//! in every front end; devices give arrays. The interpreter's lock is given up while the engine
//! works.

mod call;
mod device;

use espice::{Config, Service, ServiceError};
use espice_base::{Diagnostics, MemoryWorld};
use espice_host::Host;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use std::collections::BTreeMap;

pyo3::create_exception!(
    _espice,
    Refused,
    PyException,
    "There is no document; the argument is the JSON that says why."
);

/// An engine with its packs.
#[pyclass(frozen)]
struct Engine(Host);

#[pymethods]
impl Engine {
    /// Opens an engine; `options` is a JSON object.
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Engine> {
        py.detach(|| espice_host::open(options)).map(Engine).map_err(|e| refused(&e))
    }

    /// Carries out an operation. `progress` is called with stage, detail and share or None.
    #[pyo3(signature = (operation, request, progress=None))]
    fn call(
        &self,
        py: Python<'_>,
        operation: &str,
        request: &str,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<String> {
        call::call(py, self.0.service(), operation, request, progress.as_ref())
    }

    /// Loads the packs again, all or none; gives the active ones as JSON.
    fn reload(&self, py: Python<'_>) -> PyResult<String> {
        let packs = py.detach(|| self.0.service().reload()).map_err(|e| refused(&e))?;
        Ok(serde_json::json!(packs).to_string())
    }

    /// Makes a device of a card file ready.
    #[pyo3(signature = (path, dialect, model, instance, files))]
    fn card(
        &self,
        py: Python<'_>,
        path: &str,
        dialect: Option<&str>,
        model: Option<&str>,
        instance: Vec<(String, String)>,
        files: BTreeMap<String, String>,
    ) -> PyResult<device::Device> {
        let service = self.0.service();
        let made = py.detach(|| {
            let base = service.world().as_ref();
            let mut world = MemoryWorld::new(base.today());
            for (name, text) in files {
                world = world.with(name, text);
            }
            if espice_base::World::read(&world, path).is_err()
                && let Ok(bytes) = base.read(path)
            {
                world = world.with(path, bytes);
            }
            let mut engine = service.packs().engine(&world, service.config().clone());
            let (device, told) = engine.ready_card(path, dialect, model, &instance);
            device.ok_or_else(|| words(&told))
        });
        made.map(device::Device::new).map_err(bad)
    }

    /// Makes a template ready.
    #[pyo3(signature = (name, polarity=None))]
    fn template(
        &self,
        py: Python<'_>,
        name: &str,
        polarity: Option<&str>,
    ) -> PyResult<device::Device> {
        let made = py.detach(|| ready(self.0.service(), name, polarity));
        made.map(device::Device::new).map_err(bad)
    }
}

fn ready(
    service: &Service,
    name: &str,
    polarity: Option<&str>,
) -> Result<espice::ReadyDevice, String> {
    let engine = service.packs().engine(service.world().as_ref(), Config::clone(service.config()));
    let told = |d: espice_base::Diagnostic| words(&[d].into_iter().collect());
    engine.ready_template(name, polarity).map_err(told)
}

/// The first mistake in words, with its code and help.
fn words(told: &Diagnostics) -> String {
    let first = told.iter().find(|d| d.severity == espice_base::Severity::Error);
    let text = |d: &espice_base::Diagnostic| {
        let help = d.help.first().map_or(String::new(), |h| format!(" ({h})"));
        format!("{}: {}{help}", d.code, d.message)
    };
    first.map_or(String::from("there is no such device"), text)
}

/// The error of something that cannot be as it was asked for.
fn bad(message: String) -> PyErr {
    refused(&ServiceError::BadRequest { message })
}

/// An error as an exception.
fn refused(error: &ServiceError) -> PyErr {
    Refused::new_err(error.document())
}

/// The operations with their schemas, as JSON.
#[pyfunction]
fn operations() -> String {
    let all = espice::operations().iter().map(|o| {
        serde_json::json!({
            "name": o.name, "title": o.title, "about": o.about, "slow": o.slow,
            "input": o.input(), "output": o.output(),
        })
    });
    serde_json::Value::Array(all.collect()).to_string()
}

/// The version of the engine.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[pymodule]
mod _espice {
    #[pymodule_export]
    use super::Engine;
    #[pymodule_export]
    use super::Refused;
    #[pymodule_export]
    use super::device::{Device, Kernel};
    #[pymodule_export]
    use super::{operations, version};
}
