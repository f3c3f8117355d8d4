//! Windows to surprise, surprise to signals with a life.
//!
//! Every five minutes of event time each rule of the protocol is judged for each entity, over its own
//! trailing window. Knows nothing of texts: only of what was counted.

mod board;
mod bucket;
mod budget;
mod explain;
mod judge;
mod life;
mod past;
mod signal;
mod surprise;
mod tell;
mod watch;
mod window;

pub use board::{Board, OpenSignal};
pub use budget::BudgetReport;
pub use signal::{
    Confirmation, Counterfactual, Signal, SignalAuthor, SignalEnd, SignalEvidence, SignalHand,
    SignalLife, SignalResponse, SignalState, SignalTopic, SignalWindow, Strategy,
};
pub use surprise::{Reading, Surprise, WindowReading};

pub(crate) use bucket::Bucket;
pub(crate) use judge::judge;
pub(crate) use life::{Act, Life};
pub(crate) use tell::{Scene, id, tell};
pub(crate) use watch::{Watch, patience};
