//! The generated reference is up to date.

use std::path::Path;

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let made = cowrite::cli::reference();
    let line = there.lines().zip(made.lines()).position(|(there, made)| there != made);
    let line = line.unwrap_or_else(|| there.lines().count().min(made.lines().count())) + 1;
    assert!(
        there == made,
        "docs/reference.md differs from line {line} on; make it anew with:\n\
         cargo run -- reference > docs/reference.md"
    );
}
