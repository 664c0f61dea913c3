"""Session files of any size, for measuring: made line by line, with ids that are right."""

import hashlib
import json
import random

PERSON = "p_01KH1WNWW0HMJPV5C7TVQ4E0K1"
MODEL = "m_01KH4JVF1BRVY7J9G8BVM64JNY"
DOCUMENT = "d_01KH1WNWW0BTPV17JRX6J8F2J8"
WORDS = (
    "the bread oven dough flour night morning street market plan money water salt time people shop "
    "year list word line"
).split()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode())
    return digest.hexdigest()


class Log:
    """Writes events one after the other; each names the one before as its parent."""

    def __init__(self, out, rand):
        self.out, self.rand = out, rand
        self.session, self.head = "", None
        self.count, self.at, self.numbers = 0, 1_770_000_000_000, {}

    def put(self, kind, writer, data, texts=()):
        body = [{"salt": f"{self.rand.getrandbits(128):032x}", "text": text} for text in texts]
        number = self.numbers.get(writer, 0)
        self.numbers[writer] = number + 1
        event = {
            "at": self.at,
            "data": data,
            "kind": kind,
            "lamport": self.count,
            "n": number,
            "parents": [self.head] if self.head else [],
            "session": self.session,
            "v": 1,
            "writer": str(writer),
        }
        if body:
            event["body"] = [
                sha("cowrite-body-1\n", one["salt"], "\n", one["text"]) for one in body
            ]
        event_id = sha("cowrite-event-1\n", canonical(event))
        if body:
            event["body"] = body
        event["id"] = event_id
        self.out.write(canonical(event) + "\n")
        self.head = event_id
        self.session = self.session or event_id
        self.count += 1
        self.at += self.rand.randrange(500, 5_000)
        return event_id


def write(path, count, fork_at=None, fork=0):
    """A session of `count` events: three in five are edits, the others questions and answers. Files
    with the same `fork_at` and different `fork` are one session up to there, and go apart then."""
    rand = random.Random(7)
    words = lambda some: " ".join(rand.choice(WORDS) for _ in range(some))
    text = lambda index: {"$": [index, 1]}
    writers = lambda: [rand.getrandbits(62) for _ in range(3)]
    with open(path, "w") as out:
        log = Log(out, rand)
        person, editor, model = writers()
        created = {"app": "cowrite/0.1.0", "author": PERSON, "kind": "person", "name": text(0),
                   "nonce": f"{rand.getrandbits(128):032x}", "title": text(1)}
        log.put("session.created", person, created, ["Ada", "big.md"])
        log.put("document.added", person, {"doc": DOCUMENT, "name": text(0)}, ["big.md"])
        introduced = {"author": MODEL, "kind": "model", "name": text(0)}
        log.put("author.introduced", person, introduced, ["example/large"])
        log.put("writer.started", editor, {"author": PERSON, "doc": DOCUMENT})
        log.put("writer.started", model, {"author": MODEL})
        start, length, lamport, deps, last = 0, 0, 0, [], None
        while log.count < count:
            if log.count == fork_at:
                rand.seed(fork)
                person, editor, model = writers()
                log.put("writer.started", person, {"author": PERSON})
                log.put("writer.started", editor, {"author": PERSON, "doc": DOCUMENT})
                log.put("writer.started", model, {"author": MODEL})
                start = 0
            if rand.random() < 0.6:
                come = words(3) + ("\n" if rand.random() < 0.05 else " ")
                pos = rand.randrange(length + 1) if rand.random() < 0.2 else length
                ops = [{"ins": len(come), "pos": pos, "text": text(0)}]
                edit = {"deps": deps, "doc": DOCUMENT, "lamport": lamport, "ops": ops, "start": start}
                log.put("document.edited", editor, edit, [come])
                start, length, lamport = start + len(come), length + len(come), lamport + len(come)
                deps = [f"{start - 1}@{editor}"]
            elif fork_at is None or log.count != fork_at - 1:
                asked = {"role": "person", "status": "complete", "text": text(0)}
                if last:
                    asked["after"] = last
                last = log.put("message.posted", person, asked, [words(12)])
                said = {"after": last, "model": text(0), "role": "model", "status": "complete",
                        "text": text(1)}
                last = log.put("message.posted", model, said, ["example/large", words(40)])
