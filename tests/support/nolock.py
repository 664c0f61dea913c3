"""Runs a program for which the kernel refuses file locks, as some file systems do.

nolock.py flock|fcntl ERRNO PROGRAM [ARGUMENT...]: a seccomp filter makes the system call fail with
that error. Needs Linux and no superuser. Exit code 77: this machine can't do it.
"""

import ctypes
import os
import platform
import struct
import sys

CALLS = {"x86_64": (73, 72, 0xC000003E), "aarch64": (32, 25, 0xC00000B7)}
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
REFUSE, ALLOW = 0x00050000, 0x7FFF0000
F_SETLK, F_SETLKW = 6, 7


def operation(code, value, yes=0, no=0):
    return struct.pack("HBBI", code, yes, no, value)


def rules(what, error):
    flock, fcntl, architecture = CALLS[platform.machine()]
    end = [operation(RETURN, REFUSE | error), operation(RETURN, ALLOW)]
    start = [operation(LOAD, 4), operation(EQUAL, architecture, 0, 3), operation(LOAD, 0)]
    if what == "flock":
        return start + [operation(EQUAL, flock, 0, 1)] + end
    start[1] = operation(EQUAL, architecture, 0, 6)
    tests = [operation(EQUAL, fcntl, 0, 4), operation(LOAD, 24)]
    return start + tests + [operation(EQUAL, F_SETLK, 1), operation(EQUAL, F_SETLKW, 0, 1)] + end


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("rules", ctypes.c_void_p)]


def main():
    what, error, program = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    if sys.platform != "linux" or platform.machine() not in CALLS:
        sys.exit(77)
    made = rules(what, error)
    memory = ctypes.create_string_buffer(b"".join(made))
    block = Filter(len(made), ctypes.cast(memory, ctypes.c_void_p))
    libc = ctypes.CDLL(None)
    # No new privileges; then the filter.
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(block), 0, 0):
        sys.exit(77)
    os.execv(program[0], program)


main()
