use super::types::{CurveType, Root, Type};
use espice_units::Dimension;

/// The fixed fields of records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FieldId {
    RowMin,
    RowTyp,
    RowMax,
    RowTarget,
    RowLimits,
    RowPlausible,
    RowConditions,
    RowSymbol,
    RowPrinted,
    RowPart,
    RowConfidence,
    RowTemperature,
    RowDrawn,
    RowDrawnWhere,
    CurveX,
    CurveY,
    CurveConditions,
    CurveNoise,
    CurveTitle,
    CurveTemperature,
    CurveTotal,
    CurveMeasured,
    SampleX,
    SampleY,
    SweepSwept,
    SweepColumns,
    SweepHeld,
    SweepCurrents,
    SweepI,
    SweepV,
    SweepC,
    SweepCapacitances,
    SweepTemperature,
    SweepSiblings,
    SweepName,
    ColumnV,
    ColumnI,
    ColumnC,
    ColumnNode,
    ColumnReference,
    ColumnName,
    ColumnCompliance,
    DevicePart,
    DeviceMaker,
    DeviceKind,
    DeviceClass,
    DevicePackage,
    DevicePolarity,
    RangeLow,
    RangeHigh,
    Count,
    ModelTemplate,
}

/// One field: its record's kind, its name, its id.
struct Entry(Record, &'static str, FieldId);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Record {
    Row,
    Curve,
    Sample,
    Sweep,
    Column,
    Device,
    Model,
    Range,
    Many,
}

const ENTRIES: [Entry; 57] = [
    Entry(Record::Row, "min", FieldId::RowMin),
    Entry(Record::Row, "typ", FieldId::RowTyp),
    Entry(Record::Row, "max", FieldId::RowMax),
    Entry(Record::Row, "target", FieldId::RowTarget),
    Entry(Record::Row, "limits", FieldId::RowLimits),
    Entry(Record::Row, "plausible", FieldId::RowPlausible),
    Entry(Record::Row, "conditions", FieldId::RowConditions),
    Entry(Record::Row, "temperature", FieldId::RowTemperature),
    Entry(Record::Row, "drawn", FieldId::RowDrawn),
    Entry(Record::Row, "drawn_where", FieldId::RowDrawnWhere),
    Entry(Record::Row, "symbol", FieldId::RowSymbol),
    Entry(Record::Row, "printed", FieldId::RowPrinted),
    Entry(Record::Row, "part", FieldId::RowPart),
    Entry(Record::Row, "confidence", FieldId::RowConfidence),
    Entry(Record::Curve, "x", FieldId::CurveX),
    Entry(Record::Curve, "y", FieldId::CurveY),
    Entry(Record::Curve, "conditions", FieldId::CurveConditions),
    Entry(Record::Curve, "noise_floor", FieldId::CurveNoise),
    Entry(Record::Curve, "title", FieldId::CurveTitle),
    Entry(Record::Curve, "temperature", FieldId::CurveTemperature),
    Entry(Record::Curve, "total", FieldId::CurveTotal),
    Entry(Record::Curve, "measured", FieldId::CurveMeasured),
    Entry(Record::Curve, "count", FieldId::Count),
    Entry(Record::Sample, "x", FieldId::SampleX),
    Entry(Record::Sample, "y", FieldId::SampleY),
    Entry(Record::Sweep, "swept", FieldId::SweepSwept),
    Entry(Record::Sweep, "columns", FieldId::SweepColumns),
    Entry(Record::Sweep, "held", FieldId::SweepHeld),
    Entry(Record::Sweep, "currents", FieldId::SweepCurrents),
    Entry(Record::Sweep, "I", FieldId::SweepI),
    Entry(Record::Sweep, "V", FieldId::SweepV),
    Entry(Record::Sweep, "C", FieldId::SweepC),
    Entry(Record::Sweep, "capacitances", FieldId::SweepCapacitances),
    Entry(Record::Sweep, "temperature", FieldId::SweepTemperature),
    Entry(Record::Sweep, "siblings", FieldId::SweepSiblings),
    Entry(Record::Sweep, "name", FieldId::SweepName),
    Entry(Record::Sweep, "points", FieldId::Count),
    Entry(Record::Column, "V", FieldId::ColumnV),
    Entry(Record::Column, "I", FieldId::ColumnI),
    Entry(Record::Column, "C", FieldId::ColumnC),
    Entry(Record::Column, "node", FieldId::ColumnNode),
    Entry(Record::Column, "reference", FieldId::ColumnReference),
    Entry(Record::Column, "name", FieldId::ColumnName),
    Entry(Record::Column, "compliance", FieldId::ColumnCompliance),
    Entry(Record::Device, "part", FieldId::DevicePart),
    Entry(Record::Device, "maker", FieldId::DeviceMaker),
    Entry(Record::Device, "kind", FieldId::DeviceKind),
    Entry(Record::Device, "class", FieldId::DeviceClass),
    Entry(Record::Device, "package", FieldId::DevicePackage),
    Entry(Record::Device, "polarity", FieldId::DevicePolarity),
    Entry(Record::Model, "template", FieldId::ModelTemplate),
    Entry(Record::Range, "low", FieldId::RangeLow),
    Entry(Record::Range, "high", FieldId::RangeHigh),
    Entry(Record::Many, "count", FieldId::Count),
    Entry(Record::Row, "count", FieldId::Count),
    Entry(Record::Column, "count", FieldId::Count),
    Entry(Record::Range, "count", FieldId::Count),
];

fn record(ty: &Type) -> Option<Record> {
    Some(match ty {
        Type::Row(_) => Record::Row,
        Type::Curve(_) => Record::Curve,
        Type::Sample(_) => Record::Sample,
        Type::Sweep => Record::Sweep,
        Type::Column | Type::Columns => Record::Column,
        Type::Root(Root::Device) => Record::Device,
        Type::Root(Root::Model) => Record::Model,
        Type::Range(_) => Record::Range,
        Type::List(_) | Type::Series(_) => Record::Many,
        _ => return None,
    })
}

/// The field with this name and its type; `None` when the record has no such field.
pub(crate) fn field(ty: &Type, name: &str) -> Option<(FieldId, Type)> {
    let record = record(ty)?;
    let id = ENTRIES.iter().find(|e| e.0 == record && e.1 == name)?.2;
    // A lone row or column has no count; only `s.swept` may hold several.
    if id == FieldId::Count && matches!(ty, Type::Row(_) | Type::Column | Type::Range(_)) {
        return None;
    }
    Some((id, field_type(ty, id)))
}

/// The names of the fields of a record, for suggestions.
pub(crate) fn names(ty: &Type) -> impl Iterator<Item = &'static str> {
    let record = record(ty);
    ENTRIES.iter().filter(move |e| Some(e.0) == record).map(|e| e.1)
}

fn field_type(record: &Type, id: FieldId) -> Type {
    let own = || match record {
        Type::Row(value) | Type::Range(value) => (**value).clone(),
        _ => Type::Unknown,
    };
    let axis = |pick: fn(&CurveType) -> Type| match record {
        Type::Curve(c) | Type::Sample(c) => pick(c),
        _ => Type::Unknown,
    };
    let (y, x) = (|| axis(|c| c.y.clone()), || axis(|c| c.x.clone()));
    let number = |d: Dimension| Type::Number(d);
    match id {
        FieldId::RowMin
        | FieldId::RowTyp
        | FieldId::RowMax
        | FieldId::RowTarget
        | FieldId::RowDrawn
        | FieldId::RangeLow
        | FieldId::RangeHigh => own(),
        FieldId::RowLimits | FieldId::RowPlausible => Type::Range(Box::new(own())),
        FieldId::RowConditions | FieldId::CurveConditions => Type::Conditions,
        FieldId::CurveX => x().series(),
        FieldId::CurveY => y().series(),
        FieldId::SampleX => x(),
        FieldId::SampleY | FieldId::CurveNoise => y(),
        FieldId::RowTemperature | FieldId::CurveTemperature | FieldId::SweepTemperature => {
            Type::Point
        }
        FieldId::CurveMeasured => Type::Truth,
        FieldId::SweepSwept => Type::Columns,
        FieldId::SweepColumns
        | FieldId::SweepHeld
        | FieldId::SweepCurrents
        | FieldId::SweepCapacitances => Type::Column.list(),
        FieldId::SweepI => number(Dimension::CURRENT).series().list(),
        FieldId::SweepV => number(Dimension::VOLTAGE).series().list(),
        FieldId::ColumnV => number(Dimension::VOLTAGE).series(),
        FieldId::ColumnI => number(Dimension::CURRENT).series(),
        FieldId::SweepC | FieldId::ColumnC => number(Dimension::CAPACITANCE).series(),
        FieldId::ColumnCompliance => number(Dimension::CURRENT),
        FieldId::RowConfidence | FieldId::CurveTotal | FieldId::SweepSiblings | FieldId::Count => {
            Type::PURE
        }
        FieldId::RowSymbol
        | FieldId::RowPrinted
        | FieldId::RowPart
        | FieldId::RowDrawnWhere
        | FieldId::CurveTitle
        | FieldId::SweepName
        | FieldId::ColumnNode
        | FieldId::ColumnReference
        | FieldId::ColumnName
        | FieldId::DevicePart
        | FieldId::DeviceMaker
        | FieldId::DeviceKind
        | FieldId::DeviceClass
        | FieldId::DevicePackage
        | FieldId::DevicePolarity
        | FieldId::ModelTemplate => Type::Text,
    }
}
