//! The document as it is written: every member optional, because files leave out or null what
//! nobody has digitised.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A device of the database.
#[derive(Deserialize)]
pub(super) struct Transistor<'t> {
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) manufacturer: Option<String>,
    pub(super) housing_type: Option<String>,
    pub(super) r_g_int: Option<f64>,
    pub(super) v_abs_max: Option<f64>,
    pub(super) i_abs_max: Option<f64>,
    pub(super) i_cont: Option<f64>,
    #[serde(borrow)]
    pub(super) c_iss: Option<Vec<Entry<'t>>>,
    #[serde(borrow)]
    pub(super) c_oss: Option<Vec<Entry<'t>>>,
    #[serde(borrow)]
    pub(super) c_rss: Option<Vec<Entry<'t>>>,
    #[serde(borrow)]
    pub(super) graph_v_ecoss: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) switch: Option<Half<'t>>,
    #[serde(borrow)]
    pub(super) diode: Option<Half<'t>>,
}

/// The switch of a device, or its diode.
#[derive(Deserialize, Default)]
pub(super) struct Half<'t> {
    #[serde(borrow)]
    pub(super) channel: Option<Vec<Entry<'t>>>,
    #[serde(borrow)]
    pub(super) charge_curve: Option<Vec<Entry<'t>>>,
    #[serde(borrow)]
    pub(super) r_channel_th: Option<Vec<Entry<'t>>>,
}

/// A curve with what was held; which of the graphs it has depends on where it stands.
#[derive(Deserialize)]
pub(super) struct Entry<'t> {
    /// Degrees Celsius.
    pub(super) t_j: Option<f64>,
    pub(super) v_g: Option<f64>,
    pub(super) v_supply: Option<f64>,
    pub(super) i_channel: Option<f64>,
    /// What the ordinates of `graph_t_r` are.
    pub(super) dataset_type: Option<String>,
    /// What they are multiples of, Ohm.
    pub(super) r_channel_nominal: Option<f64>,
    #[serde(borrow)]
    pub(super) graph_v_c: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) graph_v_i: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) graph_q_v: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) graph_t_r: Option<&'t RawValue>,
}
