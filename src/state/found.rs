//! How the place of a hunk was found, in words: what was quoted exactly needs none, what was found by
//! likeness only has its own.

use crate::session::OpenHunk;

/// What was tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerated {
    /// The step in the log.
    step: &'static str,
    /// In two or three words, for a list.
    pub short: &'static str,
    pub words: &'static str,
}

const ALL: &[Tolerated] = &[
    Tolerated {
        step: "space",
        short: "other blanks",
        words: "the model quoted this with other blanks or line ends",
    },
    Tolerated {
        step: "marks",
        short: "other marks",
        words: "the model wrote its quotes, dashes, list marks or letters in another form",
    },
    Tolerated {
        step: "gap",
        short: "quoted in pieces",
        words: "the model quoted this in pieces, with a gap between them",
    },
];

/// What was tolerated to find a hunk's place: nothing where it was quoted exactly, where a person
/// placed it, and where it was found by likeness.
pub fn tolerated(hunk: &OpenHunk) -> Option<&'static Tolerated> {
    let step = hunk.step.as_deref().filter(|_| !hunk.loose)?;
    ALL.iter().find(|one| one.step == step)
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::assist::Step;

    #[test]
    fn every_tolerant_step_has_words() {
        let steps = [Step::Exact, Step::Space, Step::Marks, Step::Gap, Step::Line, Step::Words];
        let tolerant = steps.into_iter().filter(|step| *step != Step::Exact && !step.is_loose());
        let told: Vec<&str> = ALL.iter().map(|one| one.step).collect();
        assert_eq!(told, tolerant.map(Step::name).collect::<Vec<_>>());
    }
}
