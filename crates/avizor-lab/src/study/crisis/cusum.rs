//! The best that anybody could do: a CUSUM that knows the usual rate and the shape of what is coming.
//!
//! For an onset at bucket *t*, the counts are Poisson with the usual rate plus the shape from *t* on. The
//! statistic is the greatest log-likelihood ratio over all onsets (Page 1954; Lorden 1971 for shapes that
//! are not constant), and no rule that has the same false alarms is sooner to hear of a change of that
//! shape. It is a bound and no rival: nobody knows the shape beforehand.

/// What is usual, and what comes on top of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Usual count of each bucket of the week.
    pub usual: Vec<f64>,
    /// Mean count on top, in each bucket from the onset.
    pub wave: Vec<f64>,
}

/// The statistic, bucket by bucket.
#[derive(Clone, Debug)]
pub struct Cusum<'a> {
    shape: &'a Shape,
    /// Log-likelihood ratios of the onsets that are still open, latest last.
    open: std::collections::VecDeque<f64>,
}

impl Shape {
    /// From quiet streams and streams with the wave, all of which begin at the same hour of the week.
    ///
    /// `onset` is the bucket of the onset, and `length` how many buckets of the wave are of interest.
    pub fn learn(quiet: &[&[u32]], waves: &[&[u32]], onset: usize, length: usize) -> Self {
        let mean = |streams: &[&[u32]], bucket: usize| {
            let total: u32 = streams.iter().filter_map(|s| s.get(bucket)).sum();
            f64::from(total) / streams.len().max(1) as f64
        };
        let week = quiet.iter().map(|s| s.len()).max().unwrap_or(0);
        // Half an hour on either side steadies the mean of a few hundred streams.
        let usual: Vec<f64> = (0..week)
            .map(|b| {
                let near = b.saturating_sub(6)..(b + 7).min(week);
                let n = near.len() as f64;
                near.map(|i| mean(quiet, i)).sum::<f64>() / n
            })
            .map(|m| m.max(1e-3))
            .collect();
        let wave = (onset..onset + length)
            .map(|b| (mean(waves, b) - usual[b % week.max(1)]).max(1e-3))
            .collect();
        Self { usual, wave }
    }

    /// The first bucket of `counts` from `from` on in which the statistic is above `threshold`.
    pub fn alarm(&self, counts: &[u32], from: usize, threshold: f64) -> Option<usize> {
        let mut cusum = Cusum::new(self);
        // An onset before `from` may not be in doubt any more: begin a wave's length earlier.
        let first = from.saturating_sub(self.wave.len());
        (first..counts.len())
            .map(|b| (b, cusum.step(b, counts[b])))
            .find(|(b, s)| *b >= from && *s > threshold)
            .map(|(b, _)| b)
    }

    /// How many times the statistic rises above `threshold`, a rise within `rest` buckets of another not counted.
    pub fn alarms(&self, counts: &[u32], threshold: f64, rest: usize) -> usize {
        let mut cusum = Cusum::new(self);
        let (mut alarms, mut last) = (0, None::<usize>);
        for (b, &n) in counts.iter().enumerate() {
            if cusum.step(b, n) > threshold {
                alarms += usize::from(last.is_none_or(|l| b - l > rest));
                last = Some(b);
            }
        }
        alarms
    }

    /// The threshold at which quiet streams raise at most `alarms` in all.
    pub fn threshold(&self, quiet: &[&[u32]], alarms: f64, rest: usize) -> f64 {
        let (mut low, mut high) = (0.0, 200.0);
        for _ in 0..30 {
            let middle = f64::midpoint(low, high);
            let raised: usize = quiet.iter().map(|s| self.alarms(s, middle, rest)).sum();
            if raised as f64 > alarms {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

impl<'a> Cusum<'a> {
    /// Nothing seen yet.
    pub fn new(shape: &'a Shape) -> Self {
        Self {
            shape,
            open: std::collections::VecDeque::new(),
        }
    }

    /// Takes the count of a bucket of the stream; O(length of the wave).
    pub fn step(&mut self, bucket: usize, count: u32) -> f64 {
        self.open.push_back(0.0);
        if self.open.len() > self.shape.wave.len() {
            self.open.pop_front();
        }
        let usual = self.shape.usual[bucket % self.shape.usual.len().max(1)];
        let newest = self.open.len() - 1;
        let mut best = 0.0_f64;
        for (place, ratio) in self.open.iter_mut().enumerate() {
            let wave = self.shape.wave[newest - place];
            *ratio += f64::from(count) * libm::log1p(wave / usual) - wave;
            best = best.max(*ratio);
        }
        best
    }
}
