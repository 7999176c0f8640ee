//! What programs read from records: columns, filled once for a block of records and shared by
//! all rules.

use super::Record;
use super::lanes::{ABSENT, Code, NO, NOT_A_NUMBER, NOTHING, Numbers, YES, lacking, truth};
use crate::rules::access::temperature;
use crate::rules::book::{Input, Rulebook};
use crate::rules::eval::Evaluator;
use crate::rules::expr::TypedExpr;
use crate::rules::fields::FieldId;
use crate::rules::rows::Rows;
use crate::rules::rule::{Need, RuleIr};
use crate::rules::run::has_origin;
use crate::rules::value::{Truth, Value};
use espice_facts::{Facts, Origin, Parameter, Status};
use std::collections::BTreeMap;

/// A value of a table row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum OfRow {
    Min,
    Typ,
    Max,
    Target,
    Confidence,
    Temperature,
    /// The value of a condition symbol.
    Condition(String),
    /// The lower end of the row's limits; minus infinity where it is open.
    LimitLow,
    LimitHigh,
    /// The lower end of the symbol's own range.
    PlausibleLow,
    PlausibleHigh,
}

impl OfRow {
    /// The value behind a field, where it is a number.
    pub(super) fn field(id: FieldId) -> Option<OfRow> {
        Some(match id {
            FieldId::RowMin => OfRow::Min,
            FieldId::RowTyp => OfRow::Typ,
            FieldId::RowMax => OfRow::Max,
            FieldId::RowTarget => OfRow::Target,
            FieldId::RowConfidence => OfRow::Confidence,
            FieldId::RowTemperature => OfRow::Temperature,
            _ => return None,
        })
    }

    /// The ends behind a field that is a range.
    pub(super) fn range(id: FieldId) -> Option<[OfRow; 2]> {
        Some(match id {
            FieldId::RowLimits => [OfRow::LimitLow, OfRow::LimitHigh],
            FieldId::RowPlausible => [OfRow::PlausibleLow, OfRow::PlausibleHigh],
            _ => return None,
        })
    }

    fn read(&self, row: &Parameter, book: &Rulebook, into: &mut Numbers) {
        let value = match self {
            OfRow::Min => row.min,
            OfRow::Typ => row.typ,
            OfRow::Max => row.max,
            OfRow::Target => row.target(),
            OfRow::Confidence => Some(row.confidence),
            OfRow::Temperature => temperature(&row.conditions),
            OfRow::Condition(symbol) => row.conditions.value(symbol),
            OfRow::LimitLow | OfRow::LimitHigh => {
                // Sheets print limits of negative quantities by magnitude.
                let (low, high) = match (row.min, row.max) {
                    (None, None) => return into.push(Err(ABSENT)),
                    (min, max) if [min, max].into_iter().flatten().any(|end| !end.is_finite()) => {
                        return into.push(Err(NOT_A_NUMBER));
                    }
                    (Some(min), Some(max)) if max < min => (Some(max), Some(min)),
                    ends => ends,
                };
                let end = if *self == OfRow::LimitLow { low } else { high };
                return into.end(end, *self == OfRow::LimitLow);
            }
            OfRow::PlausibleLow | OfRow::PlausibleHigh => {
                let range = book.symbols.symbol(&row.symbol).and_then(|s| s.plausible);
                let Some([low, high]) = range else { return into.push(Err(ABSENT)) };
                let is_low = *self == OfRow::PlausibleLow;
                return into.end(Some(if is_low { low } else { high }), is_low);
            }
        };
        into.push(value.ok_or(ABSENT));
    }
}

impl Numbers {
    /// Adds an end of a range as it stands: an open one is infinite.
    fn end(&mut self, end: Option<f64>, is_low: bool) {
        let open = if is_low { f64::NEG_INFINITY } else { f64::INFINITY };
        self.values.push(end.unwrap_or(open));
        self.lacks.push(YES);
    }
}

/// A number that programs read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum NumberLeaf {
    /// Of the row of a symbol nearest 25 °C.
    Row(String, OfRow),
    /// Of every row of a loop, by the loop's index.
    Each(usize, OfRow),
    /// A parameter of the model.
    Parameter(String),
    /// What the tree walker finds for an expression, by index into [`Leaves::general`].
    General(usize),
}

/// A truth that programs read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum TruthLeaf {
    /// Whether the device is one of these kinds.
    Kinds(Vec<String>),
    /// Whether there are data of one of these origins.
    Origins(Vec<String>),
    /// Whether the data hold rows or curves of a symbol.
    Has(String),
    /// What the tree walker finds, by index into [`Leaves::general`].
    General(usize),
}

/// Something that is left to the tree walker, once for each record.
#[derive(Clone, Copy, Debug)]
pub(super) enum General<'b> {
    Number(&'b TypedExpr),
    Truth(&'b TypedExpr),
    Need(&'b Need),
}

/// Everything that the programs of a plan read.
#[derive(Debug, Default)]
pub(super) struct Leaves<'b> {
    pub(super) numbers: BTreeMap<NumberLeaf, usize>,
    pub(super) truths: BTreeMap<TruthLeaf, usize>,
    /// The symbols whose rows loops run over; `None` for all rows.
    pub(super) loops: Vec<Option<String>>,
    pub(super) general: Vec<(&'b RuleIr, General<'b>)>,
}

impl Leaves<'_> {
    pub(super) fn number(&mut self, leaf: NumberLeaf) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(leaf).or_insert(next)
    }

    pub(super) fn truth(&mut self, leaf: TruthLeaf) -> usize {
        let next = self.truths.len();
        *self.truths.entry(leaf).or_insert(next)
    }

    /// How many there are, for [`Leaves::back_to`].
    pub(super) fn mark(&self) -> [usize; 3] {
        [self.numbers.len(), self.truths.len(), self.general.len()]
    }

    /// Forgets what was added since.
    pub(super) fn back_to(&mut self, [numbers, truths, general]: [usize; 3]) {
        self.numbers.retain(|_, at| *at < numbers);
        self.truths.retain(|_, at| *at < truths);
        self.general.truncate(general);
    }

    pub(super) fn rows(&mut self, symbol: Option<&str>) -> usize {
        if let Some(at) = self.loops.iter().position(|l| l.as_deref() == symbol) {
            return at;
        }
        self.loops.push(symbol.map(String::from));
        self.loops.len() - 1
    }
}

/// What the programs of a plan read of a block of records.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Records in the block.
    pub(super) lanes: usize,
    pub(super) numbers: Vec<Numbers>,
    pub(super) truths: Vec<Vec<Code>>,
    /// For each loop, where the elements of each record start; one more at the end.
    pub(super) offsets: Vec<Vec<u32>>,
}

impl Leaves<'_> {
    /// Reads a block of records.
    pub(super) fn gather(
        &self,
        book: &Rulebook,
        records: &[Record<'_>],
        input: &dyn for<'r> Fn(&Record<'r>) -> Input<'r>,
    ) -> Columns {
        let mut columns = Columns {
            lanes: records.len(),
            numbers: vec![Numbers::default(); self.numbers.len()],
            truths: vec![Vec::new(); self.truths.len()],
            offsets: vec![vec![0]; self.loops.len()],
        };
        for record in records {
            let rows = Rows::of(record.facts);
            self.gather_rows(book, &rows, &mut columns);
            let input = input(record);
            for (leaf, at) in &self.numbers {
                let Some(column) = columns.numbers.get_mut(*at) else { continue };
                match leaf {
                    NumberLeaf::Row(symbol, value) => match rows.nearest(symbol) {
                        Some(row) => value.read(row, book, column),
                        None => column.push(Err(NOTHING)),
                    },
                    NumberLeaf::Each(..) => {}
                    NumberLeaf::Parameter(name) => {
                        let value = record.model.and_then(|m| m.parameter(name));
                        column.push(value.ok_or(NOTHING));
                    }
                    NumberLeaf::General(index) => {
                        column.push(self.general_number(book, *index, input));
                    }
                }
            }
            for (leaf, at) in &self.truths {
                let code = match leaf {
                    TruthLeaf::Kinds(kinds) => {
                        let kind = record.facts.device.kind.as_ref();
                        truth(kind.is_some_and(|k| kinds.contains(k)))
                    }
                    TruthLeaf::Origins(origins) => {
                        truth(origins.iter().any(|o| named_origin(record.facts, o)))
                    }
                    TruthLeaf::Has(symbol) => truth(
                        rows.named(symbol).next().is_some() || has_curve(record.facts, symbol),
                    ),
                    TruthLeaf::General(index) => self.general_truth(book, *index, input),
                };
                if let Some(column) = columns.truths.get_mut(*at) {
                    column.push(code);
                }
            }
        }
        columns
    }

    fn gather_rows(&self, book: &Rulebook, rows: &Rows<'_>, columns: &mut Columns) {
        for (index, (symbol, offsets)) in self.loops.iter().zip(&mut columns.offsets).enumerate() {
            let each: Vec<&Parameter> = match symbol {
                Some(symbol) => rows.named(symbol).collect(),
                None => rows.all().to_vec(),
            };
            let first = NumberLeaf::Each(index, OfRow::Min);
            let mine = self.numbers.range(first..);
            for (leaf, at) in mine {
                let NumberLeaf::Each(space, value) = leaf else { break };
                if *space != index {
                    break;
                }
                if let Some(column) = columns.numbers.get_mut(*at) {
                    each.iter().for_each(|row| value.read(row, book, column));
                }
            }
            let end = offsets.last().copied().unwrap_or(0);
            offsets.push(end.saturating_add(u32::try_from(each.len()).unwrap_or(u32::MAX)));
        }
    }

    fn general_number(&self, book: &Rulebook, index: usize, input: Input<'_>) -> Result<f64, Code> {
        let Some((rule, General::Number(e))) = self.general.get(index) else { return Err(ABSENT) };
        let evaluator = Evaluator::of_rule(book, rule, input);
        evaluator.number(e).map_err(|why| lacking(why.lack))
    }

    fn general_truth(&self, book: &Rulebook, index: usize, input: Input<'_>) -> Code {
        let Some((rule, what)) = self.general.get(index) else { return NO };
        let evaluator = Evaluator::of_rule(book, rule, input);
        match what {
            General::Need(need) => truth(evaluator.need(need).is_none()),
            General::Truth(e) => match evaluator.truth(e).truth {
                Truth::Yes => YES,
                Truth::No => NO,
                Truth::Unknown(why) => lacking(why.lack),
            },
            General::Number(e) => match evaluator.value(e) {
                Value::Missing(why) => lacking(why.lack),
                _ => YES,
            },
        }
    }
}

fn has_curve(facts: &Facts, symbol: &str) -> bool {
    facts.curves.iter().any(|c| c.signature.quantity == symbol && c.status != Status::Refused)
}

/// Origins as words, because leaves are ordered.
const ORIGINS: [(&str, Origin); 2] =
    [("measured", Origin::Measured), ("digitised", Origin::Digitised)];

pub(super) fn origin_word(origin: Origin) -> String {
    ORIGINS.iter().find(|o| o.1 == origin).map_or("", |o| o.0).to_string()
}

fn named_origin(facts: &Facts, word: &str) -> bool {
    ORIGINS.iter().any(|(name, origin)| *name == word && has_origin(facts, *origin))
}
