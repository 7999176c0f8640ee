//! Which templates come into question for sources, without a fit.

use crate::config::Request;
use crate::engine::Engine;
use crate::orient::first_polarity;
use crate::outcome as out;
use crate::parts::choose_part;
use crate::run::part_name;
use crate::screen::settle;
use crate::service::Selected;
use crate::wire;
use espice_lang::rules::CandidateStatus;

impl Engine<'_> {
    /// Reads and screens sources, and says which templates would be tried, in which order.
    pub fn candidates(&mut self, request: &Request) -> Selected {
        let reading = self.read(&request.sources);
        let mut facts = reading.facts;
        let mut diagnostics = reading.diagnostics;
        let mut candidates = Vec::new();
        let usable =
            !diagnostics.has_errors() && choose_part(&mut facts, request, &mut diagnostics);
        if usable {
            settle(&mut facts);
            match self.kind_of(&mut facts, request.kind.as_deref()) {
                Err(complaints) => diagnostics.extend(complaints),
                Ok(kind) => {
                    self.screen_facts(&mut facts, &mut Vec::new(), &mut diagnostics);
                    let (first, _) = first_polarity(&facts, &self.library.symbols);
                    let (selection, complaints) = self.rulebook.select(&kind, &self.input(&first));
                    diagnostics.extend(complaints);
                    candidates.extend(selection.candidates.into_iter().map(|c| out::Candidate {
                        status: match c.status {
                            CandidateStatus::Rejected => "rejected".into(),
                            _ => "eligible".into(),
                        },
                        template: c.template,
                        reason: c.reason,
                        score: None,
                        scored_by: None,
                        withheld_error: None,
                        attempt: None,
                    }));
                }
            }
        }
        Selected {
            espice: self.version(),
            source: wire::sources(&facts, &reading.sheets),
            device: wire::device(&facts, part_name(&facts)),
            candidates,
            diagnostics: diagnostics.iter().map(|d| wire::diagnostic(d, &self.sources)).collect(),
        }
    }
}
