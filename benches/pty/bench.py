#!/usr/bin/env python3
"""Measures a terminal editor from outside, through a pseudo-terminal. Linux, Python 3.9, no packages.

    python3 benches/pty/bench.py --bin target/release/cowrite
    python3 benches/pty/bench.py --bin target/release/cowrite --docs md-10m --where end --json out.json
    python3 benches/pty/bench.py --bin vim --style vi --args '-u NONE +{line} {file}'

What each number is:

  first paint   from exec to the read that put the first character on the screen
  text          from exec to the read after which the document's first line is on the screen
  key           from write() of a key to the read() after which the screen shows the text typed so
                far; 200 keys, 30 ms apart, whether or not the program keeps up. Output inside a
                synchronised update counts when the update ends
  CPU/key, B/key  processor time and bytes written, divided by the keys
  PSS, CPU, wakeups at rest  over all processes of the run, after it was quiet, for --rest seconds

While keys are timed, this program only reads and keeps the time: what was read is emulated
afterwards. The row "floor" is `cat` on a raw terminal, measured in the same run: no program can be
quicker, and what it shows above 0.1 ms is the machine's other work.
"""

import argparse
import fcntl
import gc
import json
import os
import random
import re
import select
import shlex
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
import uuid

from screen import Screen

now = time.perf_counter_ns
MS = 1e6

# --- keys -----------------------------------------------------------------------------------------

NAMES = {"esc": "\x1b", "enter": "\r", "tab": "\t", "space": " ", "lt": "<", "up": "\x1b[A", "down": "\x1b[B",
         "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~",
         "pagedown": "\x1b[6~", "ctrl-home": "\x1b[1;5H", "ctrl-end": "\x1b[1;5F"}
NAMES.update({"ctrl-" + c: chr(ord(c) & 31) for c in "abcdefghijklmnopqrstuvwxyz"})
NAMES.update({"alt-" + c: "\x1b" + c for c in "abcdefghijklmnopqrstuvwxyz"})


def keys(text):
    """`ihello<esc>` as one list entry a key."""
    out = []
    for name, char in re.findall(r"<([^>]+)>|(.)", text, re.S):
        if name and name not in NAMES:
            sys.exit(f"bench.py: no key is named <{name}>")
        out.append(NAMES[name] if name else char)
    return out


STYLES = {
    # What goes to a place, and what opens an empty line to type in there.
    "plain": {"start": "<ctrl-home>", "end": "<ctrl-end>", "open": "<end><enter>"},
    "vi": {"start": "gg", "end": "G", "open": "o"},
}

# --- documents ------------------------------------------------------------------------------------

WORDS = ("the of and to in is that for it as was with be by on not he his but at are this have from or had an they "
         "which one you were all her she there would their we him been has when who will no more if out so up said "
         "what its about than into them can only other time new some could these two may first then do any like").split()
SIZES = {"100k": 100_000, "1m": 1_000_000, "10m": 10_000_000, "100m": 100_000_000}


def markdown(rng, n):
    def some(a, b):
        return " ".join(rng.choice(WORDS) for _ in range(rng.randint(a, b)))
    k = rng.random()
    if k < .08:
        return f"\n{'#' * rng.randint(2, 4)} {n} {some(3, 7).title()}\n"
    if k < .25:
        return f"- item {n}: **{some(1, 2)}** {some(6, 12)}\n"
    if k < .30:
        return f"\n```rust\nlet x{n} = compute({n}, \"{some(1, 3)}\");\n```\n"
    if k < .35:
        return f"| {n} | {some(2, 3)} | {some(2, 4)} |\n"
    if k < .40:
        return f"> {n} {some(5, 9)} *{some(1, 2)}* [{some(1, 2)}](https://example.org/{n})\n"
    return f"{n} {some(4, 7)}, {some(3, 6)}. {some(2, 5).capitalize()} `{rng.choice(WORDS)}`.\n"


def rust(rng, n):
    a, b = rng.choice(WORDS), rng.choice(WORDS)
    return (f"/// The {a} of {b}.\npub fn f_{a}_{n}(x: u64, name: &str) -> Result<u64, String> {{\n"
            f"    let mut sum = x.wrapping_mul({n * 7919});\n    for i in 0..{rng.randint(4, 99)} {{\n"
            f"        if i % 3 == 0 {{\n            sum ^= (i as u64) << 7; // {b}\n        }} else {{\n"
            f"            sum = sum.rotate_left(5);\n        }}\n    }}\n"
            f"    if sum == 0 {{ return Err(format!(\"{{name}}: {b}\")); }}\n    Ok(sum)\n}}\n\n")


def document(folder, name):
    """Writes a document; gives its path and the lines of its three marks."""
    kind, size = name.split("-")
    block, mark = {"md": (markdown, "{}\n"), "rs": (rust, "// {}\n")}[kind]
    rng, lines, done, n, at = random.Random(42), 1, 0, 0, {"start": 1}
    path = os.path.join(folder, f"{name}.{kind}")
    with open(path, "w") as file:
        text = mark.format("ZSTART") + "\n"
        while True:
            file.write(text)
            done += len(text)
            lines += text.count("\n")
            if done >= SIZES[size]:
                break
            n += 1
            if "middle" not in at and done >= SIZES[size] / 2:
                text = mark.format("ZMIDDLE")
                at["middle"] = lines
            else:
                text = block(rng, n)
        file.write(mark.format("ZEND"))
        at["end"] = lines
    return path, at


# --- a run ----------------------------------------------------------------------------------------

def slurp(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


class Run:
    """A program in a pseudo-terminal, with a home of its own."""

    def __init__(self, argv, home, columns, rows, library=None):
        self.tag = b"PTY_BENCH_RUN=" + uuid.uuid4().hex.encode()
        env = {"PATH": os.environ.get("PATH", ""), "TERM": "xterm-256color", "COLORTERM": "truecolor",
               "LANG": "C.UTF-8", "SHELL": "/bin/sh", "HOME": home, "COWRITE_HOME": library or os.path.join(home, "cowrite")}
        env.update([self.tag.decode().split("=")])
        self.master, slave = os.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * 10, rows * 20))
        name = os.ttyname(slave)
        self.bytes, self.live, self.over = 0, True, False
        self.screen = Screen(columns, rows, self.reply)
        actions = [(os.POSIX_SPAWN_CLOSE, self.master), (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
                   (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2), (os.POSIX_SPAWN_CLOSE, slave)]
        self.began = now()
        self.pid = os.posix_spawn(argv[0], argv, env, file_actions=actions, setsid=True)
        os.close(slave)

    def reply(self, text):
        if self.live:
            self.write(text)

    def write(self, text):
        if self.screen.application:
            text = re.sub(r"\x1b\[([ABCDHF])", "\x1bO\\1", text)
        at = now()
        os.write(self.master, text.encode())
        return at

    def read(self, seconds):
        if not select.select([self.master], [], [], max(0, seconds))[0]:
            return None
        try:
            data = os.read(self.master, 1 << 18)
        except OSError:
            data = b""
        at = now()
        self.over = not data
        self.bytes += len(data)
        return (at, data) if data else None

    def until(self, wanted, seconds=60):
        """Reads until the screen is as wanted; the time of that read, or None."""
        end = now() + seconds * 1e9
        while now() < end and not self.over:
            if not self.screen.sync and wanted(self.screen.text()):
                return now()
            part = self.read(0.05)
            if part:
                self.screen.feed(part[1])
                if not self.screen.sync and wanted(self.screen.text()):
                    return part[0]
        return None

    def quiet(self, seconds=0.3, most=60):
        """Reads until nothing came for so long."""
        end = now() + most * 1e9
        while now() < end and not self.over:
            part = self.read(seconds)
            if not part:
                return
            self.screen.feed(part[1])

    def calm(self, most=60):
        """Waits until it has used no processor for a while: what loads in the background is loaded."""
        end = now() + most * 1e9
        while now() < end:
            before = self.cpu()
            self.quiet(0.3)
            if self.cpu() - before < 0.006:
                return

    def type(self, plan, gap, tail=1.0):
        """Writes keys at fixed times and only records. Gives the write times and what was read."""
        times, parts, start = [], [], now()
        gc.disable()
        while not self.over:
            elapsed = (now() - start) / 1e9
            while len(times) < len(plan) and elapsed >= len(times) * gap:
                times.append(self.write(plan[len(times)]))
            left = len(plan) * gap + tail - elapsed
            if left <= 0:
                break
            part = self.read(min(left, max(0, len(times) * gap - elapsed)) if len(times) < len(plan) else left)
            if part:
                parts.append(part)
        gc.enable()
        return times, parts

    def pids(self):
        found = (int(p) for p in os.listdir("/proc") if p.isdigit())
        return [p for p in found if self.tag in slurp(f"/proc/{p}/environ")]

    def cpu(self):
        used = 0.0
        for p in self.pids():
            try:
                used += time.clock_gettime_ns((~p << 3) | 2) / 1e9
            except OSError:
                pass
        return used

    def pss(self):
        lines = (line for p in self.pids() for line in slurp(f"/proc/{p}/smaps_rollup").splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith(b"Pss:")) / 1024

    def switches(self):
        total = 0
        for p in self.pids():
            for task in os.listdir(f"/proc/{p}/task"):
                match = re.search(rb"\nvoluntary_ctxt_switches:\s*(\d+)", slurp(f"/proc/{p}/task/{task}/status"))
                total += int(match[1]) if match else 0
        return total

    def close(self):
        for p in self.pids():
            try:
                os.kill(p, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.close(self.master)
        os.waitpid(self.pid, 0)


# --- measurements ---------------------------------------------------------------------------------

def percentile(values, p):
    values = sorted(values)
    at = (len(values) - 1) * p / 100
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (at - low)


def typing(run, count, gap, columns):
    """Types letters in lines; latency of each until the screen shows the last of them together."""
    rng, plan, wanted, line = random.Random(7), [], [], ""
    while len(plan) < count:
        if len(line) >= min(48, columns // 2):
            plan.append("\r")
            wanted.append(None)
            line = ""
        line += rng.choice("bcdfghjklmnpqrstvwxz")
        plan.append(line[-1])
        wanted.append(line[-12:])
    cpu, written = run.cpu(), run.bytes
    times, parts = run.type(plan, gap)
    cpu, written = run.cpu() - cpu, run.bytes - written
    pending = [(at, text) for at, text in zip(times, wanted) if text]
    latencies, run.live = [], False
    for at, data in parts:
        run.screen.feed(data)
        if run.screen.sync:
            continue
        text = run.screen.text()
        while len(latencies) < len(pending):
            sent, typed = pending[len(latencies)]
            if sent > at or typed not in text:
                break
            latencies.append((at - sent) / MS)
    run.live = True
    result = {"missed": len(pending) - len(latencies), "cpu_us": cpu / len(plan) * 1e6, "bytes": written / len(plan)}
    if latencies:
        result.update({f"p{p}": percentile(latencies, p) for p in (50, 95, 99)}, max=max(latencies))
    return result


def rest(run, seconds):
    # What typing set off is over: bursts are sealed, notices gone.
    run.quiet(8, 12)
    run.calm()
    cpu, switches, start = run.cpu(), run.switches(), now()
    run.quiet(seconds, seconds)
    elapsed = (now() - start) / 1e9
    return {"pss_mb": run.pss(), "cpu_pct": (run.cpu() - cpu) / elapsed * 100,
            "wakeups": (run.switches() - switches) / elapsed}


class Bench:
    def __init__(self, options, folder):
        self.o, self.folder, self.results = options, folder, []
        self.style = dict(STYLES[options.style])
        for name in ("start", "middle", "end", "open"):
            given = getattr(options, name)
            if given is not None:
                self.style[name] = given

    def spawn(self, file, line=1):
        """Starts it in a new home with a copy of the document, as what it leaves there would tell."""
        if self.o.home:
            words = [w.replace("{file}", file).replace("{line}", str(line)) for w in shlex.split(self.o.args)]
            return Run([self.o.bin, *words], self.o.home, self.o.columns, self.o.rows, self.o.home)
        home = tempfile.mkdtemp(dir=self.folder)
        file = shutil.copy(file, home)
        words = [w.replace("{file}", file).replace("{line}", str(line)) for w in shlex.split(self.o.args)]
        return Run([self.o.bin, *words], home, self.o.columns, self.o.rows)

    def keep(self, name, **numbers):
        self.results.append({"what": name, **numbers})
        shown = "  ".join(f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}"
                          for key, value in numbers.items())
        print(f"{name:<24} {shown}", flush=True)

    def floor(self):
        run = Run(["/bin/sh", "-c", "stty raw -echo; echo READY; exec cat"], self.folder, self.o.columns, self.o.rows)
        try:
            run.until(lambda text: "READY" in text)
            self.keep("floor", **typing(run, self.o.keys, self.o.gap / 1000, self.o.columns))
        finally:
            run.close()

    def start(self, name, file):
        paint, text = [], []
        for _ in range(self.o.runs):
            run = self.spawn(file)
            try:
                first = run.until(lambda shown: not shown.isspace())
                mark = run.until(lambda shown: self.o.first in shown)
                if not first or not mark:
                    return self.failed(f"{name} open", run, "never showed the document's first line")
                paint.append((first - run.began) / MS)
                text.append((mark - run.began) / MS)
            finally:
                run.close()
        self.keep(f"{name} open", paint_ms=statistics.median(paint), text_ms=statistics.median(text), runs=len(text))

    def failed(self, name, run, why):
        self.keep(name, failed=why)
        if self.o.show:
            print(run.screen.text())

    def at(self, name, file, lines, place):
        """Types at a place. Reached by the argument {line} where --args has it, else by keys."""
        by_line = "{line}" in self.o.args
        if not by_line and place not in self.style:
            return self.keep(f"{name} {place}", failed="no way there: give --middle, or {line} in --args")
        run = self.spawn(file, lines.get(place, 1))
        title = f"{name} {place}"
        try:
            mark = f"Z{place.upper()}"
            run.until(lambda text: ("Z" in text) if by_line else self.o.first in text)
            run.quiet()
            if not by_line:
                for key in keys(self.style[place].replace("{line}", str(lines.get(place, 1)))):
                    run.write(key)
                    run.quiet(0.05)
            if not self.o.home and not run.until(lambda text: mark in text, 20):
                return self.failed(title, run, f"{mark} is not on the screen")
            run.calm()
            for key in keys(self.style["open"]):
                run.write(key)
                run.quiet(0.1)
            self.keep(title, **typing(run, self.o.keys, self.o.gap / 1000, self.o.columns))
            if place == self.o.where.split(",")[0] and self.o.rest:
                self.keep(f"{name} rest", **rest(run, self.o.rest))
        finally:
            run.close()


def pressure():
    match = re.search(rb"some .*total=(\d+)", slurp("/proc/pressure/cpu"))
    return int(match[1]) / 1e6 if match else 0.0


def table(results):
    print("\n| | key p50 ms | p95 | p99 | max | missed | CPU/key µs | B/key | paint ms | text ms | PSS MB | CPU % | wakeups/s |")
    print("|---|" + "---|" * 12)
    columns = ("p50", "p95", "p99", "max", "missed", "cpu_us", "bytes", "paint_ms", "text_ms", "pss_mb", "cpu_pct", "wakeups")
    for row in results:
        cells = [row.get(c, "") for c in columns]
        cells = [f"{c:.2f}" if isinstance(c, float) and c < 100 else f"{c:.0f}" if isinstance(c, float) else str(c) for c in cells]
        print(f"| {row['what']} | " + (row["failed"] + " |" * 12 if "failed" in row else " | ".join(cells) + " |"))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bin", required=True, help="the program")
    p.add_argument("--args", default="{file}", help="its arguments; {file} and {line} are filled in (%(default)s)")
    p.add_argument("--style", choices=STYLES, default="plain", help="whose keys to use")
    for name in ("start", "middle", "end"):
        p.add_argument(f"--{name}", metavar="KEYS", help=f"keys that go to the {name}, like '<ctrl-home>'; may hold {{line}}")
    p.add_argument("--open", metavar="KEYS", help="keys that open an empty line to type in")
    p.add_argument("--docs", default="md-1m,rs-1m,md-10m,rs-10m", help="md or rs, and 100k, 1m, 10m or 100m (%(default)s)")
    p.add_argument("--home", metavar="DIR", help="a library with a plan.md, which is opened instead of the documents "
                   "(benches/session.rs makes one)")
    p.add_argument("--first", default="ZSTART", help="what the first screen shows (%(default)s)")
    p.add_argument("--where", default="start,middle,end", help="(%(default)s)")
    p.add_argument("--keys", type=int, default=200)
    p.add_argument("--gap", type=float, default=30, help="milliseconds between keys (%(default)s)")
    p.add_argument("--runs", type=int, default=5, help="starts; the median counts (%(default)s)")
    p.add_argument("--rest", type=float, default=10, help="seconds to watch it at rest; 0 leaves that out (%(default)s)")
    p.add_argument("--columns", type=int, default=120)
    p.add_argument("--rows", type=int, default=40)
    p.add_argument("--json", metavar="FILE", help="write the numbers there too")
    p.add_argument("--show", action="store_true", help="print the screen of what failed")
    o = p.parse_args()
    found = shutil.which(o.bin)
    if not found:
        sys.exit(f"bench.py: {o.bin} is not a program")
    o.bin = os.path.abspath(found)
    began, waited = time.time(), pressure()
    with tempfile.TemporaryDirectory(prefix="pty-bench-") as folder:
        bench = Bench(o, folder)
        bench.floor()
        for name in ["home"] if o.home else o.docs.split(","):
            if o.home:
                o.home = os.path.abspath(o.home)
                file, lines = os.path.join(o.home, "plan.md"), {}
            else:
                file, lines = document(folder, name)
            bench.start(name, file)
            for place in o.where.split(","):
                bench.at(name, file, lines, place)
    table(bench.results)
    busy = (pressure() - waited) / (time.time() - began) * 100
    print(f"\n{o.columns}x{o.rows}; something on the machine waited for a processor {busy:.0f} % of the time.")
    if o.json:
        with open(o.json, "w") as file:
            json.dump({"bin": os.path.basename(o.bin), "pressure_pct": busy, "results": bench.results}, file, indent=1)
    return any("failed" in row for row in bench.results)


if __name__ == "__main__":
    sys.exit(main())
