"""A terminal that keeps characters only, and answers what a terminal is asked."""

import codecs
import re
import unicodedata

TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<mark>[<-?]*)(?P<par>[0-9:;]*)(?P<inter>[ -/]*)(?P<fin>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_](?P<dcs>.*?)\x1b\\"
    r"|\x1b(?P<ei>[ -/]*)(?P<ef>[0-OQ-WYZ`-~=<>])"
    r"|(?P<c0>[\x00-\x1a\x1c-\x1f\x7f-\x9f])", re.S)


def width(c):
    if unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


class Screen:
    def __init__(self, columns, rows, reply):
        self.columns, self.rows, self.reply = columns, rows, reply
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.rest, self.grid, self.other = "", self.empty(), None
        self.x = self.y = self.top = 0
        self.bottom, self.saved, self.wrap = rows - 1, (0, 0), False
        self.sync = self.application = False

    def empty(self):
        return [[" "] * self.columns for _ in range(self.rows)]

    def text(self):
        return "\n".join("".join(row) for row in self.grid)

    def scroll(self, count, top, bottom):
        for _ in range(min(abs(count), bottom - top + 1)):
            gone, new = (top, bottom) if count > 0 else (bottom, top)
            del self.grid[gone]
            self.grid.insert(new, [" "] * self.columns)

    def newline(self):
        if self.y == self.bottom:
            self.scroll(1, self.top, self.bottom)
        elif self.y < self.rows - 1:
            self.y += 1

    def put(self, text):
        for c in text:
            w = 1 if c < "\x7f" else width(c)
            if w == 0:
                continue
            if self.wrap or self.x + w > self.columns:
                self.x = 0
                self.newline()
            self.wrap = False
            row = self.grid[self.y]
            row[self.x] = c
            if w == 2 and self.x + 1 < self.columns:
                row[self.x + 1] = ""
            self.x += w
            if self.x >= self.columns:
                self.x, self.wrap = self.columns - 1, True

    def feed(self, data):
        text, at = self.rest + self.decode(data), 0
        self.rest = ""
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                # The rest of a sequence comes with the next read; one that never ends is dropped.
                if len(text) - at < 65536:
                    self.rest = text[at:]
                    return
                at += 1
                continue
            at = token.end()
            kind = token.lastgroup
            if kind == "text":
                self.put(token["text"])
                continue
            if kind == "c0":
                self.control(token["c0"])
            elif kind == "fin":
                self.csi(token["mark"], token["par"], token["inter"], token["fin"])
            elif kind == "osc":
                code, _, value = token["osc"].partition(";")
                if value == "?" and code in ("10", "11", "12"):
                    self.reply(f"\x1b]{code};rgb:{'1010/1010/1010' if code == '11' else 'd0d0/d0d0/d0d0'}\x1b\\")
            elif kind == "dcs":
                if token.group(0).startswith("\x1bP+q"):
                    self.reply("\x1bP0+r\x1b\\")
            elif token["ef"] == "7":
                self.saved = (self.x, self.y)
            elif token["ef"] == "8":
                self.x, self.y = self.saved
            elif token["ef"] == "D":
                self.newline()
            elif token["ef"] == "M":
                if self.y == self.top:
                    self.scroll(-1, self.top, self.bottom)
                else:
                    self.y = max(0, self.y - 1)
            self.wrap = False

    def control(self, c):
        if c == "\r":
            self.x = 0
        elif c in "\n\x0b\x0c":
            self.newline()
        elif c == "\b":
            self.x = max(0, self.x - 1)
        elif c == "\t":
            self.x = min(self.columns - 1, (self.x // 8 + 1) * 8)

    def csi(self, mark, par, inter, fin):
        a = [int(v.split(":")[0] or 0) if v else 0 for v in par.split(";")] if par else []
        first = a[0] if a else 0
        n = first or 1
        if inter:
            if inter == "$" and fin == "p" and mark == "?":
                self.reply(f"\x1b[?{first};{2 if first in (7, 25, 1049, 2004, 2026) else 0}$y")
        elif mark == "?" and fin in "hl":
            for v in a:
                self.mode(v, fin == "h")
        elif mark == ">" and fin == "c":
            self.reply("\x1b[>41;390;0c")
        elif mark == ">" and fin == "q":
            self.reply("\x1bP>|bench(1)\x1b\\")
        elif mark:
            pass
        elif fin == "c":
            self.reply("\x1b[?62;22c")
        elif fin == "n" and first in (5, 6):
            self.reply("\x1b[0n" if first == 5 else f"\x1b[{self.y + 1};{self.x + 1}R")
        elif fin == "t" and first == 18:
            self.reply(f"\x1b[8;{self.rows};{self.columns}t")
        elif fin in "Hf":
            self.y = min(self.rows, n) - 1
            self.x = min(self.columns, max(1, a[1] if len(a) > 1 else 1)) - 1
        elif fin in "AF":
            self.y = max(0, self.y - n)
            self.x = 0 if fin == "F" else self.x
        elif fin in "BeE":
            self.y = min(self.rows - 1, self.y + n)
            self.x = 0 if fin == "E" else self.x
        elif fin in "Ca":
            self.x = min(self.columns - 1, self.x + n)
        elif fin == "D":
            self.x = max(0, self.x - n)
        elif fin in "G`":
            self.x = min(self.columns, n) - 1
        elif fin == "d":
            self.y = min(self.rows, n) - 1
        elif fin in "JK":
            self.erase(fin, first)
        elif fin in "LM" and self.top <= self.y <= self.bottom:
            self.scroll(n if fin == "M" else -n, self.y, self.bottom)
        elif fin in "ST":
            self.scroll(n if fin == "S" else -n, self.top, self.bottom)
        elif fin == "r":
            self.top = n - 1
            self.bottom = min(self.rows, a[1] if len(a) > 1 and a[1] else self.rows) - 1
            self.x = self.y = 0
        elif fin in "P@X":
            row, n = self.grid[self.y], min(n, self.columns - self.x)
            if fin == "X":
                row[self.x:self.x + n] = [" "] * n
            elif fin == "P":
                row[self.x:] = row[self.x + n:] + [" "] * n
            else:
                row[self.x:] = ([" "] * n + row[self.x:])[:self.columns - self.x]

    def mode(self, number, on):
        if number == 1:
            self.application = on
        elif number == 2026:
            self.sync = on
        elif number in (47, 1047, 1049) and on != (self.other is not None):
            self.grid, self.other = (self.empty(), self.grid) if on else (self.other, None)

    def erase(self, fin, how):
        row, blank = self.grid[self.y], [" "] * self.columns
        if how == 0:
            row[self.x:] = blank[self.x:]
        elif how == 1:
            row[:self.x + 1] = blank[:self.x + 1]
        else:
            row[:] = blank
        if fin == "J":
            span = {0: range(self.y + 1, self.rows), 1: range(self.y), 2: range(self.rows)}.get(how, ())
            for y in span:
                self.grid[y][:] = blank
