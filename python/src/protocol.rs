//! A protocol and the text it was read from, which is what a pickle carries.

use std::sync::Arc;

use pyo3::prelude::*;
use serde_json::json;

use crate::errors;

/// A protocol that was found sound.
#[pyclass(frozen, module = "avizor._avizor")]
pub(crate) struct Protocol {
    pub(crate) inner: Arc<avizor::Protocol>,
    /// As it was written.
    #[pyo3(get)]
    pub(crate) source: String,
}

#[pymethods]
impl Protocol {
    #[new]
    fn new(py: Python<'_>, source: String) -> PyResult<Self> {
        let inner = avizor::Protocol::parse(&source).map_err(|e| errors::core(py, &e))?;
        Ok(Self {
            inner: Arc::new(inner),
            source,
        })
    }

    /// What the file says, as JSON.
    fn outline(&self) -> String {
        let p = &self.inner;
        let entity = |e: &avizor::protocol::Entity| {
            json!({
                "name": e.name, "aliases": e.aliases, "exclude": e.exclude, "context": e.context,
            })
        };
        let outline = json!({
            "language": p.language.code(),
            "timezone": p.timezone,
            "allowed_lateness": p.allowed_lateness.to_string(),
            "entities": p.entities.iter().map(entity).collect::<Vec<_>>(),
            "competitors": p.competitors.iter().map(entity).collect::<Vec<_>>(),
            "topics": p.topics,
            "levels": p.levels.iter().map(|l| json!({
                "name": l.name,
                "severity": l.severity,
                "owner": l.owner,
                "respond_within": l.respond_within.to_string(),
                "actions": l.actions,
                "may_answer": l.may_answer,
                "working_hours": l.working_hours,
                "escalate_after": l.escalate_after.map(|s| s.to_string()),
                "escalate_to": l.escalate_to.and_then(|i| p.levels.get(i)).map(|l| &l.name),
                "confirm": l.confirm,
                "statement": l.statement.as_ref().map(avizor::protocol::Statement::source),
            })).collect::<Vec<_>>(),
            "triggers": p.triggers.iter().map(|t| json!({
                "name": t.name,
                "level": p.levels.get(t.level).map(|l| &l.name),
                "window": t.window.to_string(),
                "when": t.when.source(),
                "for": t.hold.to_string(),
                "keep_firing_for": t.keep_firing_for.to_string(),
                "alarms_per_month": t.alarms_per_month,
            })).collect::<Vec<_>>(),
            "tests": p.tests,
        });
        outline.to_string()
    }
}
