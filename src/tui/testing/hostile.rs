//! The same desk with a hostile text wherever a word of the stay, of a person or of a site comes from outside.

use super::TestDesk;
use super::charts::reading;
use crate::chart::{Chart, Coding, DocumentClass, Evidence, Observation, Provider, Value};
use crate::work::model::ChartView;
use crate::work::model::Withheld;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

impl TestDesk {
    /// A desk on which these texts stand in every field of every chart, in turn, and in what is asked of it afterwards.
    pub fn hostile(words: Vec<String>) -> Self {
        let desk = Self::new();
        *desk.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
        let mut charts = std::mem::take(&mut desk.state().charts);
        charts.iter_mut().for_each(|view| desk.poison(view));
        desk.state().charts = charts;
        desk
    }

    /// The next hostile text in turn; on an ordinary desk what it would say.
    pub(super) fn said(&self, plain: &str) -> String {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.is_empty() {
            return plain.to_owned();
        }
        words.rotate_left(1);
        words.last().cloned().unwrap_or_default()
    }

    fn poison(&self, view: &mut ChartView) {
        let chart = Arc::make_mut(&mut view.chart);
        self.poison_chart(chart);
        // Hostile lines before the words that were there: what is quoted from them lies so much further on.
        let mut moved = BTreeMap::new();
        for document in &mut chart.documents {
            let lines: String = (0..6).map(|_| self.said("") + "\n").collect();
            moved.insert(document.identifier.clone(), lines.len());
            document.text.insert_str(0, &lines);
        }
        view.readings = Arc::new(chart.documents.iter().map(reading).collect());
        for row in &mut view.gaps {
            let gap = &mut row.gap;
            for text in [&mut gap.title, &mut gap.why].into_iter().chain(&mut gap.missing).chain(&mut gap.also) {
                *text = self.said("");
            }
            gap.condition = Some(self.said(""));
            gap.searched.iter_mut().for_each(|s| (s.what, s.r#where) = (self.said(""), self.said("")));
            for evidence in gap.evidence.iter_mut().chain(&mut gap.counter_evidence) {
                match evidence {
                    Evidence::Text(text) => {
                        let by = moved.get(&text.document).copied().unwrap_or_default();
                        (text.start, text.end) = (text.start + by, text.end + by);
                        (text.author, text.quote) = (Some(self.said("")), self.said(""));
                    }
                    Evidence::Value(value) => {
                        (value.name, value.value) = (self.said(""), self.said(""));
                        (value.unit, value.reference) = (Some(self.said("")), Some(self.said("")));
                    }
                }
            }
            row.dismissed = Some(self.said(""));
        }
        (view.note, view.claimed) = (Some(self.said("")), Some(self.said("")));
        view.withheld.push(Withheld { document: self.said(""), class: DocumentClass::Psychotherapy, time: None });
    }

    fn poison_chart(&self, chart: &mut Chart) {
        if let Some(patient) = &mut chart.patient {
            (patient.family, patient.given, patient.mrn) = (Some(self.said("")), Some(self.said("")), Some(self.said("")));
        }
        let stay = &mut chart.encounter;
        stay.locations.iter_mut().for_each(|l| l.name = self.said(""));
        stay.attending.iter_mut().chain(&mut stay.participants).for_each(|p| self.poison_provider(p));
        for field in
            [&mut stay.service, &mut stay.disposition, &mut stay.reason, &mut stay.working_drg, &mut stay.account, &mut stay.status]
        {
            *field = Some(self.said(""));
        }
        for document in &mut chart.documents {
            for provider in document.author.iter_mut().chain(&mut document.signer) {
                self.poison_provider(provider);
            }
            (document.title, document.service, document.encoding) = (Some(self.said("")), Some(self.said("")), Some(self.said("")));
            document.code = Some(Coding { code: self.said(""), display: Some(self.said("")), system: Some(self.said("")) });
        }
        // One name for what had one name, so that there is a trend to draw.
        let mut names = BTreeMap::new();
        for o in chart.observations.iter_mut().chain(chart.prior.iter_mut().flat_map(|p| &mut p.observations)) {
            let name = names.entry(o.name.clone()).or_insert_with(|| self.said("")).clone();
            self.poison_value(o, name);
        }
        for prior in &mut chart.prior {
            prior.encounter.reason = Some(self.said(""));
        }
        for order in &mut chart.orders {
            (order.name, order.status) = (self.said(""), Some(self.said("")));
        }
        for drug in &mut chart.medications {
            (drug.name, drug.dose, drug.route) = (self.said(""), Some(self.said("")), Some(self.said("")));
            drug.status = Some(self.said(""));
        }
        for procedure in &mut chart.procedures {
            (procedure.name, procedure.status) = (self.said(""), Some(self.said("")));
        }
        for problem in &mut chart.problems {
            problem.name = self.said("");
        }
    }

    fn poison_provider(&self, provider: &mut Provider) {
        (provider.name, provider.service) = (Some(self.said("")), Some(self.said("")));
    }

    fn poison_value(&self, o: &mut Observation, name: String) {
        o.name = name;
        (o.interpretation, o.note, o.status) = (Some(self.said("")), Some(self.said("")), Some(self.said("")));
        if let Some(Value::Quantity(quantity)) = &mut o.value {
            quantity.unit = Some(self.said(""));
        }
    }
}
