//! The rules: what secrets and personal data look like, one row each. Key formats are those that
//! the services publish. A pattern finds candidates; a check weighs them.

use super::check::{
    is_assigned, is_card, is_dialled, is_iban, is_mail, is_password, is_phone, is_random,
    is_social, ok,
};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Whoever has it can act as somebody.
    Secret,
    /// It is about a person.
    Personal,
}

/// One thing that is looked for.
pub struct Rule {
    /// The name by which it is allowed; ASCII, small.
    pub kind: &'static str,
    /// What it is, in words.
    pub name: &'static str,
    pub class: Class,
    /// Finds candidates. The group `v`, where there is one, is what is weighed and masked.
    pub pattern: &'static str,
    /// Whether a candidate is one.
    pub check: fn(&str) -> bool,
}

const fn secret(kind: &'static str, name: &'static str, pattern: &'static str) -> Rule {
    Rule { kind, name, class: Class::Secret, pattern, check: ok }
}

const fn weighed(mut rule: Rule, check: fn(&str) -> bool) -> Rule {
    rule.check = check;
    rule
}

const fn personal(
    kind: &'static str,
    name: &'static str,
    pattern: &'static str,
    check: fn(&str) -> bool,
) -> Rule {
    Rule { kind, name, class: Class::Personal, pattern, check }
}

/// The first rule that fits a place names it: special ones stand before general ones.
pub const RULES: &[Rule] = &[
    secret(
        "private-key",
        "a private key",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    ),
    secret("age-key", "a secret key of age", r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b"),
    secret("aws-key", "an access key of AWS", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
    weighed(
        secret(
            "aws-secret",
            "a secret key of AWS",
            r#"(?i)\baws[a-z0-9_. -]{0,20}secret[a-z0-9_. -]{0,20}["']?\s*[=:]\s*["']?(?P<v>[A-Za-z0-9/+]{40})\b"#,
        ),
        is_random,
    ),
    secret(
        "github-token",
        "a token of GitHub",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b",
    ),
    secret("gitlab-token", "a token of GitLab", r"\bgl(?:pat|dt|ptt|rt|soat)-[A-Za-z0-9_-]{20,}"),
    secret("anthropic-key", "a key of Anthropic", r"\bsk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_-]{32,}"),
    secret("openrouter-key", "a key of OpenRouter", r"\bsk-or-v1-[0-9a-f]{64}\b"),
    secret(
        "openai-key",
        "a key of OpenAI",
        r"\bsk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,}|[A-Za-z0-9]{32,})",
    ),
    secret("google-key", "a key of Google", r"\bAIza[0-9A-Za-z_-]{35}"),
    secret("google-token", "an access token of Google", r"\bya29\.[0-9A-Za-z_-]{30,}"),
    secret("groq-key", "a key of Groq", r"\bgsk_[A-Za-z0-9]{48,}\b"),
    secret("xai-key", "a key of xAI", r"\bxai-[A-Za-z0-9]{60,}\b"),
    secret("replicate-token", "a token of Replicate", r"\br8_[A-Za-z0-9]{37,40}\b"),
    secret("huggingface-token", "a token of Hugging Face", r"\bhf_[A-Za-z0-9]{34,40}\b"),
    secret("slack-token", "a token of Slack", r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}"),
    secret(
        "slack-webhook",
        "a webhook of Slack",
        r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{20,}",
    ),
    secret(
        "discord-webhook",
        "a webhook of Discord",
        r"https://(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,}",
    ),
    secret("telegram-token", "a token of a Telegram bot", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"),
    secret("stripe-key", "a key of Stripe", r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}\b"),
    secret("twilio-key", "a key of Twilio", r"\bSK[0-9a-f]{32}\b"),
    secret("sendgrid-key", "a key of SendGrid", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    secret("mailgun-key", "a key of Mailgun", r"\bkey-[0-9a-f]{32}\b"),
    secret("npm-token", "a token of npm", r"\bnpm_[A-Za-z0-9]{36}\b"),
    secret("pypi-token", "a token of PyPI", r"\bpypi-AgEI[A-Za-z0-9_-]{50,}"),
    secret("crates-token", "a token of crates.io", r"\bcio[A-Za-z0-9]{32}\b"),
    secret("docker-token", "a token of Docker", r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}"),
    secret("digitalocean-token", "a token of DigitalOcean", r"\bdo[oprt]_v1_[0-9a-f]{64}\b"),
    secret("shopify-token", "a token of Shopify", r"\bshp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}\b"),
    secret("databricks-token", "a token of Databricks", r"\bdapi[0-9a-f]{32}(?:-[0-9]{1,2})?\b"),
    secret("azure-key", "a storage key of Azure", r"\bAccountKey=[A-Za-z0-9+/]{86}=="),
    secret("jwt", "a signed token (JWT)", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    weighed(
        secret(
            "url-password",
            "a password in an address",
            r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'"<>]{1,64}:(?P<v>[^\s/@'"<>]{3,128})@"#,
        ),
        is_password,
    ),
    weighed(
        secret(
            "assigned-secret",
            "what is called a password, token or key",
            r#"(?i)(?:passwor[dt]|passwd|\bpwd?\b|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?["']?(?:\s*(?:=>|:=|=|:)\s*|\s+(?:is|ist|lautet|est|es)\s+)["']?(?P<v>[^\s"',;<>()\[\]{}]{8,256})"#,
        ),
        is_assigned,
    ),
    weighed(
        secret(
            "bearer",
            "a key that a request is sent with",
            r"(?i)\bbearer\s+(?P<v>[a-z0-9._~+/=-]{16,512})",
        ),
        is_assigned,
    ),
    weighed(
        secret("random", "a long word without a pattern, as keys are", r"[A-Za-z0-9+/_=-]{32,512}"),
        is_random,
    ),
    personal(
        "email",
        "an e-mail address",
        r"[\p{L}\p{N}._%+'-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}",
        is_mail,
    ),
    personal(
        "iban",
        "a bank account (IBAN)",
        r"(?i:\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b)",
        is_iban,
    ),
    personal("card", "a payment card", r"\b[0-9](?:[ -]?[0-9]){12,18}\b", is_card),
    personal("ssn", "a US social security number", r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b", is_social),
    personal(
        "phone",
        "a phone number",
        r"(?:\+|\b00)[1-9](?:[ ()./-]{0,3}[0-9]){7,14}\b|\(\d{3}\) ?\d{3}-\d{4}\b|\b[2-9]\d{2}-\d{3}-\d{4}\b|(?i:\b(?:tel|telefon|phone|mobile?|handy|fax)\b\.?:? {0,3})(?P<v>\(?[0-9](?:[ ()./-]{0,3}[0-9]){5,14})\b",
        is_phone,
    ),
    // In pairs of digits, as in France.
    personal(
        "phone",
        "a phone number",
        r"(?:^|[^\w.,:/+-])(?P<v>0[1-9](?:[ .][0-9]{2}){4})\b",
        is_dialled,
    ),
    // As it is dialled within a country: area code and number. What ends in a decimal is none.
    personal(
        "phone",
        "a phone number",
        r"(?:^|[^\w.,:/+-])(?P<v>\(?0[1-9][0-9]{1,4}\)?[ /-]{1,3}[0-9]{3,}(?:[ /-][0-9]{2,}){0,4})\b",
        is_dialled,
    ),
];
