use espice_base::Place;

/// How far a value may be trusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// Sure enough to be used.
    Served,
    /// Used, and marked for a person to look at.
    Review,
    /// Not used; the diagnostics say why.
    Refused,
}

impl Status {
    /// The word of the outcome document.
    pub fn word(self) -> &'static str {
        match self {
            Status::Served => "served",
            Status::Review => "review",
            Status::Refused => "refused",
        }
    }
}

/// Where a value comes from and by which rule it was derived.
#[derive(Clone, PartialEq, Debug)]
pub struct Provenance {
    /// The place in the source.
    pub place: Place,
    /// Full name (`pack::name`) of the reading that derived it from raw sweeps; `None` when it
    /// stands in the source as it is.
    pub derived_by: Option<String>,
}

impl From<Place> for Provenance {
    fn from(place: Place) -> Self {
        Provenance { place, derived_by: None }
    }
}
