//! Choosing the next word: the likeliest, or by lot from a seed. Knows no vocabulary.

use super::math;
use crate::base::Rand;

/// How words are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Choice {
    /// 0 takes the likeliest.
    pub(crate) temperature: f32,
    /// Only the likeliest that together have this share.
    pub(crate) top_p: f32,
    /// Only those that have this share of the likeliest's.
    pub(crate) min_p: f32,
}

/// The most candidates that a lot is drawn from.
const MOST: usize = 256;

/// The word that comes next, of those that `may` stand there; `None` when none may.
pub(crate) fn choose(
    logits: &[f32],
    choice: Choice,
    rand: &mut Rand,
    may: impl Fn(u32) -> bool,
) -> Option<u32> {
    let allowed =
        logits.iter().enumerate().filter(|(id, logit)| logit.is_finite() && may(*id as u32));
    if choice.temperature <= 0.0 {
        return allowed.max_by(|a, b| a.1.total_cmp(b.1)).map(|(id, _)| id as u32);
    }
    let mut words: Vec<(u32, f32)> = allowed.map(|(id, logit)| (id as u32, *logit)).collect();
    let by_chance = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if words.len() > MOST {
        words.select_nth_unstable_by(MOST, by_chance);
        words.truncate(MOST);
    }
    words.sort_by(by_chance);
    let mut shares: Vec<f32> = words.iter().map(|(_, logit)| logit / choice.temperature).collect();
    math::softmax(&mut shares);
    let least = choice.min_p * shares.first()?;
    let mut sum = 0.0;
    let mut count = 0;
    for share in &shares {
        if count > 0 && (sum >= choice.top_p || *share < least) {
            break;
        }
        sum += share;
        count += 1;
    }
    // 24 bits are all that a share can hold.
    let mut lot = (rand.next_u64() >> 40) as f32 / (1u64 << 24) as f32 * sum;
    for (word, share) in words.iter().zip(&shares).take(count) {
        lot -= share;
        if lot < 0.0 {
            return Some(word.0);
        }
    }
    words.get(count.checked_sub(1)?).map(|word| word.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(choice: Choice, seed: u64) -> Vec<u32> {
        let mut rand = Rand::from_number(seed);
        let logits = [1.0, 3.0, f32::NAN, 2.0, 2.9, -4.0];
        (0..200).filter_map(|_| choose(&logits, choice, &mut rand, |id| id != 3)).collect()
    }

    #[test]
    fn the_likeliest_or_by_lot_from_a_seed() {
        let choice = |temperature, top_p, min_p| Choice { temperature, top_p, min_p };
        assert!(draw(choice(0.0, 1.0, 0.0), 1).iter().all(|id| *id == 1));
        let drawn = draw(choice(1.0, 1.0, 0.0), 7);
        assert_eq!(drawn, draw(choice(1.0, 1.0, 0.0), 7));
        assert_ne!(drawn, draw(choice(1.0, 1.0, 0.0), 8));
        assert!(drawn.contains(&0) && !drawn.contains(&2) && !drawn.contains(&3));
        let few = draw(choice(1.0, 0.6, 0.0), 7);
        assert!(few.contains(&4) && few.iter().all(|id| [1, 4].contains(id)));
        assert!(draw(choice(1.0, 1.0, 0.95), 7).iter().all(|id| *id == 1));
        let none = choose(&[1.0], choice(1.0, 1.0, 0.0), &mut Rand::from_number(1), |_| false);
        assert_eq!(none, None);
    }
}
