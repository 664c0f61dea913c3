//! The provider against a real server: runs where `COWRITE_TEST_LLAMA` holds a base address, such
//! as one that `tests/support/llama.py` prints.
