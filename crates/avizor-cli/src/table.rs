//! Text for people in at most 80 columns: aligned cells, wrapped sentences, an interval as a bar.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Nothing is wider than this.
pub(crate) const WIDTH: usize = 80;

/// Cells in columns two spaces apart; the first column to the left, the others to the right. The first column gives
/// way where a row would be too wide.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns)
        .map(|c| {
            rows.iter()
                .filter_map(|r| r.get(c))
                .map(|cell| cell.width())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let others: usize = widths.iter().skip(1).map(|w| w + 2).sum();
    if let Some(first) = widths.first_mut() {
        *first = (*first).min(WIDTH.saturating_sub(others).max(8));
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            if c == 0 {
                line.push_str(&left(cell, widths[0]));
            } else {
                line.push_str("  ");
                line.push_str(&right(cell, widths[c]));
            }
        }
        text.push_str(&cut(line.trim_end(), WIDTH));
        text.push('\n');
    }
    text
}

/// `cell` and spaces, `width` in all; cut with an ellipsis where it is longer.
pub(crate) fn left(cell: &str, width: usize) -> String {
    let cell = cut(cell, width);
    let spaces = width - cell.width().min(width);
    format!("{cell}{}", " ".repeat(spaces))
}

/// Spaces and `cell`, `width` in all.
pub(crate) fn right(cell: &str, width: usize) -> String {
    let cell = cut(cell, width);
    let spaces = width - cell.width().min(width);
    format!("{}{cell}", " ".repeat(spaces))
}

/// At most `width` columns, with an ellipsis where something was left out.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if kept.width() + c.width().unwrap_or(0) + 1 > width {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// `text` in lines of at most [`WIDTH`] columns, each after `indent` spaces; a longer word is broken.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let room = WIDTH - indent;
    let mut lines: Vec<String> = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        for (i, piece) in pieces(word, room).into_iter().enumerate() {
            let gap = usize::from(used > 0 && i == 0);
            let last = lines.len() - 1;
            if used + gap + piece.width() <= room {
                lines[last].push_str(&" ".repeat(gap));
                lines[last].push_str(&piece);
                used += gap + piece.width();
            } else {
                used = piece.width();
                lines.push(piece);
            }
        }
    }
    let margin = " ".repeat(indent);
    lines
        .iter()
        .flat_map(|line| [margin.as_str(), line, "\n"])
        .collect()
}

/// A word in parts that fit.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in word.chars() {
        let last = pieces.len() - 1;
        if pieces[last].width() + c.width().unwrap_or(0) > room {
            pieces.push(c.to_string());
        } else {
            pieces[last].push(c);
        }
    }
    pieces
}

/// An estimate with its interval on the scale from -100 to 100, `width` columns wide, zero in the middle.
pub(crate) fn bar(low: f64, value: f64, high: f64, width: usize) -> String {
    let place = |x: f64| {
        let share = (x.clamp(-100.0, 100.0) + 100.0) / 200.0;
        (share * (width - 1) as f64).round() as usize
    };
    let (low, value, high, zero) = (place(low), place(value), place(high), place(0.0));
    (0..width)
        .map(|i| match i {
            i if i == value => '●',
            i if (low..=high).contains(&i) => '─',
            i if i == zero => '┆',
            _ => ' ',
        })
        .collect()
}

/// Rows and columns of a plot.
const PLOT: (usize, usize) = (10, 60);

/// Points on a plane whose axes begin at 0, with the greatest value at the end of each.
pub(crate) fn plot(points: &[(f64, f64)], x: &str, y: &str) -> String {
    let top = |f: fn(&(f64, f64)) -> f64| points.iter().map(f).fold(f64::MIN_POSITIVE, f64::max);
    let (right, high) = (top(|p| p.0), top(|p| p.1));
    let (rows, columns) = PLOT;
    let mut cells = vec![vec![' '; columns]; rows];
    for (px, py) in points {
        let column = (px / right * (columns - 1) as f64).round() as usize;
        let row = (py / high * (rows - 1) as f64).round() as usize;
        cells[rows - 1 - row.min(rows - 1)][column.min(columns - 1)] = '●';
    }
    let mut text = format!("{y}\n");
    for (i, row) in cells.into_iter().enumerate() {
        let label = match i {
            0 => short(high),
            i if i == rows - 1 => "0".to_owned(),
            _ => String::new(),
        };
        let line: String = row.into_iter().collect();
        text.push_str(format!("{} │{line}", right_aligned(&label)).trim_end());
        text.push('\n');
    }
    let axis = format!("{} └{}", right_aligned(""), "─".repeat(columns));
    let end = short(right);
    let gap = columns.saturating_sub(x.width() + end.width() + 2);
    let margin = " ".repeat(axis.width() - columns);
    let _ = writeln!(text, "{axis}\n{margin}0 {x}{}{end}", " ".repeat(gap));
    text
}

fn right_aligned(label: &str) -> String {
    right(label, 8)
}

/// Two decimals, but only where they say something.
fn short(x: f64) -> String {
    if x >= 100.0 || x.fract() == 0.0 {
        format!("{x:.0}")
    } else {
        format!("{x:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_eighty_columns() {
        let long = "un texto con eñes y 日本語 y ".repeat(20) + &"x".repeat(300);
        for line in wrapped(&long, 4).lines() {
            assert!(line.width() <= WIDTH, "{line}");
        }
        let rows = vec![
            vec![long.clone(), "1".into()],
            vec!["a".into(), "22".into()],
        ];
        let table = aligned(&rows);
        assert!(table.lines().all(|l| l.width() <= WIDTH), "{table}");
        assert!(table.ends_with("22\n"));
    }

    #[test]
    fn a_plot_puts_points_where_they_belong() {
        let text = plot(&[(0.0, 50.0), (2.0, 0.0)], "alarms", "delay");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], format!("{:>8} │●", 50));
        assert_eq!(lines[10], format!("{:>8} │{}●", 0, " ".repeat(59)));
        assert!(lines[12].ends_with(" 2") && lines.iter().all(|l| l.width() <= WIDTH));
    }

    #[test]
    fn a_bar_shows_interval_value_and_zero() {
        assert_eq!(bar(-100.0, -50.0, 0.0, 9), "──●──    ");
        assert_eq!(bar(50.0, 100.0, 100.0, 9), "    ┆ ──●");
        assert_eq!(bar(f64::MIN, 0.0, f64::MAX, 5), "──●──");
    }
}
