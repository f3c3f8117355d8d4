//! Whether reputation keeps its promises, by simulation: a truth is drawn, mentions are drawn from it, and what
//! is said of them is held against the truth.

mod coverage;
mod stream;

/// One promise: what it should be, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// The least and the most that keep the promise.
    pub target: (f64, f64),
    /// What came out.
    pub got: f64,
}

impl Figure {
    fn within(name: impl Into<String>, target: (f64, f64), got: f64) -> Self {
        Self {
            name: name.into(),
            target,
            got,
        }
    }

    /// Whether the promise is kept.
    pub fn kept(&self) -> bool {
        (self.target.0..=self.target.1).contains(&self.got)
    }
}

/// Every study, with about so many rounds each: 2,000 give two sure decimals and take a minute.
///
/// The same rounds give the same figures on every platform.
pub fn run(rounds: u32) -> Vec<Figure> {
    coverage::figures(rounds)
}

/// The share that is true.
fn share(of: &[bool]) -> f64 {
    of.iter().filter(|b| **b).count() as f64 / of.len().max(1) as f64
}
