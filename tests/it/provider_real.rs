//! The provider against a real server: runs where `COWRITE_TEST_LLAMA` holds a base address, such
//! as the one that `tests/support/llama.py` prints. Checks structure, never wording.

use cowrite::prompt::{Chunk, Prompt, Role, Turn};
use cowrite::provider::{OpenAi, Provider, Settings};
use futures::StreamExt;
use serde_json::Value;

#[allow(clippy::print_stdout, reason = "nothing is skipped without a word")]
pub fn address(test: &str) -> Option<String> {
    let address = std::env::var("COWRITE_TEST_LLAMA").ok().filter(|address| !address.is_empty());
    if address.is_none() {
        println!("{test}: not run, COWRITE_TEST_LLAMA is not set");
    }
    address
}

pub fn prompt(model: &str, question: &str, most: u32) -> Prompt {
    Prompt {
        model: model.into(),
        turns: vec![Turn { role: Role::User, text: question.into() }],
        max_output: Some(most),
        temperature_milli: Some(0),
        sentence: false,
    }
}

// One test, because the server has one slot and the steps take turns.
#[tokio::test]
async fn a_real_server_answers() {
    let Some(address) = address("a_real_server_answers") else { return };
    crate::conform::of_a_real_server(&address).await;
    let provider = OpenAi::new(Settings::new("llama", &address));
    assert!(!provider.leaves_machine());

    let models = provider.models().await.expect("a list of models");
    let model = models.first().expect("a model");
    assert!(model.window.is_some(), "llama.cpp tells its window");

    // Cancelling frees the only slot when only a part of the answer is made.
    let long = provider.encode(&prompt(&model.name, "Count from one to one thousand.", 1500));
    let mut answer = provider.ask(long);
    let first = answer.next().await;
    assert!(matches!(first, Some(Ok(Chunk::Text(_)))), "{first:?}");
    drop(answer);
    let slots = address.trim_end_matches("/v1").to_owned() + "/slots";
    let mut made = 0;
    for look in 0.. {
        let answer = reqwest::get(&slots).await.expect("the server tells of its slots");
        let seen = serde_json::from_str::<Value>(&answer.text().await.expect("text"));
        let slot = &seen.expect("JSON")[0];
        if slot["is_processing"] == false {
            break;
        }
        made = slot["next_token"][0]["n_decoded"].as_u64().unwrap_or(made);
        assert!(look < 10_000 && made < 1000, "goes on after it was cancelled: {slot}");
    }
    let short = provider.encode(&prompt(&model.name, "Say yes.", 2));
    let mut answer = provider.ask(short);
    let first = answer.next().await;
    assert!(matches!(first, Some(Ok(Chunk::Text(_)))), "{first:?}");
    drop(answer);
}
