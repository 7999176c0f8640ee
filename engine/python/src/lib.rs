//! The engine for Python: what the package `espice` is built on. Operations take and give JSON, as
//! in every front end; devices give arrays. The interpreter's lock is given up while the engine
//! works.

mod call;
mod device;

use espice::outcome::DiagnosticRecord;
use espice::{Config, Service, ServiceError};
use espice_base::{Code, MemoryWorld};
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
            let records = engine.records(&told);
            match device {
                Some(device) => Ok(device::Device::new(device, &records)),
                None => Err(complaint(&records)),
            }
        });
        made.map_err(Refused::new_err)
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
        made.map_err(Refused::new_err)
    }
}

fn ready(service: &Service, name: &str, polarity: Option<&str>) -> Result<device::Device, String> {
    let engine = service.packs().engine(service.world().as_ref(), Config::clone(service.config()));
    let made = engine.ready_template(name, polarity);
    made.map(|device| device::Device::new(device, &[]))
        .map_err(|told| complaint(&engine.records(&[told].into_iter().collect())))
}

/// The document of an error that is the first mistake among diagnostics: with its own code.
fn complaint(told: &[DiagnosticRecord]) -> String {
    let first = told.iter().find(|d| d.severity == "error");
    let (code, message, help) = match first {
        Some(d) => (d.code.as_str(), d.message.as_str(), d.help.as_slice()),
        None => (Code::ENGINE_FAULT.as_str(), "there is no device, and nothing says why", &[][..]),
    };
    let error = serde_json::json!({
        "code": code, "message": message, "help": help, "diagnostics": told,
    });
    serde_json::json!({ "error": error }).to_string()
}

/// An error as an exception.
fn refused(error: &ServiceError) -> PyErr {
    Refused::new_err(error.document())
}

/// An error with a code of its own as an exception.
fn refused_with(code: Code, message: &str, help: &[String]) -> PyErr {
    let error = serde_json::json!({ "code": code.as_str(), "message": message, "help": help });
    Refused::new_err(serde_json::json!({ "error": error }).to_string())
}

/// What Python calls an argument that cannot be.
enum Misuse {
    Name,
    Type,
    Value,
}

/// The exception of an argument that cannot be: an `espice.Error` that is also what Python raises.
fn misuse(py: Python<'_>, sort: Misuse, message: &str) -> PyErr {
    let class = match sort {
        Misuse::Name => "NameRefused",
        Misuse::Type => "TypeRefused",
        Misuse::Value => "ValueRefused",
    };
    let made = py
        .import("espice._documents")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call_method1("of", (message,)));
    made.map_or_else(|error| error, PyErr::from_value)
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
