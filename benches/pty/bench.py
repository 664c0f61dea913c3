#!/usr/bin/env python3
"""Measures a terminal editor from outside, through a pseudo-terminal. Linux, Python 3.9, no packages.

    cargo build --release
    python3 benches/pty/bench.py --bin target/release/cowrite            # the row `keys`
    python3 benches/pty/bench.py --bin target/release/cowrite ROW...     # others, or `all`
    python3 benches/pty/bench.py --bin target/release/cowrite keys --docs md-10m --where end --json out.json
    python3 benches/pty/bench.py --bin vim --style vi --args '-u NONE +{line} {file}'

The rows:

  keys      keys in documents of 1 MB (--docs, --where), and at rest
  first     the first screen of 1 MB of Markdown in a session of 1,000 messages, and memory at rest
  large     10 MB, 100 MB and 1 GB: first screen, memory, jump to the end, keys at start, middle, end
  line      one line of 5 MB: keys at its start and end
  stream    20,000 tokens at full speed; 200 a second; keys in the document meanwhile
  ask       from Enter to the request and to the first token on the screen
  local     keys in 1 MB of Markdown while another process computes a local model without a pause
            ($COWRITE_TEST_MODEL names the file)
  durable   from a key to the journal, where a killed program's successor finds it (Linux, WAL)
  long      a session of 100,000 messages and 1,000,000 typed characters
  files     session files of 100,000 events (--events): taken in, two merged (to a new file, and into
            the first), checked, opened
  search    from the last key of a search in 1,000,000 messages to its results

`first`, `long` and `search` need prepared libraries: they are made with `cargo bench --bench session`
in --homes when they are not there (`search` takes minutes and 2 GB) and put back before each start.

What each number is:

  paint     from exec to the read that put the first character on the screen
  text      from exec to the read after which the document's first line is on the screen
  live      from exec to the read after which a key shows that was typed as soon as the text was there
  key       from write() of a key to the read() after which the screen shows the text typed so
            far; 200 keys, 30 ms apart, whether or not the program keeps up. Output inside a
            synchronised update counts when the update ends
  cpu, bytes  processor time and bytes written, divided by the keys
  PSS, CPU, wakeups at rest  over all processes of the run, after it was quiet, for --rest seconds
  request, token  from Enter until the server had read the request; until its first token was on the
            screen, less the time the server took to send it. The library is in memory (/dev/shm),
            so that the disk's own time is left out

While something is timed, this program only reads and keeps the time: what was read is emulated
afterwards. The row "floor" is `cat` on a raw terminal, measured in the same run: no program can be
quicker, and what it shows above 0.1 ms is the machine's other work. --rr (as root) puts the program
before that work.
"""

import argparse
import json
import mmap
import os
import re
import shlex
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import sessions
from documents import document
from run import MS, Run, keys, letters, now, replay, rest, slurp, spread, typing
from server import Server

STYLES = {
    # What goes to a place, and what opens an empty line to type in there.
    "plain": {"start": "<ctrl-home>", "middle": "<ctrl-g>{line}<enter>", "end": "<ctrl-end>", "open": "<end><enter>"},
    "vi": {"start": "gg", "end": "G", "open": "o"},
}
HOMES = {
    "first": {"MESSAGES": 1_000, "TYPED": 10_000, "FILE": 1_000_000},
    "long": {"MESSAGES": 100_000, "TYPED": 1_000_000, "FILE": 0},
    "search": {"MESSAGES": 10, "TYPED": 1_000, "FILE": 0, "ROWS": 1_000_000},
}
# What the prepared documents begin with.
PLAN = "The plan"


class Bench:
    def __init__(self, options, folder):
        self.o, self.folder, self.results, self.made = options, folder, [], {}
        self.style = dict(STYLES[options.style])
        for name in ("start", "middle", "end", "open"):
            given = getattr(options, name)
            if given is not None:
                self.style[name] = given

    def document(self, name):
        if name not in self.made:
            self.made[name] = document(self.folder, name)
        return self.made[name]

    def run(self, words, home, library=None, more=None):
        return Run([self.o.bin, *words], home, self.o.columns, self.o.rows, library, more, self.o.rr)

    def fresh(self, folder=None):
        """A new home, in which what cowrite asks at its first start is answered."""
        home = tempfile.mkdtemp(dir=folder or self.folder)
        os.mkdir(os.path.join(home, "cowrite"))
        with open(os.path.join(home, "cowrite", "config.toml"), "w") as config:
            config.write('name = "Ada"\n')
        return home

    def spawn(self, file, line=1, extra=(), more=None, folder=None):
        """Starts it in a new home with a copy of the document, as what it leaves there would tell."""
        home = self.fresh(folder)
        if os.path.getsize(file) < 50_000_000:
            file = shutil.copy(file, home)
        words = [w.replace("{file}", file).replace("{line}", str(line)) for w in shlex.split(self.o.args)]
        return self.run([*extra, *words], home, None, more)

    def keep(self, name, **numbers):
        self.results.append({"what": name, **numbers})
        shown = "  ".join(f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}"
                          for key, value in numbers.items())
        print(f"{name:<24} {shown}", flush=True)

    def failed(self, name, run, why):
        self.keep(name, failed=why)
        if self.o.show:
            print(run.screen.text())

    def floor(self):
        run = Run(["/bin/sh", "-c", "stty raw -echo; echo READY; exec cat"], self.folder, self.o.columns, self.o.rows,
                  rr=self.o.rr)
        try:
            run.until(lambda text: "READY" in text)
            self.keep("floor", **typing(run, self.o.keys, self.o.gap / 1000, self.o.columns))
        finally:
            run.close()

    # --- rows -------------------------------------------------------------------------------------

    def keys(self):
        for name in self.o.docs.split(","):
            file, lines = self.document(name)
            self.start(name, lambda: self.spawn(file), self.o.first, self.o.runs)
            for place in self.o.where.split(","):
                self.at(name, file, lines, place, self.o.rest if place == self.o.where.split(",")[0] else 0)

    def first(self):
        self.session("first")

    def long(self):
        self.session("long")

    def session(self, name):
        home = self.home(name)

        def spawn():
            self.restore(home)
            return self.run([os.path.join(home, "plan.md")], home, home)
        with open(os.path.join(home, "plan.md")) as file:
            # As much of it as stands on one row.
            first = file.read(40)
        self.start(name, spawn, first, self.o.runs)
        run = spawn()
        try:
            run.until(lambda text: first in text)
            self.keep(f"{name} rest", **rest(run, self.o.rest), peak_mb=run.peak())
            run.press(self.style["open"], 0.1)
            self.keep(f"{name} keys", **typing(run, self.o.keys, self.o.gap / 1000, self.o.columns))
        finally:
            run.close()

    def large(self):
        for name, runs in (("md-10m", self.o.runs), ("md-100m", self.o.runs), ("md-1g", 2)):
            file, lines = self.document(name)
            # From the page cache: what is measured is the program.
            for _ in range(2):
                subprocess.run(["cat", file], stdout=subprocess.DEVNULL, check=True)
            self.start(name, lambda: self.spawn(file), self.o.first, runs)
            if name == "md-1g":
                # As large as the machine's memory can be: keys are measured in the others.
                os.remove(file)
                continue
            for place in ("start", "middle", "end"):
                self.at(name, file, lines, place, 1 if place == "start" else 0)

    def line(self):
        file, _ = self.document("one-5m")
        self.start("one-5m", lambda: self.spawn(file), self.o.first, self.o.runs)
        for place, go in (("start", "<ctrl-home>"), ("end", "<ctrl-end>")):
            run = self.spawn(file)
            try:
                run.until(lambda text: self.o.first in text)
                run.calm()
                run.press(go)
                run.calm()
                gap = self.o.gap / 1000
                self.keep(f"one-5m {place}", **typing(run, self.o.keys, gap, self.o.columns, lines=False))
            finally:
                run.close()

    def stream(self):
        file, _ = self.document("md-1m")
        server = Server()
        try:
            for name, wish, typed in (("stream, full speed", "go n=20000 rate=0", False),
                                      ("stream, 200/s", "go n=3000 rate=200", False),
                                      ("keys, 200/s", "go n=5000 rate=200", True),
                                      ("keys, full speed", "go n=1000000 rate=0", True)):
                self.streamed(name, file, server, wish, typed)
        finally:
            server.close()

    def local(self):
        weights = os.environ.get("COWRITE_TEST_MODEL")
        if not weights:
            return self.keep("keys, local model", failed="COWRITE_TEST_MODEL names no model file")
        file, _ = self.document("md-1m")
        ask = 'while :; do "$0" ask --no-session --model "local:$1" "Write a long story of bread."; done'
        busy = subprocess.Popen(["sh", "-c", ask, self.o.bin, weights], start_new_session=True,
                                env={**os.environ, "COWRITE_HOME": self.folder},
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            run = self.spawn(file)
            try:
                run.until(lambda text: self.o.first in text)
                run.press(self.style["open"], 0.1)
                self.keep("keys, local model", **typing(run, self.o.keys, self.o.gap / 1000, self.o.columns))
            finally:
                run.close()
        finally:
            os.killpg(busy.pid, 9)
            busy.wait()

    def asking(self, file, server, folder=None):
        """A workspace with a model, and the caret in the message box."""
        more = {"OPENAI_BASE_URL": server.address}
        run = self.spawn(file, extra=("--model", "bench"), more=more, folder=folder)
        run.until(lambda text: self.o.first in text)
        run.calm()
        run.press("<alt-2>")
        return run

    def streamed(self, name, file, server, wish, typed):
        run = self.asking(file, server)
        try:
            before = run.pss()
            for key in wish:
                run.write(key)
            run.quiet(0.2)
            count = int(re.search(r"n=(\d+)", wish)[1])
            cpu, written = run.cpu(), run.bytes
            run.write("\r")
            if typed:
                server.note("first", 60)
                run.press("<alt-1>" + self.style["open"], 0.02)
                # At full speed the answer must last as long as the keys.
                gap = 0.005 if "rate=0" in wish else self.o.gap / 1000
                result = typing(run, self.o.keys, gap, self.o.columns)
                return self.keep(name, over="ZDONE" in run.screen.text(), **result)
            parts, seen, end = [], None, now() + 90e9
            while now() < end and seen is None:
                part = run.read(0.2)
                if part:
                    parts.append(part)
                    # The end can be told without the emulator: the word comes once.
                    seen = part[0] if b"ZDONE" in part[1] else None
            run.quiet(0.5)
            cpu, written = run.cpu() - cpu, run.bytes - written
            if seen is None:
                return self.failed(name, run, "the answer's end was never shown")
            first, last = server.note("first", 5), server.note("last", 5)
            run.quiet(2, 2)
            self.keep(name, s_to_end=(seen - first) / 1e9, lag_ms=(seen - last) / MS, cpu_s_per_1000=cpu / count * 1000,
                      bytes_per_token=written / count, more_mb=run.pss() - before, peak_mb=run.peak())
        finally:
            run.close()

    def ask(self):
        file, _ = self.document("md-1m")
        server = Server()
        shm = tempfile.mkdtemp(dir="/dev/shm", prefix="pty-bench-") if os.path.isdir("/dev/shm") else None
        run = self.asking(file, server, shm)
        requests, shown = [], []
        try:
            for index in range(11):
                for key in f"question {index}":
                    run.write(key)
                run.quiet(0.3)
                enter = run.write("\r")
                parts, end = [], now() + 0.7e9
                while now() < end:
                    part = run.read(0.1)
                    if part:
                        parts.append(part)
                request, first = server.note("request", 10), server.note("first", 10)
                token = None
                for at, data in parts:
                    run.screen.feed(data)
                    if token is None and not run.screen.sync and f"reply {index + 1}." in run.screen.text():
                        token = at
                requests.append((request - enter) / MS)
                shown.append((token - enter - (first - request)) / MS if token else None)
                run.quiet(0.3)
            some = [value for value in shown[1:] if value is not None]
            self.keep("ask, first question", request_ms=requests[0], token_ms=shown[0] or -1.0)
            self.keep("ask, later ones", request_ms=statistics.median(requests[1:]), request_max=max(requests[1:]),
                      token_ms=statistics.median(some) if some else -1.0, token_max=max(some) if some else -1.0,
                      runs=len(some), disk="left out" if shm else "counted")
        finally:
            run.close()
            server.close()
            if shm:
                shutil.rmtree(shm, ignore_errors=True)

    def files(self):
        """Session files: one is taken in, opened, and merged with one that went apart from it."""
        count = self.o.events
        names = ("base", "ours", "theirs")
        base, ours, theirs = (os.path.join(self.folder, f"{name}.cowrite.jsonl") for name in names)
        sessions.write(base, count)
        sessions.write(ours, count, count * 4 // 5, 1)
        sessions.write(theirs, count, count * 4 // 5, 2)
        both = os.path.join(self.folder, "both.cowrite.jsonl")
        first = os.path.join(self.folder, "first.cowrite.jsonl")
        for path in (both, first):
            if os.path.exists(path):
                os.remove(path)
        shutil.copyfile(ours, first)
        for what, words in (
            (f"import {count} events", ["import", base]),
            (f"merge two files of {count} events", ["merge", ours, theirs, "-o", both]),
            ("… into the first of them", ["merge", first, theirs]),
            (f"verify a file of {count} events", ["verify", base]),
            ("verify the two merged", ["verify", both]),
        ):
            self.keep(what, **self.once(words))
        home = self.fresh()
        run = self.run([base], home, None)
        try:
            paint = run.until(lambda text: "taken in" in text or "example/large" in text, 120)
            there = run.until(lambda text: "example/large" in text, 300)
            if not paint or not there:
                return self.failed(f"open {count} events", run, "its conversation is not on the screen")
            self.keep(f"open {count} events", text=(paint - run.began) / MS, live=(there - run.began) / MS,
                      peak_mb=run.peak())
        finally:
            run.close()

    def once(self, words):
        """Runs a command to its end: how long it took, and the most memory it had."""
        home = self.fresh()
        env = {"PATH": os.environ.get("PATH", ""), "HOME": home, "COWRITE_HOME": os.path.join(home, "cowrite")}
        began = now()
        process = subprocess.Popen([self.o.bin, *words], env=env, cwd=home, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            return {"failed": f"it ended with {process.returncode}"}
        return {"seconds": (now() - began) / 1e9, "peak_mb": used.ru_maxrss / 1024}

    def durable(self):
        file, _ = self.document("md-1m")
        run = self.spawn(file)
        try:
            run.until(lambda text: self.o.first in text)
            run.press(self.style["open"])
            run.calm()
            # The third word of the index of SQLite's journal counts the commits.
            with open(os.path.join(run.library, "library.db-shm"), "rb") as index:
                shared = mmap.mmap(index.fileno(), 0, prot=mmap.PROT_READ)
            plan, _ = letters(self.o.keys, 48)
            took = []
            for key in plan:
                before = shared[8:12]
                sent = run.write(key)
                end = sent + int(200 * MS)
                while shared[8:12] == before and now() < end:
                    time.sleep(0.00005)
                if shared[8:12] != before:
                    took.append((now() - sent) / MS)
                run.quiet(0, 0)
                until = sent + int(self.o.gap * MS)
                while now() < until:
                    part = run.read((until - now()) / 1e9)
            self.keep("durable (kill)", missed=len(plan) - len(took), **spread(took))
        finally:
            run.close()

    def search(self):
        home = self.home("search", restore=False)
        words = json.loads(slurp(os.path.join(home, "words.json")))
        run = self.run([], home, home)
        try:
            run.until(lambda text: "Sessions" in text)
            run.calm()
            run.press("/", 0.3)
            for name, text in words.items():
                # Everything but the last character was searched already, as when one types.
                for key in text[:-1]:
                    run.write(key)
                    run.quiet(0.3)
                cold = []
                for _ in range(5):
                    cpu = run.cpu()
                    sent = run.write(text[-1])
                    parts, end = [], now() + 0.5e9
                    while now() < end:
                        part = run.read(0.1)
                        if part:
                            parts.append(part)
                    cpu = run.cpu() - cpu
                    cold.append((parts[-1][0] - sent) / MS if parts else -1.0)
                    for _, data in parts:
                        run.screen.feed(data)
                    shown = sum(1 for line in run.screen.grid if "message" in "".join(line))
                    run.write("\x7f")
                    run.quiet(0.5)
                self.keep(f"search {name}", first_ms=cold[0], ms=statistics.median(cold), cpu_ms=cpu * 1000, rows=shown)
                for _ in text[:-1]:
                    run.write("\x7f")
                run.quiet(0.5)
        finally:
            run.close()

    # --- parts of rows ----------------------------------------------------------------------------

    def start(self, name, spawn, mark, runs):
        paint, text, live = [], [], []
        for _ in range(runs):
            run = spawn()
            try:
                first = run.until(lambda shown: not shown.isspace())
                seen = run.until(lambda shown: mark in shown)
                if not first or not seen:
                    return self.failed(f"{name} open", run, "never showed the document's first line")
                if self.o.style == "plain":
                    run.write("Ж")
                    typed = run.until(lambda shown: "Ж" in shown)
                    live += [(typed - run.began) / MS] if typed else []
                paint.append((first - run.began) / MS)
                text.append((seen - run.began) / MS)
            finally:
                run.close()
        more = {"live_ms": statistics.median(live)} if live else {}
        self.keep(f"{name} open", paint_ms=statistics.median(paint), text_ms=statistics.median(text), **more, runs=len(text))

    def at(self, name, file, lines, place, watch):
        """Types at a place. Reached by the argument {line} where --args has it, else by keys."""
        by_line = "{line}" in self.o.args
        if not by_line and place not in self.style:
            return self.keep(f"{name} {place}", failed="no way there: give --middle, or {line} in --args")
        run = self.spawn(file, lines.get(place, 1))
        title = f"{name} {place}"
        try:
            mark = f"Z{place.upper()}"
            run.until(lambda text: ("Z" in text) if by_line else self.o.first in text)
            run.calm()
            if not by_line:
                way = keys(self.style[place].replace("{line}", str(lines.get(place, 1))))
                for key in way[:-1]:
                    run.write(key)
                    run.quiet(0.05)
                sent = run.write(way[-1])
                there = run.until(lambda text: mark in text, 20)
                if not there:
                    return self.failed(title, run, f"{mark} is not on the screen")
                if place != "start":
                    self.keep(f"{name} jump to {place}", ms=(there - sent) / MS)
            run.calm()
            run.press(self.style["open"], 0.1)
            self.keep(title, **typing(run, self.o.keys, self.o.gap / 1000, self.o.columns))
            if watch:
                self.keep(f"{name} rest", **rest(run, watch))
        finally:
            run.close()

    def home(self, name, restore=True):
        """A prepared library."""
        home = os.path.abspath(os.path.join(self.o.homes, name))
        if not os.path.exists(os.path.join(home, "ready")):
            shutil.rmtree(home, ignore_errors=True)
            os.makedirs(home)
            env = dict(os.environ, COWRITE_BENCH_HOME=home)
            env.update({f"COWRITE_BENCH_{key}": str(value) for key, value in HOMES[name].items()})
            print(f"making {home} …", flush=True)
            subprocess.run(["cargo", "bench", "--quiet", "--bench", "session"], env=env, check=True)
            if restore:
                shutil.copytree(home, f"{home}.kept", dirs_exist_ok=True)
            open(os.path.join(home, "ready"), "w").close()
        return home

    def restore(self, home):
        """As it was made. Files are written over, not replaced: a library knows its own file."""
        for folder, _, files in os.walk(f"{home}.kept"):
            there = os.path.join(home, os.path.relpath(folder, f"{home}.kept"))
            for name in files:
                shutil.copyfile(os.path.join(folder, name), os.path.join(there, name))
        for name in ("library.db-wal", "library.db-shm"):
            path = os.path.join(home, name)
            if os.path.exists(path) and not os.path.exists(os.path.join(f"{home}.kept", name)):
                os.remove(path)


ROWS = ("keys", "first", "large", "line", "stream", "ask", "local", "durable", "long", "search", "files")


def pressure():
    match = re.search(rb"some .*total=(\d+)", slurp("/proc/pressure/cpu"))
    return int(match[1]) / 1e6 if match else 0.0


def table(results):
    columns = []
    for row in results:
        columns += [name for name in row if name not in columns and name not in ("what", "failed")]
    print("\n| | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for row in results:
        cells = [row.get(c, "") for c in columns]
        cells = [f"{c:.2f}" if isinstance(c, float) and c < 100 else f"{c:.0f}" if isinstance(c, float) else str(c) for c in cells]
        print(f"| {row['what']} | " + (row["failed"] + " |" * len(columns) if "failed" in row else " | ".join(cells) + " |"))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("rows_wanted", metavar="ROW", nargs="*", default=["keys"], help="of " + ", ".join(ROWS) + ", or all")
    p.add_argument("--bin", required=True, help="the program")
    p.add_argument("--args", default="{file}", help="its arguments; {file} and {line} are filled in (%(default)s)")
    p.add_argument("--style", choices=STYLES, default="plain", help="whose keys to use")
    for name in ("start", "middle", "end"):
        p.add_argument(f"--{name}", metavar="KEYS", help=f"keys that go to the {name}, like '<ctrl-home>'; may hold {{line}}")
    p.add_argument("--open", metavar="KEYS", help="keys that open an empty line to type in")
    p.add_argument("--docs", default="md-1m,rs-1m", help="md or rs, and 100k, 1m, 10m or 100m (%(default)s)")
    p.add_argument("--homes", metavar="DIR", default="target/bench-homes", help="where prepared libraries are (%(default)s)")
    p.add_argument("--first", default="ZSTART", help="what the first screen shows (%(default)s)")
    p.add_argument("--where", default="start,middle,end", help="(%(default)s)")
    p.add_argument("--keys", type=int, default=200)
    p.add_argument("--gap", type=float, default=30, help="milliseconds between keys (%(default)s)")
    p.add_argument("--runs", type=int, default=5, help="starts; the median counts (%(default)s)")
    p.add_argument("--rest", type=float, default=10, help="seconds to watch it at rest; 0 leaves that out (%(default)s)")
    p.add_argument("--events", type=int, default=100_000, help="of a session file (%(default)s)")
    p.add_argument("--columns", type=int, default=120)
    p.add_argument("--rows", type=int, default=40)
    p.add_argument("--rr", action="store_true", help="real-time priority for the program and for this one (root)")
    p.add_argument("--json", metavar="FILE", help="write the numbers there too")
    p.add_argument("--show", action="store_true", help="print the screen of what failed")
    o = p.parse_args()
    found = shutil.which(o.bin)
    if not found:
        sys.exit(f"bench.py: {o.bin} is not a program")
    o.bin = os.path.abspath(found)
    wanted = ROWS if "all" in o.rows_wanted else o.rows_wanted
    unknown = [row for row in wanted if row not in ROWS]
    if unknown:
        sys.exit(f"bench.py: there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    if o.rr:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    began, waited = time.time(), pressure()
    with tempfile.TemporaryDirectory(prefix="pty-bench-") as folder:
        bench = Bench(o, folder)
        bench.floor()
        for row in wanted:
            getattr(bench, row)()
    table(bench.results)
    busy = (pressure() - waited) / (time.time() - began) * 100
    print(f"\n{o.columns}x{o.rows}; something on the machine waited for a processor {busy:.0f} % of the time.")
    if o.json:
        with open(o.json, "w") as file:
            json.dump({"bin": os.path.basename(o.bin), "pressure_pct": busy, "results": bench.results}, file, indent=1)
    return any("failed" in row for row in bench.results)


if __name__ == "__main__":
    sys.exit(main())
