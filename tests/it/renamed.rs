//! How like two texts are: what finds the session of a file that was renamed and changed.

use cowrite::runtime::likeness;

/// Words that occur once each.
fn words(range: std::ops::Range<usize>) -> String {
    range.map(|one| format!("word{one}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn texts_are_as_like_as_the_rows_of_words_they_share() {
    let plan = "We meet on Monday, when everybody is back from the holidays. \
                Bring the plan and a cake, for there is no other food.";
    let check = |one: &str, other: &str, percent: u8| {
        assert_eq!(likeness(one, other), percent, "{one:?}\n{other:?}");
        assert_eq!(likeness(other, one), percent, "the other way round");
    };
    check(plan, plan, 100);
    // Blanks, line ends, punctuation and capitals do not count.
    check(plan, &plan.replace(' ', "\r\n").replace(',', " –").to_uppercase(), 100);
    // One word of 22 is in three rows of 20.
    check(plan, &plan.replace("cake", "pie"), 85);
    check(plan, &plan.replace("Monday", "Friday").replace("food", "drink"), 80);
    // What was added or cut counts half.
    check(&words(0..100), &words(0..200), 66);
    check(&words(0..100), &words(50..150), 48);
    check(&words(0..100), &words(100..200), 0);
    // Rows that occur often count as often.
    check(&"a b c ".repeat(40), &"a b c ".repeat(20), 65);
    // Where no blanks stand between words, characters are words.
    let japanese =
        "月曜日にみんなが休みから戻ったら会いましょう。計画とケーキを持ってきてください。";
    check(japanese, &japanese.replace("月曜日", "金曜日"), 97);
    // Too short to tell.
    check(&words(0..9), &words(0..9), 0);
    check(&words(0..10), &words(0..10), 100);
    check("", "", 0);
}

#[test]
fn what_is_compared_is_bounded() {
    // The same beginning of more than is compared, and other ends.
    let start = words(0..30_000);
    let (one, other) = (start.clone() + &words(30_000..60_000), start + &words(70_000..99_000));
    assert_eq!(likeness(&one, &other), 100);
}
