//! Edits of one answer that build on each other: together they are what they are one after the other.

use cowrite::assist::Answer;
use cowrite::base::Rand;
use ropey::Rope;

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n")
}

/// A line that no other is like.
fn line(rand: &mut Rand, count: &mut usize) -> String {
    *count += 1;
    let words = ["oak", "elm", "ash", "fir", "yew", "box"];
    let word = words[rand.below(words.len())];
    format!("{word} {}{word} of row {count}\n", char::from(b'a' + (*count % 26) as u8))
}

#[test]
fn a_chain_of_edits_is_each_after_the_other() {
    for seed in 0..400 {
        let mut rand = Rand::from_number(seed);
        let mut count = 0;
        let lines = 3 + rand.below(5);
        let mut now: Vec<String> = (0..lines).map(|_| line(&mut rand, &mut count)).collect();
        let before = now.concat();
        let mut answer = String::new();
        for _ in 0..2 + rand.below(5) {
            let at = rand.below(now.len());
            // Of one line, or of two, which become two or three.
            let end = (at + 1 + rand.below(2)).min(now.len());
            let old = now[at..end].concat();
            let mut new: Vec<String> = now[at..end].to_vec();
            match rand.below(3) {
                // Two that put something in at one line of the text keep the order of the answer.
                0 if new.len() > 1 => new.insert(1, line(&mut rand, &mut count)),
                _ => {
                    let which = rand.below(new.len());
                    new[which] = line(&mut rand, &mut count);
                }
            }
            answer.push_str(&block(&old, &new.concat()));
            now.splice(at..end, new);
        }
        let read = Answer::read(&Rope::from_str(&before), &answer, &|_| false);
        let fits = read.fits(false);
        // An edit whose place is not certain is told; nothing ever goes elsewhere.
        if fits.iter().all(|fit| fit.is_done()) {
            assert_eq!(read.applied(&before, &fits), now.concat(), "{seed}: {before}\n{answer}");
        } else {
            let refused = fits.iter().filter(|fit| !fit.is_done()).count();
            panic!("{seed}: {refused} refused: {fits:?}\n{before}\n{answer}");
        }
    }
}
