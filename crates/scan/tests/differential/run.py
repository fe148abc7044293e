"""Runs programs for real and tells which of their sinks marked text arrives in.

Usage: run.py FOLDER COUNT INVOCATIONS: the programs are FOLDER/p0.py, FOLDER/p1.py, …; each process of a program sees so
many invocations.
Prints a line `PROGRAM LINE ARRIVED` for each line that called the sink, ARRIVED being 1 or 0.
"""

import contextlib
import importlib.util
import io
import os
import resource
import sys

# What the event holds is made of this character; no program writes it. No operation on texts changes it.
MARK = "~"
# Lines that a program may run in one invocation.
STEPS = 3000
# Bytes that all may use; texts that double in a loop throw before they get there.
MEMORY = 512 << 20

folder, count, invocations = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
arrived = {}
program = None
left = 0


class TooLong(BaseException):
    """A program goes on and on."""


def event(number):
    return {
        "a": "~a ~b,~c,~d",
        "b": "~",
        "n": number % 2,
        "yes": number != 2,
        "no": number == 2,
        "items": ["~i", "~j,~k", "~~~"],
        "map": {"k": "~m", "j": "~n", "~": "~o"},
        "rows": [{"c": "~r"}, {"c": "~s", "d": "~t"}],
    }


def marked(value):
    if isinstance(value, (bytes, bytearray)):
        return MARK.encode() in value
    if isinstance(value, (list, tuple)):
        return any(map(marked, value))
    return isinstance(value, str) and MARK in value


def sink(value):
    frame = sys._getframe(1)
    # A decorator or a builtin may have called it for the program.
    while frame is not None and os.path.dirname(frame.f_code.co_filename) != folder:
        frame = frame.f_back
    if frame is not None:
        place = (program, frame.f_lineno)
        arrived[place] = arrived.get(place, False) or marked(value)
    return 0


def bound(frame, _kind, _argument):
    global left
    if os.path.dirname(frame.f_code.co_filename) != folder:
        return None
    left -= 1
    if left < 0:
        raise TooLong
    return bound


def attempt(run, *arguments):
    """Runs a part of a program; whatever it throws is its own affair."""
    global left
    left = STEPS
    sys.settrace(bound)
    try:
        return run(*arguments)
    except (Exception, TooLong, SystemExit):
        return None
    finally:
        sys.settrace(None)


def main():
    global program
    sys.dont_write_bytecode = True
    sys.setrecursionlimit(250)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.system = sink
    for program in range(count):
        name = f"p{program}"
        path = os.path.join(folder, f"{name}.py")
        with contextlib.redirect_stdout(io.StringIO()):
            for number in range(4):
                spec = importlib.util.spec_from_file_location(name, path)
                module = sys.modules[name] = importlib.util.module_from_spec(spec)
                attempt(spec.loader.exec_module, module)
                for _ in range(invocations):
                    if handler := getattr(module, "handler", None):
                        attempt(handler, event(number), None)
    for (number, line), is_marked in sorted(arrived.items()):
        print(number, line, int(is_marked))


main()
