//! Rows to the shapes of a panel: a line with its band, gaps, volume, and signals on the same time line.
//! Only geometry; the markup is in `templates/panel.svg`.

use std::fmt::Write as _;

use avizor::{ReputationRow, Timestamp};

use crate::fire::Fire;
use crate::format::Format;
use crate::ticks;

/// What all panels share, so that they can be compared.
pub(crate) struct Frame {
    pub from: Timestamp,
    pub to: Timestamp,
    pub scores: (f64, f64),
    /// Whether any panel has signals: then all leave room for them.
    pub signals: bool,
    /// First moments of the days, for the axis.
    pub days: Vec<Timestamp>,
}

/// Size of a panel, in units of its own; it is stretched to the width it is given.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub width: f64,
    plot: f64,
    volume: f64,
}

impl Size {
    /// Across the page.
    pub(crate) const WIDE: Self = Self {
        width: 1080.0,
        plot: 230.0,
        volume: 56.0,
    };
    /// On a small screen.
    pub(crate) const NARROW: Self = Self {
        width: 350.0,
        plot: 170.0,
        volume: 40.0,
    };
    /// One of many.
    pub(crate) const SMALL: Self = Self {
        width: 350.0,
        plot: 120.0,
        volume: 30.0,
    };
}

const LEFT: f64 = 34.0;
const RIGHT: f64 = 44.0;
const LANE: f64 = 20.0;
const LANES: usize = 3;

/// One entity's panel, ready to be written.
pub(crate) struct Panel {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub base: f64,
    pub zero: f64,
    pub bands: Vec<String>,
    pub lines: Vec<String>,
    pub dots: Vec<(f64, f64)>,
    pub gaps: Vec<Gap>,
    pub score_ticks: Vec<(f64, String)>,
    pub day_ticks: Vec<(f64, String)>,
    pub volume: String,
    pub negative: String,
    pub most: Option<Label>,
    pub last: Option<Label>,
    pub lowest: Option<Label>,
    pub marks: Vec<Mark>,
}

/// A stretch of days without a number.
pub(crate) struct Gap {
    pub x: f64,
    pub width: f64,
    pub labelled: bool,
}

/// A value written beside its point.
pub(crate) struct Label {
    pub x: f64,
    pub y: f64,
    pub text: String,
    pub anchor: &'static str,
}

/// A signal on the time line.
pub(crate) struct Mark {
    pub number: usize,
    pub look: &'static str,
    pub x: f64,
    pub width: f64,
    /// Where its number stands; none where there is no room.
    pub lane: Option<f64>,
    pub title: String,
}

struct Scale<'a> {
    frame: &'a Frame,
    size: Size,
    top: f64,
}

impl Scale<'_> {
    fn x(&self, at: Timestamp) -> f64 {
        let length = (self.frame.to.millis() - self.frame.from.millis()).max(1) as f64;
        let part = (at.millis() - self.frame.from.millis()) as f64 / length;
        LEFT + part.clamp(0.0, 1.0) * (self.size.width - LEFT - RIGHT)
    }

    fn middle(&self, row: &ReputationRow) -> f64 {
        f64::midpoint(self.x(row.start), self.x(row.end))
    }

    fn y(&self, score: f64) -> f64 {
        let (low, high) = self.frame.scores;
        self.top + (high - score.clamp(low, high)) / (high - low) * self.size.plot
    }
}

/// The panel of one entity.
pub(crate) fn panel(
    format: &Format,
    frame: &Frame,
    size: Size,
    rows: &[ReputationRow],
    fires: &[&Fire<'_>],
) -> Panel {
    let mut scale = Scale {
        frame,
        size,
        top: 0.0,
    };
    let marks = marks(format, &scale, fires);
    let least = if frame.signals { LANE } else { 0.0 };
    let lanes = marks
        .iter()
        .filter_map(|m| m.lane)
        .fold(least, |a, b| a.max(b + LANE / 2.0));
    scale.top = lanes + 14.0;
    let bottom = scale.top + size.plot;
    let base = bottom + 12.0 + size.volume;
    let (volume, negative, most) = volumes(format, &scale, rows, base);
    let mut panel = Panel {
        width: size.width,
        height: base + 22.0,
        left: LEFT,
        right: size.width - RIGHT,
        top: scale.top,
        bottom,
        base,
        zero: scale.y(0.0),
        bands: Vec::new(),
        lines: Vec::new(),
        dots: Vec::new(),
        gaps: gaps(&scale, rows),
        score_ticks: ticks::scores(frame.scores)
            .into_iter()
            .map(|s| (scale.y(s), format.points(s)))
            .collect(),
        day_ticks: ticks::days(format, &frame.days, (size.width / 72.0) as usize)
            .into_iter()
            .map(|(day, text)| (scale.x(day), text))
            .collect(),
        volume,
        negative,
        most,
        last: None,
        lowest: None,
        marks,
    };
    draw_scores(&mut panel, &scale, rows);
    label_scores(&mut panel, format, &scale, rows);
    panel
}

/// Runs of days with a score become lines with bands; a day that stands alone, a dot with a whisker.
fn draw_scores(panel: &mut Panel, scale: &Scale<'_>, rows: &[ReputationRow]) {
    for run in rows
        .split(|r| r.score.is_none())
        .filter(|run| !run.is_empty())
    {
        let mut line = String::new();
        let mut band = String::new();
        let mut back = Vec::new();
        for (row, score) in run.iter().filter_map(|r| r.score.map(|s| (r, s))) {
            let x = scale.middle(row);
            let pen = if line.is_empty() { 'M' } else { 'L' };
            let _ = write!(line, "{pen}{x:.1} {:.1}", scale.y(score.value));
            let _ = write!(band, "{pen}{x:.1} {:.1}", scale.y(score.high));
            back.push((x, scale.y(score.low)));
            if run.len() == 1 {
                panel.dots.push((x, scale.y(score.value)));
                let _ = write!(band, "h3");
                back.push((x + 3.0, scale.y(score.low)));
            }
        }
        for (x, y) in back.into_iter().rev() {
            let _ = write!(band, "L{x:.1} {y:.1}");
        }
        band.push('Z');
        panel.bands.push(band);
        panel.lines.push(line);
    }
}

fn label_scores(panel: &mut Panel, format: &Format, scale: &Scale<'_>, rows: &[ReputationRow]) {
    let scored = || rows.iter().filter_map(|r| r.score.map(|s| (r, s.value)));
    let Some((last, value)) = scored().next_back() else {
        return;
    };
    panel.last = Some(Label {
        x: scale.middle(last) + 6.0,
        y: scale.y(value) + 4.0,
        text: format.points(value),
        anchor: "start",
    });
    let lowest = scored().min_by(|a, b| a.1.total_cmp(&b.1));
    panel.lowest = lowest
        .filter(|(row, low)| row.start != last.start && *low < 0.0)
        .map(|(row, low)| {
            let x = scale.middle(row);
            let far = x > scale.size.width * 0.72;
            Label {
                x: if far { x - 7.0 } else { x + 7.0 },
                y: scale.y(low) + 4.0,
                text: format!("{} · {}", format.points(low), format.date_short(row.start)),
                anchor: if far { "end" } else { "start" },
            }
        });
}

fn gaps(scale: &Scale<'_>, rows: &[ReputationRow]) -> Vec<Gap> {
    let mut found: Vec<(f64, f64)> = Vec::new();
    for row in rows.iter().filter(|r| r.score.is_none()) {
        let (from, to) = (scale.x(row.start), scale.x(row.end));
        match found.last_mut() {
            Some(last) if from - last.1 < 0.5 => last.1 = to,
            _ => found.push((from, to)),
        }
    }
    let gap = |(x, to): (f64, f64)| Gap {
        x,
        width: to - x,
        labelled: to - x > 56.0,
    };
    found.into_iter().map(gap).collect()
}

/// Bars of all mentions and of the negative ones, and the greatest written out.
fn volumes(
    format: &Format,
    scale: &Scale<'_>,
    rows: &[ReputationRow],
    base: f64,
) -> (String, String, Option<Label>) {
    let (mut all, mut negative) = (String::new(), String::new());
    let Some(most) = rows
        .iter()
        .max_by_key(|r| r.volume)
        .filter(|r| r.volume > 0)
    else {
        return (all, negative, None);
    };
    let height = |n: u32| f64::from(n) / f64::from(most.volume) * (scale.size.volume - 12.0);
    for row in rows {
        let (from, to) = (scale.x(row.start), scale.x(row.end));
        let width = ((to - from) * 0.8).max(0.4);
        let x = f64::midpoint(from, to) - width / 2.0;
        for (path, n) in [(&mut all, row.volume), (&mut negative, row.negative)] {
            if n > 0 {
                let h = height(n);
                let _ = write!(path, "M{x:.1} {base:.1}v-{h:.1}h{width:.1}v{h:.1}z");
            }
        }
    }
    let x = scale.middle(most);
    let label = Label {
        x: x.clamp(LEFT + 16.0, scale.size.width - RIGHT - 16.0),
        y: base - scale.size.volume + 9.0,
        text: format.int(u64::from(most.volume)),
        anchor: "middle",
    };
    (all, negative, Some(label))
}

/// Numbers stand above the plot in up to three lanes, the first with room.
fn marks(format: &Format, scale: &Scale<'_>, fires: &[&Fire<'_>]) -> Vec<Mark> {
    let mut ends = [f64::MIN; LANES];
    let mut marks = Vec::new();
    for fire in fires {
        let Some(fired) = fire.fired else { continue };
        let x = scale.x(fired);
        let to = scale.x(fire.resolved.unwrap_or(scale.frame.to));
        let free = ends.iter().position(|end| x - end >= 0.0);
        let lane = free.filter(|_| fire.has_card());
        if let Some(lane) = lane {
            ends[lane] = x + LANE;
        }
        marks.push(Mark {
            number: fire.number,
            look: fire.look(),
            x,
            width: (to - x).max(2.0),
            lane: lane.map(|l| LANE * l as f64 + LANE / 2.0),
            title: format!(
                "{} · {} · {}",
                fire.call.level,
                fire.main.trigger,
                format.moment(fired)
            ),
        });
    }
    marks
}
