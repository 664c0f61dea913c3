//! Weighing candidates: checksums, entropy, and what only looks like a secret.

/// The pattern says it all.
pub fn ok(_: &str) -> bool {
    true
}

/// Bits per character, by how often each occurs in the text itself.
pub fn entropy(text: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    let mut len = 0.0_f64;
    for character in text.chars() {
        *counts.entry(character).or_insert(0.0_f64) += 1.0;
        len += 1.0;
    }
    counts.values().map(|count| -(count / len) * (count / len).log2()).sum()
}

fn has(text: &str, class: fn(&char) -> bool) -> bool {
    text.chars().any(|one| class(&one))
}

/// A word as long as keys are, of all kinds of characters, that repeats little. Hashes in hexadecimal
/// are not meant: they stand in many texts and open nothing.
pub fn is_random(text: &str) -> bool {
    // Sums of files, as they stand in lists of packages and in pages.
    let sums = [("sha256-", 44), ("sha384-", 64), ("sha512-", 88)];
    let is_sum =
        |(name, len): &(&str, usize)| text.strip_prefix(*name).is_some_and(|sum| sum.len() == *len);
    if sums.iter().any(is_sum) {
        return false;
    }
    let text = text.trim_matches(['=', '-', '_', '/', '+']);
    let hex = text.chars().all(|one| one.is_ascii_hexdigit() || one == '-');
    // A path or a name of parts that are words.
    let parts = text.split(['/', '-', '_', '+']);
    let longest = parts.map(str::len).max().unwrap_or(0);
    // How often digits, capitals and small letters take turns.
    let class = |one: char| (one.is_ascii_digit(), one.is_ascii_uppercase());
    let turns = text.chars().zip(text.chars().skip(1));
    let turns = turns.filter(|(a, b)| class(*a) != class(*b)).count();
    text.len() >= 32
        && !hex
        && longest >= 12
        && turns * 5 >= text.len()
        && has(text, char::is_ascii_digit)
        && has(text, char::is_ascii_uppercase)
        && has(text, char::is_ascii_lowercase)
        && entropy(text) >= 4.0
}

/// Words that stand where a secret would.
fn is_stand_in(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    // Names of what stands there, with little besides.
    let names = ["password", "passwort", "secret", "token"];
    let rest = names.iter().fold(small.clone(), |rest, name| rest.replace(name, ""));
    let named =
        rest.len() < small.len() && rest.chars().filter(char::is_ascii_alphanumeric).count() < 5;
    let words = [
        "example",
        "changeme",
        "your",
        "redacted",
        "xxx",
        "***",
        "...",
        "…",
        "placeholder",
        "dummy",
    ];
    let hides = text.starts_with(['$', '{', '%', '<', '*', '&']);
    hides || named || words.iter().any(|word| small.contains(word)) || entropy(text) < 1.6
}

/// What stands behind a user in an address.
pub fn is_password(text: &str) -> bool {
    !is_stand_in(text)
}

/// What is given to something that is called a secret: no word of a sentence, no name of a variable.
pub fn is_assigned(text: &str) -> bool {
    let text = text.trim_end_matches(['.', '!', '?']);
    let mixed = has(text, char::is_ascii_digit)
        && (has(text, char::is_ascii_alphabetic))
        && !text.contains("::")
        && !text.contains("://");
    let hex = text.len() >= 16 && text.chars().all(|one| one.is_ascii_hexdigit());
    let date = text.chars().all(|one| one.is_ascii_digit() || "-:.TZ".contains(one));
    !is_stand_in(text) && !date && (mixed || hex) && entropy(text) >= 2.75
}

/// Addresses of people; not those that the standards keep for examples, nor `git@host`.
pub fn is_mail(text: &str) -> bool {
    let Some((who, host)) = text.rsplit_once('@') else { return false };
    let host = host.to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or_default();
    let example = ["example.com", "example.org", "example.net"]
        .iter()
        .any(|known| host == *known || host.ends_with(&format!(".{known}")));
    let kept = matches!(last, "example" | "invalid" | "test" | "localhost" | "local");
    let nobody = matches!(
        who.to_ascii_lowercase().as_str(),
        "git" | "noreply" | "no-reply" | "donotreply" | "hg" | "svn"
    );
    // Names of files with two densities of pixels.
    let file = matches!(last, "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp");
    let stands_for_nobody = example || kept || nobody || file;
    !stands_for_nobody
        && host != "users.noreply.github.com"
        && !who.starts_with('.')
        && !who.ends_with('.')
}

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|one| one.to_digit(10)).collect()
}

/// Seven to fifteen digits that are not all of one or two kinds.
pub fn is_phone(text: &str) -> bool {
    let digits = digits(text);
    let kinds: std::collections::BTreeSet<u32> = digits.iter().copied().collect();
    (7..=15).contains(&digits.len()) && kinds.len() > 2
}

/// A number as it is dialled within a country: nine digits or more, the zero among them.
pub fn is_dialled(text: &str) -> bool {
    is_phone(text) && digits(text).len() >= 9
}

/// The check digit of payment cards (Luhn), and the beginnings and lengths that are given out.
pub fn is_card(text: &str) -> bool {
    let digits = digits(text);
    let number = |count: usize| digits.iter().take(count).fold(0, |sum, digit| sum * 10 + digit);
    let (two, three, four) = (number(2), number(3), number(4));
    let lengths: &[usize] = match (two, four) {
        (40..=49, _) => &[13, 16, 19],
        (51..=55, _) | (_, 2221..=2720) => &[16],
        (34 | 37, _) => &[15],
        (62 | 65, _) | (_, 6011 | 3528..=3589) => &[16, 17, 18, 19],
        (36 | 38 | 39, _) => &[14, 16],
        _ if (300..=305).contains(&three) => &[14, 16],
        _ if (644..=649).contains(&three) => &[16, 19],
        (50 | 56..=58 | 67, _) => &[16, 18, 19],
        _ => &[],
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    lengths.contains(&digits.len()) && sum.is_multiple_of(10) && sum > 0
}

/// How long the numbers of bank accounts are, by country.
const IBAN: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("XK", 20),
];

/// The country's length, and the remainder of 97 that ISO 7064 asks for.
pub fn is_iban(text: &str) -> bool {
    let text: String = text.chars().filter(|one| *one != ' ').collect();
    let text = text.to_ascii_uppercase();
    let country = text.get(..2).unwrap_or_default();
    if !IBAN.contains(&(country, text.len())) {
        return false;
    }
    let (head, tail) = text.split_at(4);
    let rest = tail.chars().chain(head.chars()).fold(0, |rest: u32, one| {
        let value = one.to_digit(36).unwrap_or(0);
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    rest == 1
}

/// Numbers that were never given out are none.
pub fn is_social(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| part.parse::<u32>().unwrap_or(0));
    let (area, group, serial) = (parts.next(), parts.next(), parts.next());
    let area_ok = area.is_some_and(|area| (1..900).contains(&area) && area != 666);
    area_ok && group.is_some_and(|group| group > 0) && serial.is_some_and(|serial| serial > 0)
}
