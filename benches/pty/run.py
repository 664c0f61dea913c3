"""A program in a pseudo-terminal: keys in, times out. Linux."""

import fcntl
import gc
import os
import random
import re
import select
import signal
import struct
import sys
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
NAMES.update({"alt-" + c: "\x1b" + c for c in "abcdefghijklmnopqrstuvwxyz0123456789"})


def keys(text):
    """`ihello<esc>` as one list entry a key."""
    out = []
    for name, char in re.findall(r"<([^>]+)>|(.)", text, re.S):
        if name and name not in NAMES:
            sys.exit(f"bench.py: no key is named <{name}>")
        out.append(NAMES[name] if name else char)
    return out


# --- a run ----------------------------------------------------------------------------------------

def slurp(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


class Run:
    """A program in a pseudo-terminal, with a home of its own."""

    def __init__(self, argv, home, columns, rows, library=None, more=None, rr=False):
        self.tag = b"PTY_BENCH_RUN=" + uuid.uuid4().hex.encode()
        self.library = library or os.path.join(home, "cowrite")
        env = {"PATH": os.environ.get("PATH", ""), "TERM": "xterm-256color", "COLORTERM": "truecolor",
               "LANG": "C.UTF-8", "SHELL": "/bin/sh", "HOME": home, "COWRITE_HOME": self.library}
        env.update([self.tag.decode().split("=")])
        env.update(more or {})
        self.master, slave = os.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * 10, rows * 20))
        name = os.ttyname(slave)
        self.bytes, self.live, self.over = 0, True, False
        self.screen = Screen(columns, rows, self.reply)
        actions = [(os.POSIX_SPAWN_CLOSE, self.master), (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
                   (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2), (os.POSIX_SPAWN_CLOSE, slave)]
        self.began = now()
        schedule = {"scheduler": (os.SCHED_RR, os.sched_param(1))} if rr else {}
        self.pid = os.posix_spawn(argv[0], argv, env, file_actions=actions, setsid=True, **schedule)
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

    def press(self, text, gap=0.05):
        """Keys one after the other, each given time to show."""
        for key in keys(text):
            self.write(key)
            self.quiet(gap, 4 * gap)

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

    def peak(self):
        lines = (line for p in self.pids() for line in slurp(f"/proc/{p}/status").splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith(b"VmHWM:")) / 1024

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


def spread(values):
    return {**{f"p{p}": percentile(values, p) for p in (50, 95, 99)}, "max": max(values)} if values else {}


def letters(count, width, lines=True):
    """Letters to type, in lines unless told; and for each what the screen shows then."""
    rng, plan, wanted, line = random.Random(7), [], [], ""
    while len(plan) < count:
        if lines and len(line) >= width:
            plan.append("\r")
            wanted.append(None)
            line = ""
        line += rng.choice("bcdfghjklmnpqrstvwxz")
        plan.append(line[-1])
        # In one long line the rows break anywhere: a few letters are on one of them or the next.
        wanted.append(line[-12:] if lines else line[-3:])
    return plan, wanted


def replay(run, times, wanted, parts, skip=False):
    """How long each key took until the screen showed it with those before it; with `skip` those are
    left out that are never found because a row broke between them."""
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
                later = pending[len(latencies) + 1:len(latencies) + 4] if skip else []
                if not any(next_sent <= at and next_typed in text for next_sent, next_typed in later):
                    break
                latencies.append(None)
                continue
            latencies.append((at - sent) / MS)
    run.live = True
    found = [latency for latency in latencies if latency is not None]
    return found, len(pending) - len(found)


def typing(run, count, gap, columns, lines=True):
    """Types letters; latency of each until the screen shows it."""
    plan, wanted = letters(count, min(48, columns // 2), lines)
    cpu, written = run.cpu(), run.bytes
    times, parts = run.type(plan, gap)
    cpu, written = run.cpu() - cpu, run.bytes - written
    latencies, missed = replay(run, times, wanted, parts, not lines)
    return {"missed": missed, "cpu_us": cpu / len(plan) * 1e6, "bytes": written / len(plan), **spread(latencies)}


def rest(run, seconds):
    # What typing set off is over: bursts are sealed, notices gone.
    run.quiet(8, 12)
    run.calm()
    cpu, switches, start = run.cpu(), run.switches(), now()
    run.quiet(seconds, seconds)
    elapsed = (now() - start) / 1e9
    return {"pss_mb": run.pss(), "cpu_pct": (run.cpu() - cpu) / elapsed * 100,
            "wakeups": (run.switches() - switches) / elapsed}
