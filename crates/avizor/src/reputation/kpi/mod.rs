//! Indicators of performance: each with its formula, unit and denominator, from one registry.

mod half_life;
mod measure;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::period::Period;
use super::store::Reputation;
use crate::analysis::Language;
use crate::error::{Error, Result};

/// Names by which people ask for the one indicator that is not computed.
const ADVERTISING: [&str; 3] = ["ave", "eav", "vpe"];

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| toml::from_str(include_str!("kpis.toml")).unwrap_or_default());

#[derive(Default, Deserialize)]
struct Registry {
    kpi: Vec<KpiDefinition>,
}

/// What an indicator is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KpiDefinition {
    /// By which it is asked for.
    pub name: String,
    /// For readers.
    pub title: Words,
    /// How it is computed.
    pub formula: String,
    /// Of the value.
    pub unit: String,
    /// What it is a share or a mean of.
    pub denominator: String,
    /// Where the definition comes from; empty where it is common use.
    #[serde(default)]
    pub source: String,
    /// What answers in its place; empty for what is computed.
    #[serde(default)]
    pub instead: Vec<String>,
    /// What a reader must know; empty where the formula says it.
    #[serde(default)]
    pub note: Words,
}

/// The same in each language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
    /// Portuguese.
    pub pt: String,
}

impl Words {
    /// In a language; Spanish where it is not supported.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Portuguese => &self.pt,
            Language::Spanish | Language::Undetermined => &self.es,
        }
    }
}

/// An indicator of one entity and period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kpi {
    /// What it is.
    pub definition: KpiDefinition,
    /// In the definition's unit; none where its denominator is nothing, or the data cannot tell.
    pub value: Option<f64>,
    /// The size of the denominator; estimated where a sample had to stand for the mentions.
    pub of: f64,
    /// What answers in its place, for an indicator that would mislead.
    pub instead: Vec<Kpi>,
}

/// A value over a denominator of some size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Measured {
    value: Option<f64>,
    of: f64,
}

/// Every indicator that may be asked for, in the order of the registry.
pub fn kpi_definitions() -> &'static [KpiDefinition] {
    &REGISTRY.kpi
}

impl Reputation {
    /// Every indicator of an entity in a period. What needs a reference has the usual one.
    ///
    /// O(mentions sampled of the period and its reference).
    pub fn kpis(&self, entity: usize, period: Period) -> Vec<Kpi> {
        let facts = measure::Facts::of(self, entity, period);
        kpi_definitions()
            .iter()
            .filter(|d| d.instead.is_empty())
            .map(|d| kpi(d, facts.as_ref()))
            .collect()
    }

    /// One indicator by its name. Asked for advertising value equivalence (`ave`), it gives what AMEC puts in its
    /// place, in [`Kpi::instead`], and says why.
    ///
    /// # Errors
    /// [`Error::UnknownKpi`] for a name that is not in the registry.
    pub fn kpi(&self, entity: usize, name: &str, period: Period) -> Result<Kpi> {
        let asked = name.to_lowercase();
        let asked = if ADVERTISING.contains(&asked.as_str()) {
            "advertising_value_equivalence"
        } else {
            &asked
        };
        let definition = kpi_definitions()
            .iter()
            .find(|d| d.name == asked)
            .ok_or_else(|| Error::UnknownKpi {
                name: name.to_owned(),
                known: names(),
            })?;
        Ok(kpi(
            definition,
            measure::Facts::of(self, entity, period).as_ref(),
        ))
    }
}

fn names() -> String {
    let names = kpi_definitions().iter().map(|d| d.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

fn kpi(definition: &KpiDefinition, facts: Option<&measure::Facts>) -> Kpi {
    let Measured { value, of } = facts
        .and_then(|f| f.measure(&definition.name))
        .unwrap_or_default();
    let instead = kpi_definitions()
        .iter()
        .filter(|d| definition.instead.contains(&d.name) && d.instead.is_empty())
        .map(|d| kpi(d, facts))
        .collect();
    Kpi {
        definition: definition.clone(),
        value: value.filter(|v| v.is_finite()),
        of,
        instead,
    }
}
