//! Cards and polarities of templates.

use super::build::Builder;
use super::constant::constant_of;
use super::merge::Merged;
use super::parameters::check_parameter;
use super::parts::PartCard;
use crate::check::dims::{Operand, likely, unexpected};
use crate::ir::{CardIr, CardParameterIr, CardSettingIr, CardValueIr, KindIr};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::{Card, CardEntry, CardSetting, Word};
use espice_units::Dimension;
use std::collections::BTreeSet;

/// Families of simulators whose cards are written; the dialects of one differ in details.
const FAMILIES: [&str; 1] = ["spice"];

/// The polarities of a template are words of its kind, different ones, two at most.
pub(super) fn check_polarity(merged: &Merged, kinds: &[KindIr], diagnostics: &mut Diagnostics) {
    let Some(kind) = kinds.iter().find(|k| k.name == merged.kind.text) else { return };
    for (index, word) in merged.polarity.iter().enumerate() {
        let known = kind.polarities.iter().map(String::as_str);
        if !kind.polarities.contains(&word.text) {
            let help = likely(&word.text, known.clone()).unwrap_or_else(|| {
                let list: Vec<&str> = known.collect();
                if list.is_empty() {
                    format!("a {} has no polarity: leave `polarity` out", kind.name)
                } else {
                    format!("the polarities are {}", list.join(", "))
                }
            });
            diagnostics.push(
                Diagnostic::error(
                    Code::POLARITY,
                    format!("`{}` is no polarity of a {}", word.text, kind.name),
                )
                .label(word.span, "named here")
                .label(kind.span, "the kind")
                .help(help),
            );
            return;
        }
        let before = merged.polarity.iter().take(index).any(|w| w.text == word.text);
        if before || index == 2 {
            diagnostics.push(
                Diagnostic::error(
                    Code::POLARITY,
                    "a template has one polarity, or one and its mirror image",
                )
                .at(word.span)
                .help("write the polarity of the equations first: `polarity npn, pnp`"),
            );
            return;
        }
    }
}

/// Checks the cards of a template.
pub(super) fn check_cards(builder: &mut Builder<'_>) -> Vec<CardIr> {
    let merged = builder.merged;
    let mut cards: Vec<CardIr> = merged.cards.iter().map(|card| builder.card(card)).collect();
    builder.cards_of_one_device();
    if cards.is_empty() && !merged.has_uncarried && !builder.lower.diagnostics.has_errors() {
        cards = merged.part_cards.iter().map(|part| builder.part_card(part)).collect();
    }
    cards
}

impl Builder<'_> {
    fn card(&mut self, card: &Card) -> CardIr {
        if !FAMILIES.contains(&card.family.text.as_str()) {
            let message = format!("`{}` is no family of simulators", card.family.text);
            let told = Diagnostic::error(Code::UNKNOWN_WORD, message).at(card.family.span);
            let help = likely(&card.family.text, FAMILIES);
            let help = help.unwrap_or_else(|| String::from("cards are written for `spice`"));
            self.lower.diagnostics.push(told.help(help));
        }
        let mut on_card: Vec<&Word> = Vec::new();
        let mut found = Vec::new();
        for CardEntry { name, written, signed } in &card.parameters {
            let shown = written.as_ref().unwrap_or(name);
            if let Some(before) = on_card.iter().find(|w| w.text.eq_ignore_ascii_case(&shown.text))
            {
                self.lower.diagnostics.push(
                    Diagnostic::error(
                        Code::DECLARED_TWICE,
                        format!("`{}` stands on the card twice", shown.text),
                    )
                    .label(shown.span, "again")
                    .label(before.span, "first"),
                );
                continue;
            }
            on_card.push(shown);
            if *signed && self.merged.polarity.len() < 2 {
                self.lower.diagnostics.push(
                    Diagnostic::error(
                        Code::CARD_POLARITY,
                        format!("`{}` is signed, but the template has no mirror image", name.text),
                    )
                    .at(name.span)
                    .help("name both polarities, `polarity npn, pnp`, or leave `signed` out"),
                );
            }
            if let Some(index) = self.parameter_on_card(name) {
                let value = CardValueIr::Parameter(index);
                let negated = [false, *signed];
                found.push(CardParameterIr { value, name: shown.text.clone(), negated });
            }
        }
        let is_instance = |p: &CardParameterIr| {
            p.parameter().and_then(|i| self.parameters.get(i)).is_some_and(|p| p.instance)
        };
        let (mut instance, parameters): (Vec<_>, Vec<_>) = found.into_iter().partition(is_instance);
        if card.nodes.is_empty() {
            // The element of a whole device carries them all.
            for (index, parameter) in self.parameters.iter().enumerate() {
                if parameter.instance && !instance.iter().any(|p| p.parameter() == Some(index)) {
                    let name = parameter.name.clone();
                    let value = CardValueIr::Parameter(index);
                    instance.push(CardParameterIr { value, name, negated: [false; 2] });
                }
            }
        }
        let nodes: Vec<usize> = card
            .nodes
            .iter()
            .filter_map(|n| self.lower.node_named(&n.text, n.span, self.nodes))
            .filter_map(|n| usize::try_from(n).ok())
            .collect();
        CardIr {
            nodes,
            family: card.family.text.clone(),
            devices: self.devices(card),
            settings: card.settings.iter().filter_map(|s| self.setting(s)).collect(),
            carried: parameters.iter().chain(&instance).filter_map(|p| p.parameter()).collect(),
            parameters,
            instance,
        }
    }

    /// The card of a part: its template's, with the values that the part has here.
    fn part_card(&mut self, part: &PartCard) -> CardIr {
        let mut card = CardIr {
            family: part.card.family.text.clone(),
            devices: Vec::new(),
            settings: Vec::new(),
            nodes: Vec::new(),
            parameters: Vec::new(),
            instance: Vec::new(),
            carried: BTreeSet::new(),
        };
        // The polarity of the part for each of the template.
        let own = |polarity: usize| polarity ^ usize::from(part.mirrored);
        let device = |polarity: usize| {
            let word = part.polarity.get(polarity);
            let mut devices = part.card.devices.iter();
            let named = devices
                .clone()
                .find(|(_, p)| p.as_ref().zip(word).is_some_and(|(p, w)| p.text == w.text));
            named.or_else(|| devices.next()).map_or(String::new(), |(d, _)| d.text.clone())
        };
        card.devices = vec![device(own(0)), device(own(1))];
        for setting in &part.card.settings {
            let of = |word: &Word| part.polarity.iter().position(|p| p.text == word.text);
            // What is wrong with a setting was told in the part's template.
            let mut scratch = Diagnostics::new();
            let (names, pack) = (self.lower.names, self.lower.pack);
            let value = setting.value.as_ref().and_then(|expr| {
                constant_of(expr, "a setting of a card", names, pack, &mut scratch)
            });
            card.settings.push(CardSettingIr {
                name: setting.name.text.clone(),
                value: value.map(|c| c.value),
                polarity: setting.polarity.as_ref().and_then(of).map(own),
            });
        }
        for node in &part.card.nodes {
            let name = part.nodes.get(&node.text);
            card.nodes.extend(name.and_then(|n| self.nodes.iter().position(|own| own == n)));
        }
        if part.card.nodes.is_empty() {
            let pins = part.pins.iter();
            card.nodes = pins.filter_map(|n| self.nodes.iter().position(|own| own == n)).collect();
        }
        let listed = |name: &Word| part.card.parameters.iter().any(|e| e.name.text == name.text);
        let implied = part
            .parameters
            .iter()
            .filter(|p| p.instance && part.card.nodes.is_empty() && !listed(&p.name));
        let implied: Vec<CardEntry> = implied
            .map(|p| CardEntry { name: p.name.clone(), written: None, signed: false })
            .collect();
        for entry in part.card.parameters.iter().chain(&implied) {
            let Some((written, is_instance, usage)) = self.part_entry(part, entry) else {
                continue;
            };
            card.carried.extend(usage.into_iter().filter_map(|i| usize::try_from(i).ok()));
            let list = if is_instance { &mut card.instance } else { &mut card.parameters };
            list.push(written);
        }
        card
    }

    /// A parameter on the card of a part, whether it is one of the element, and the parameters
    /// of the template that it depends on.
    fn part_entry(
        &mut self,
        part: &PartCard,
        entry: &CardEntry,
    ) -> Option<(CardParameterIr, bool, BTreeSet<u32>)> {
        let declared = part.parameters.iter().find(|p| p.name.text == entry.name.text)?;
        let local = format!("{}{}", part.prefix, entry.name.text);
        let value = (*self.lower.locals.get(&local)?)?.id;
        // What is wrong with the declaration was told in the part's template.
        let mut scratch = Diagnostics::new();
        let (names, pack) = (self.lower.names, self.lower.pack);
        let declared = check_parameter(declared, names, pack, &mut scratch)?;
        let sign = |polarity: usize| entry.signed && (polarity ^ usize::from(part.mirrored)) == 1;
        let written = CardParameterIr {
            value: CardValueIr::OfPart {
                value,
                unit: declared.card_unit,
                default: declared.default,
                off_at_zero: declared.is_off_at_zero(),
            },
            name: entry.written.as_ref().unwrap_or(&entry.name).text.clone(),
            negated: [sign(0), sign(1)],
        };
        Some((written, declared.instance, self.usage(&[value]).parameters))
    }

    /// The index of a parameter that a card names; a name that was diagnosed elsewhere is none.
    fn parameter_on_card(&mut self, name: &Word) -> Option<usize> {
        let index = self.parameters.iter().position(|p| p.name == name.text);
        if index.is_none()
            && !self.is_parameter(&name.text)
            && !self.lower.names.is_broken(&name.text)
        {
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::UNKNOWN_PARAMETER,
                    format!("the template has no parameter `{}`", name.text),
                )
                .at(name.span)
                .maybe_help(likely(&name.text, self.parameters.iter().map(|p| p.name.as_str()))),
            );
        }
        index
    }

    /// The device types in the order of the polarities.
    fn devices(&mut self, card: &Card) -> Vec<String> {
        let polarities = &self.merged.polarity;
        if let [(only, None)] = card.devices.as_slice() {
            return vec![only.text.clone()];
        }
        for (device, polarity) in &card.devices {
            match polarity {
                Some(word) => {
                    self.polarity(word);
                }
                None => self.lower.diagnostics.push(
                    Diagnostic::error(
                        Code::CARD_POLARITY,
                        "one of several device types does not say which polarity it is for",
                    )
                    .at(device.span)
                    .help("write `\"NPN\" for npn, \"PNP\" for pnp`"),
                ),
            }
        }
        let mut devices = Vec::new();
        let all_say = card.devices.iter().all(|(_, polarity)| polarity.is_some());
        for word in polarities.iter().filter(|_| all_say) {
            let mut of = card
                .devices
                .iter()
                .filter(|(_, p)| p.as_ref().is_some_and(|p| p.text == word.text))
                .map(|(device, _)| device);
            match (of.next(), of.next()) {
                (Some(device), None) => devices.push(device.text.clone()),
                (None, _) => self.lower.diagnostics.push(
                    Diagnostic::error(
                        Code::CARD_POLARITY,
                        format!("the card has no device type for `{}`", word.text),
                    )
                    .label(card.span, "this card")
                    .label(word.span, "the polarity"),
                ),
                (Some(_), Some(second)) => self.lower.diagnostics.push(
                    Diagnostic::error(
                        Code::CARD_POLARITY,
                        format!("the card has two device types for `{}`", word.text),
                    )
                    .at(second.span),
                ),
            }
        }
        if devices.is_empty() {
            devices.extend(card.devices.first().map(|(device, _)| device.text.clone()));
        }
        devices
    }

    fn setting(&mut self, setting: &CardSetting) -> Option<CardSettingIr> {
        let polarity = match &setting.polarity {
            Some(word) => Some(self.polarity(word)?),
            None => None,
        };
        let value = match &setting.value {
            None => None,
            Some(expr) => {
                let (names, pack) = (self.lower.names, self.lower.pack);
                let what = "a setting of a card";
                let constant = constant_of(expr, what, names, pack, &mut self.lower.diagnostics)?;
                if constant.dimension != Dimension::NONE {
                    let operand = Operand::of(expr, constant.dimension);
                    let place = Some(setting.name.span);
                    self.lower.diagnostics.push(unexpected(what, place, Dimension::NONE, operand));
                    return None;
                }
                Some(constant.value)
            }
        };
        Some(CardSettingIr { name: setting.name.text.clone(), value, polarity })
    }

    /// The index of a polarity of the template.
    fn polarity(&mut self, word: &Word) -> Option<usize> {
        let polarities = &self.merged.polarity;
        let found = polarities.iter().position(|p| p.text == word.text);
        if found.is_none() {
            let known = polarities.iter().map(|p| p.text.as_str());
            let help = likely(&word.text, known).unwrap_or_else(|| {
                String::from("declare it: `polarity npn, pnp`, that of the equations first")
            });
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::CARD_POLARITY,
                    format!("the template has no polarity `{}`", word.text),
                )
                .at(word.span)
                .help(help),
            );
        }
        found
    }

    /// A device is one card, or several of which each says where it lies.
    fn cards_of_one_device(&mut self) {
        let merged = self.merged;
        for card in merged.cards.iter().filter(|c| c.nodes.is_empty()) {
            let others = merged.cards.iter().filter(|c| c.family.text == card.family.text);
            let Some(other) = others.into_iter().find(|o| o.span != card.span) else { continue };
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::CARDS_OF_DEVICE,
                    format!("the device has several `{}` cards", card.family.text),
                )
                .label(card.span, "this one does not say where it lies")
                .label(other.span, "another")
                .help("say after `on` which pins or nodes it lies between, or leave one out"),
            );
            return;
        }
    }
}
