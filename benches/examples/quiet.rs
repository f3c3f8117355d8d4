//! Prints the example protocol with a rule a level that never holds in the place of its own: `quiet`.

use avizor_benches::airline_without_rules;

fn main() {
    print!("{}", airline_without_rules());
}
