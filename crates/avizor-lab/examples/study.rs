//! Prints the promises of reputation with what a simulation makes of them: `study [ROUNDS]`.

use avizor_lab::study;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|n| n.parse().ok());
    println!("{:<72} {:>13} {:>7}  kept", "what", "target", "got");
    for figure in study::run(rounds.unwrap_or(2_000)) {
        let (low, high) = figure.target;
        let target = if high.is_finite() {
            format!("{low:.2} to {high:.2}")
        } else {
            format!("{low:.2} or more")
        };
        let kept = if figure.kept() { "yes" } else { "NO" };
        println!(
            "{:<72} {target:>13} {:>7.3}  {kept}",
            figure.name, figure.got
        );
    }
}
