//! Who answers: what is found, the list of models, switching, routes and consent.

use crate::harness::Harness;
use cowrite::app::Input;
use cowrite::prompt::ModelInfo;
use cowrite::provider::{KeySource, Listing, Offer, OpenAi, Settings};
use cowrite::state::{Effect, Overlay};
use std::sync::Arc;

fn offer(name: &str, address: &str, key: KeySource) -> Offer {
    Offer { key, ..Offer::new(Arc::new(OpenAi::new(Settings::new(name, address)))) }
}

fn near(name: &str, port: u16) -> Offer {
    offer(name, &format!("http://127.0.0.1:{port}/v1"), KeySource::None)
}

fn far(name: &str) -> Offer {
    offer(name, &format!("https://{name}.example/v1"), KeySource::Variable("THE_KEY".into()))
}

fn models(names: &[&str]) -> Listing {
    let info = |name: &&str| ModelInfo { name: (*name).into(), ..ModelInfo::default() };
    Listing::Models(names.iter().map(info).collect())
}

/// A workspace where these could answer and nobody was chosen.
fn with(offers: Vec<Offer>, model: Option<&str>) -> Harness {
    let mut made = Harness::with("A plan.|\n");
    made.app.model.provider = None;
    made.app.model.model_name = None;
    made.app.model.config.model = model.map(str::to_owned);
    made.app.model.use_offers(offers);
    made
}

fn answers(made: &Harness) -> String {
    let who = made.app.model.answerer().map(|who| who.full_name());
    let only = made.app.model.provider.as_ref().map(|provider| provider.name().to_owned());
    who.or(only).unwrap_or_else(|| "nobody".into())
}

#[test]
fn the_configuration_names_who_answers() {
    let three = || vec![far("groq"), far("openrouter"), near("ollama", 1)];
    for (model, expected) in [
        (Some("groq/llama-3"), "groq/llama-3"),
        (Some("openrouter/openai/gpt-5"), "openrouter/openai/gpt-5"),
        (Some("ollama/qwen3"), "ollama/qwen3"),
        // Two have a key: it is not said who is meant.
        (Some("llama-3"), "nobody"),
        (None, "nobody"),
    ] {
        assert_eq!(answers(&with(three(), model)), expected, "{model:?}");
    }
    assert_eq!(answers(&with(vec![far("groq"), near("ollama", 1)], Some("a/b"))), "groq/a/b");
    assert_eq!(answers(&with(vec![far("groq"), near("ollama", 1)], None)), "groq");
    let set_up = Offer { set_up: true, ..near("mine", 1) };
    assert_eq!(answers(&with(vec![set_up, far("groq")], None)), "mine");
}

#[test]
fn the_only_server_that_is_found_answers() {
    let both = || vec![near("ollama", 1), near("llama.cpp", 2)];
    let mut made = with(both(), None);
    let now = made.app.model.now;
    let _ = made.app.look_near(now);
    made.input(Input::Listed("llama.cpp".into(), models(&["qwen"])));
    assert_eq!(answers(&made), "nobody", "the other one is still asked");
    made.input(Input::Listed("ollama".into(), Listing::Absent));
    assert_eq!(answers(&made), "llama.cpp/qwen");
    assert!(made.notice().contains("Found llama.cpp/qwen at http://127.0.0.1:2/v1"));

    // Two: nobody is chosen, and the first question opens the list.
    let mut made = with(both(), None);
    let now = made.app.model.now;
    let _ = made.app.look_near(now);
    made.input(Input::Listed("llama.cpp".into(), models(&["qwen"])));
    made.input(Input::Listed("ollama".into(), models(&["gemma", "nomic-embed"])));
    assert_eq!(answers(&made), "nobody");
    made.keys("alt-2 'Why?' enter");
    assert!(matches!(made.app.model.ui.overlays.last(), Some(Overlay::Models(_))));
    let screen = made.screen(120, 40);
    for row in ["ollama/gemma", "ollama/nomic-embed", "llama.cpp/qwen", "window unknown"] {
        assert!(screen.contains(row), "{screen}");
    }
    made.keys("'qwen' enter");
    assert_eq!(made.asked.len(), 1, "the question goes to it");
    assert_eq!(answers(&made), "llama.cpp/qwen");
}

#[test]
fn nobody_elsewhere_is_asked_before_the_person_says_so() {
    let mut made = with(vec![far("groq"), far("mistral"), near("ollama", 1)], None);
    made.keys("f2");
    let asking: Vec<&str> =
        made.app.model.offers.iter().filter(|offer| offer.asking).map(Offer::name).collect();
    assert_eq!(asking, ["ollama"]);
    let screen = made.screen(120, 40);
    assert!(screen.contains("groq: Enter asks for its models"), "{screen}");
    assert!(screen.contains("key from THE_KEY"), "{screen}");
    made.keys("enter");
    assert!(made.app.model.offer("groq").unwrap().asking);
    made.input(Input::Listed("groq".into(), models(&["whisper", "llama"])));
    // What writes no text comes last.
    made.keys("enter");
    assert_eq!(answers(&made), "groq/llama");
    made.keys("alt-2 'Why?' enter");
    assert!(made.asked.is_empty(), "consent comes first");
    made.keys("l");
    let screen = made.screen(120, 40);
    assert!(screen.contains("To groq/llama at https://groq.example/v1"), "{screen}");
    made.keys("esc y");
    assert_eq!(made.asked.len(), 1);
    assert!(made.app.model.may_send_to("groq") && !made.app.model.may_send_to("mistral"));
}

#[test]
fn what_is_wrong_with_a_server_is_a_row() {
    let mut made = with(vec![near("ollama", 1), near("vllm", 2)], None);
    made.keys("f2");
    let stuck = "http://127.0.0.1:1/v1 takes connections and says nothing within 1 s.";
    made.input(Input::Listed("ollama".into(), Listing::Trouble(stuck.into())));
    made.input(Input::Listed("vllm".into(), Listing::Absent));
    let screen = made.screen(120, 40);
    assert!(screen.contains("ollama: http://127.0.0.1:1/v1 takes connections"), "{screen}");
    assert!(!screen.contains("vllm"), "{screen}");
    // All of it can be read.
    made.keys("enter");
    assert!(matches!(made.app.model.ui.overlays.last(), Some(Overlay::Page { .. })));
    made.keys("esc");
    assert!(matches!(made.app.model.ui.overlays.last(), Some(Overlay::Models(_))));
}

#[test]
fn switching_keeps_the_conversation_and_goes_back() {
    let mut made = with(vec![near("ollama", 1), near("vllm", 2)], Some("ollama/gemma"));
    made.keys("alt-2 'One?' enter");
    made.reply("First.");
    made.run("app.model vllm/qwen");
    assert_eq!(answers(&made), "vllm/qwen");
    let chosen = |effect: &Effect| match effect {
        Effect::ChooseModel { key, model } => Some((*key, model.clone())),
        _ => None,
    };
    let written = made.effects.iter().filter_map(chosen).next_back();
    assert_eq!(written, Some((&["model"][..], "vllm/qwen".to_owned())));
    made.keys("alt-2 'Two?' enter");
    let (_, body) = made.asked.back().expect("asked");
    assert!(body.contains("First.") && body.contains("\"model\":\"qwen\""), "{body}");
    made.reply("Second.");
    made.keys("alt-o");
    assert_eq!(answers(&made), "ollama/gemma");
    made.keys("alt-o");
    assert_eq!(answers(&made), "vllm/qwen");
    assert_eq!(made.app.model.session.transcript.iter().count(), 4);
}

#[test]
fn rewrites_have_a_route_of_their_own() {
    let mut made = with(vec![near("ollama", 1), near("vllm", 2)], Some("ollama/gemma"));
    made.app.model.config.route.edit = Some("vllm/qwen".into());
    made.keys("ctrl-k 'shorter' enter");
    let (_, body) = made.asked.back().expect("asked").clone();
    assert!(body.contains("\"model\":\"qwen\""), "{body}");
    made.reply("A plan!");
    made.keys("alt-2 'Why?' enter");
    let (_, body) = made.asked.back().expect("asked");
    assert!(body.contains("\"model\":\"gemma\""), "{body}");

    // Each of the others has one too; writing on goes where edits go, unless it is said.
    let by = |made: &mut Harness, line: &str| {
        made.run(line);
        let (_, body) = made.asked.back().expect("asked").clone();
        made.reply("Yes.");
        body.contains("\"model\":\"qwen\"")
    };
    made.reply("Because.");
    assert!(by(&mut made, "chat.write-on") && !by(&mut made, "chat.summary"));
    made.app.model.config.route.complete = Some("ollama/gemma".into());
    made.app.model.config.route.summary = Some("vllm/qwen".into());
    assert!(!by(&mut made, "chat.write-on") && by(&mut made, "chat.summary"));
}

#[test]
fn a_provider_without_a_key_says_how_to_give_one() {
    let trouble = Some("groq has no key: set GROQ_API_KEY, or run cowrite config key groq".into());
    let bare = Offer { trouble, key: KeySource::None, ..far("groq") };
    let mut made = with(vec![bare], Some("groq/llama"));
    made.keys("alt-2 'Why?' enter");
    assert!(made.notice().contains("cowrite config key groq"), "{}", made.notice());
    assert!(made.asked.is_empty());
    made.keys("f2");
    let screen = made.screen(120, 40);
    assert!(screen.contains("without a key (cowrite config key NAME): groq"), "{screen}");
}

/// The list is open before a server has answered: Enter never fetches what nobody chose.
#[test]
fn a_model_that_is_found_is_chosen_before_one_that_would_be_fetched() {
    let mut made = with(vec![near("ollama", 1), near("local", 2)], None);
    made.keys("f2");
    let chosen = |made: &mut Harness| {
        let screen = made.screen(80, 24);
        let row = |line: &&str| {
            line.contains("› ") && (line.contains("Enter") || line.contains("ollama/"))
        };
        screen.lines().find(row).map(str::to_owned).unwrap_or_default()
    };
    made.input(Input::Listed("local".into(), Listing::Absent));
    let first = chosen(&mut made);
    assert!(first.contains("Enter fetches"), "{first}");
    made.input(Input::Listed("ollama".into(), models(&["gemma"])));
    let first = chosen(&mut made);
    assert!(first.contains("ollama/gemma"), "{first}");
    // Who went on to one stays there.
    made.keys("down");
    let went = chosen(&mut made);
    assert!(went.contains("Enter fetches"), "{went}");
    made.input(Input::Listed("ollama".into(), models(&["gemma", "qwen"])));
    let there = chosen(&mut made);
    assert!(there.contains("Enter fetches"), "{there}");
}

#[test]
fn a_server_that_lists_thousands_can_be_chosen_from() {
    let mut made = with(vec![near("ollama", 1), near("vllm", 2)], None);
    made.keys("f2");
    let names: Vec<String> =
        (0..20_000).map(|at| format!("{}{at}", "模型-".repeat(at % 40))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    made.input(Input::Listed("ollama".into(), models(&names)));
    made.keys("pagedown pagedown end home");
    made.keys("'19998'");
    let screen = made.screen(80, 24);
    assert!(screen.contains("19998"), "{screen}");
    made.keys("enter");
    assert!(answers(&made).ends_with("19998"), "{}", answers(&made));
}

#[test]
fn a_model_that_was_listed_and_is_not_there_says_so() {
    use cowrite::prompt::{Fault, FaultKind};
    let mut made = with(vec![near("ollama", 1)], Some("ollama/gemma"));
    made.input(Input::Listed("ollama".into(), models(&["gemma"])));
    made.say("Why?");
    made.piece(Err(Fault {
        kind: FaultKind::NotFound,
        what: "ollama knows no such model or address (status 404): not found".into(),
        advice: "Choose another model.".into(),
        status: Some(404),
    }));
    assert!(made.notice().contains("not found. Choose another model."), "{}", made.notice());
    made.keys("f2");
    assert!(matches!(made.app.model.ui.overlays.last(), Some(Overlay::Models(_))));
}

#[test]
fn a_request_that_waited_for_a_model_leaves_the_message_box_empty() {
    for line in ["chat.ask Why?", "chat.rewrite shorter", "chat.change friendlier", "chat.summary"]
    {
        let mut made = with(vec![near("ollama", 1), near("vllm", 2)], None);
        let now = made.app.model.now;
        let _ = made.app.look_near(now);
        made.input(Input::Listed("ollama".into(), models(&["gemma", "qwen"])));
        made.input(Input::Listed("vllm".into(), models(&["phi"])));
        made.run(line);
        assert!(made.asked.is_empty(), "{line}: nobody was chosen");
        made.keys("'phi' enter");
        assert_eq!(made.asked.len(), 1, "{line}: {}", made.notice());
        assert_eq!(made.model().ui.chat.rope().to_string(), "", "{line}");
    }
}
