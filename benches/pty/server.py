"""A server that speaks the OpenAI protocol and streams what it is asked to, in a process of its own.

A question that holds `go n=20000 rate=200` gets so many pieces of Markdown at so many a second
(0: as fast as they are taken), the n-th other one the words `reply n`. It notes when each request was read, when
its first piece and when its last piece was sent, on the clock of the program that started it.
"""

import itertools
import json
import os
import re
import select
import signal
import socket
import threading
import time

from documents import tokens

now = time.perf_counter_ns
REPLIES = itertools.count(1)


class Server:
    def __init__(self):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        self.notes, notes = os.pipe()
        self.rest = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.notes)
            try:
                serve(listener, notes)
            finally:
                os._exit(0)
        listener.close()
        os.close(notes)

    def note(self, name, seconds):
        """The time of the next note of this name; others are dropped. None when it does not come."""
        end = now() + seconds * 1e9
        while True:
            line, found, rest = self.rest.partition(b"\n")
            if found:
                self.rest = rest
                what, at = line.decode().split()
                if what == name:
                    return int(at)
                continue
            if not select.select([self.notes], [], [], max(0, (end - now()) / 1e9))[0]:
                return None
            self.rest += os.read(self.notes, 65536)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.notes)


def serve(listener, notes):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection, notes), daemon=True).start()


def talk(connection, notes):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = b""
    try:
        while True:
            while b"\r\n\r\n" not in data:
                part = connection.recv(1 << 16)
                if not part:
                    return
                data += part
            head, _, data = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            length = int(length[1]) if length else 0
            while len(data) < length:
                part = connection.recv(1 << 20)
                if not part:
                    return
                data += part
            body, data = data[:length], data[length:]
            read = now()
            if head.startswith(b"POST"):
                os.write(notes, b"request %d\n" % read)
                answer(connection, body, notes)
            else:
                models = json.dumps({"object": "list", "data": [{"id": "bench", "object": "model"}]}).encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                                   % (len(models), models))
    except OSError:
        pass
    finally:
        connection.close()


def frame(payload):
    data = b"data: " + payload + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


def piece(text):
    return frame(json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "bench", "choices": [
        {"index": 0, "delta": {"content": text}, "finish_reason": None}]}).encode())


def answer(connection, body, notes):
    wishes = re.findall(rb"go n=(\d+) rate=(\d+)", body)
    count, rate = map(int, wishes[-1]) if wishes else (1, 0)
    texts = tokens(count) if wishes else [f"reply {next(REPLIES)}."]
    pieces = [piece(text) for text in texts]
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    first = now()
    os.write(notes, b"first %d\n" % first)
    if rate:
        for index, one in enumerate(pieces):
            wait = first + index * 1e9 / rate - now()
            if wait > 0:
                time.sleep(wait / 1e9)
            connection.sendall(one)
    else:
        # The first by itself: it is timed.
        connection.sendall(pieces[0])
        for at in range(1, len(pieces), 64):
            connection.sendall(b"".join(pieces[at:at + 64]))
    os.write(notes, b"last %d\n" % now())
    end = json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "bench", "choices": [
        {"index": 0, "delta": {}, "finish_reason": "stop"}]}).encode()
    connection.sendall(frame(end) + frame(b"[DONE]") + b"0\r\n\r\n")
