//! What is looked for before anything is shared: every rule finds what it should and leaves alone
//! what only looks like it. Samples are put together here, so that no key stands in the source.

use cowrite::base::Rand;
use cowrite::report::scan::{Allowed, RULES, scan};
use std::collections::BTreeSet;

/// `count` characters of an alphabet that repeat no pattern, the same every time.
fn some(alphabet: &str, count: usize) -> String {
    let mut rand = Rand::from_number(alphabet.len() as u64 * 31 + count as u64);
    let all: Vec<char> = alphabet.chars().collect();
    (0..count).map(|_| all[rand.below(all.len())]).collect()
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const WORD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
const DIGITS: &str = "0123456789";
const SMALL: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

/// The kind, what it must find, and what it must not.
fn samples() -> Vec<(&'static str, Vec<String>, Vec<String>)> {
    let plain = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let token = |before: &str, alphabet: &str, count: usize| {
        (vec![format!("{before}{}", some(alphabet, count))], vec![format!("{before}short")])
    };
    let mut all = Vec::new();
    let mut add = |kind, (hits, misses): (Vec<String>, Vec<String>)| all.push((kind, hits, misses));
    add(
        "private-key",
        (
            plain(&["-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nMII"]),
            plain(&["-----BEGIN PUBLIC KEY-----", "BEGIN PRIVATE KEY"]),
        ),
    );
    add("age-key", token("AGE-SECRET-KEY-1", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 58));
    add("aws-key", token("AKIA", UPPER, 16));
    add(
        "aws-secret",
        (
            vec![format!("aws_secret_access_key = {}", some(WORD, 40))],
            plain(&["the aws secret is that nobody reads the manual at all, not even once"]),
        ),
    );
    add("github-token", token("ghp_", WORD, 36));
    add("gitlab-token", token("glpat-", WORD, 20));
    add("anthropic-key", token("sk-ant-api03-", WORD, 93));
    add("openrouter-key", token("sk-or-v1-", HEX, 64));
    add("openai-key", token("sk-proj-", WORD, 120));
    add("google-key", token("AIza", WORD, 35));
    add("google-token", token("ya29.", WORD, 60));
    add("groq-key", token("gsk_", WORD, 52));
    add("xai-key", token("xai-", WORD, 80));
    add("replicate-token", token("r8_", WORD, 37));
    add("huggingface-token", token("hf_", WORD, 34));
    add("slack-token", token("xoxb-", WORD, 40));
    let slack = format!("https://hooks.slack.com/services/T0AB/B1CD/{}", some(WORD, 24));
    add("slack-webhook", (vec![slack], plain(&["https://hooks.slack.com/services/"])));
    let discord =
        format!("https://discord.com/api/webhooks/{}/{}", some(DIGITS, 18), some(WORD, 68));
    add("discord-webhook", (vec![discord], plain(&["https://discord.com/api/webhooks/"])));
    let telegram = format!("{}:AA{}", some(DIGITS, 9), some(WORD, 33));
    add("telegram-token", (vec![telegram], plain(&["12345678:AAB"])));
    add("stripe-key", token("sk_live_", WORD, 24));
    add("twilio-key", token("SK", HEX, 32));
    let sendgrid = format!("SG.{}.{}", some(WORD, 22), some(WORD, 43));
    add("sendgrid-key", (vec![sendgrid], plain(&["SG.one.two"])));
    add("mailgun-key", token("key-", HEX, 32));
    add("npm-token", token("npm_", WORD, 36));
    add("pypi-token", token("pypi-AgEI", WORD, 80));
    add("crates-token", token("cio", WORD, 32));
    add("docker-token", token("dckr_pat_", WORD, 27));
    add("digitalocean-token", token("dop_v1_", HEX, 64));
    add("shopify-token", token("shpat_", HEX, 32));
    add("databricks-token", token("dapi", HEX, 32));
    let azure = format!("AccountKey={}==", some(WORD, 86));
    add("azure-key", (vec![azure], plain(&["AccountKey=none"])));
    let jwt = format!("eyJ{}.eyJ{}.{}", some(WORD, 20), some(WORD, 40), some(WORD, 43));
    add("jwt", (vec![jwt], plain(&["eyJ.eyJ.x"])));
    add(
        "url-password",
        (
            plain(&["postgres://ada:Kj4-tulip@db.firm.de/x", "https://u:9zQ!kp@host/"]),
            plain(&["postgres://user:password@host/x", "https://host:8080/a@b", "ftp://u:$PASS@h"]),
        ),
    );
    add(
        "assigned-secret",
        (
            vec![
                "password: h4ndshake-Tulip".to_owned(),
                "password = \"hunter2Secret99\"".to_owned(),
                "The wifi password is kT9xWq2LmZ4.".to_owned(),
                "pw: Sommer2024!".to_owned(),
                format!("api_key = \"{}\"", some(SMALL, 24)),
                format!("\"client_secret\": \"{}\"", some(HEX, 32)),
            ],
            plain(&[
                "The password: nobody knows it any more.",
                "password = your_password_1",
                "token: TOKEN_PLACEHOLDER_1",
                "secret = ${SECRET_9}",
                "The secret: 2026-11-24 is the day.",
                "tokens: 1234567890 in",
                "The password is kept in a safe place, said Ada on page 12.",
            ]),
        ),
    );
    add(
        "bearer",
        (
            vec![format!("Authorization: Bearer {}", some(WORD, 28))],
            plain(&["a bearer of good news", "Bearer your_token_goes_here_1"]),
        ),
    );
    add(
        "random",
        (
            vec![some(WORD, 44)],
            vec![
                some(HEX, 64),
                "a-name-of-many-words-that-goes-on-and-on-for-long".to_owned(),
                "docs/anchors/Data/Sections4/Long/Path/Of/Parts".to_owned(),
                "Donaudampfschifffahrtsgesellschaftskapitaen".to_owned(),
                format!("integrity=\"sha512-{}==\"", some(WORD, 86)),
            ],
        ),
    );
    add(
        "email",
        (
            plain(&["ada.lovelace@firm.de", "<o'neil+x@mail.co.uk>.", "jörg@müller.de"]),
            plain(&["git@github.com:a/b", "ada@example.org", "a@b", "noreply@x.com", "x@2x.png"]),
        ),
    );
    add(
        "iban",
        (
            plain(&["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "no9386011117947"]),
            plain(&["DE89 3704 0044 0532 0130 01", "XX89 3704 0044 0532 0130 00"]),
        ),
    );
    add(
        "card",
        (
            plain(&["4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005"]),
            plain(&["4111 1111 1111 1112", "0000 0000 0000 0000", "1234567890123"]),
        ),
    );
    add("ssn", (plain(&["123-45-6789"]), plain(&["000-45-6789", "666-45-6789", "123-00-6789"])));
    add(
        "phone",
        (
            plain(&[
                "+49 (0)89 1234567",
                "+1-415-555-0132",
                "(415) 555-0132",
                "Tel.: 089 765432-1",
                "0171 1234567",
                "call 0171/1234567 after six",
                "030 901820",
                "(0341) 123 45 67",
                "appelez 01 23 45 67 89",
            ]),
            plain(&[
                "+1",
                "2026-11-24",
                "1,234,567",
                "+11 11 11 11 11",
                "version 1.2.3.4",
                "3.0171 1234567",
                "01-02-2026",
                "0800",
                "2026-11-29 0930 1200",
                "x0171 1234567",
                "0042 0043",
            ]),
        ),
    );
    all
}

#[test]
fn every_rule_finds_its_own_and_leaves_the_rest() {
    let samples = samples();
    let tested: BTreeSet<&str> = samples.iter().map(|(kind, ..)| *kind).collect();
    let known: BTreeSet<&str> = RULES.iter().map(|rule| rule.kind).collect();
    assert_eq!(tested, known, "every rule has samples");
    for (kind, hits, misses) in samples {
        for hit in hits {
            for text in [hit.clone(), format!("Before “{hit}” and after.\nMore.")] {
                let found = scan(&text);
                let kinds: Vec<&str> = found.iter().map(|one| one.kind).collect();
                assert_eq!(kinds, [kind], "{text:?}");
                let value = &text[found[0].at.clone()];
                // Half of it at most can be read off the mask.
                let shown = found[0].mask.chars().filter(|one| *one != '…').count();
                assert!(!found[0].mask.contains(value), "{} shows {value}", found[0].mask);
                assert!(shown < value.chars().count() / 2 + 18, "{}", found[0].mask);
            }
        }
        for miss in misses {
            let found = scan(&miss);
            assert!(found.iter().all(|one| one.kind != kind), "{kind} in {miss:?}: {found:?}");
        }
    }
}

#[test]
fn prose_and_code_have_none() {
    let texts = [
        include_str!("../../README.md"),
        include_str!("../../ARCHITECTURE.md"),
        include_str!("../../docs/reference.md"),
        include_str!("../../src/store/jsonl/read.rs"),
        include_str!("../../src/report/scan/check.rs"),
    ];
    for text in texts {
        let found: Vec<_> = scan(text).into_iter().map(|hit| text[hit.at].to_owned()).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn long_texts_are_looked_through_to_their_end_and_each_place_counts_once() {
    let key = format!("AKIA{}", some(UPPER, 16));
    for before in [0, 100, (1 << 20) - 10, (1 << 20) + 3, (2 << 20) - 1030] {
        let text = format!("{} {key} {}", "ä ".repeat(before / 3), "x ".repeat(4000));
        let found = scan(&text);
        assert_eq!(found.len(), 1, "{before}");
        assert_eq!(&text[found[0].at.clone()], key);
    }
}

#[test]
fn what_is_allowed_is_written_and_read() {
    let allowed =
        Allowed { kinds: ["email".to_owned()].into(), ids: ["0123abcd".to_owned()].into() };
    assert_eq!(Allowed::parse(&allowed.line()), allowed);
    let hits = scan("ada@firm.de and +49 89 1234567");
    let passes: Vec<bool> = hits.iter().map(|hit| allowed.lets(hit)).collect();
    assert_eq!(passes, [true, false]);
    let one = Allowed { ids: [hits[1].id.clone()].into(), ..Allowed::default() };
    assert!(one.lets(&hits[1]) && !one.lets(&hits[0]));
}
