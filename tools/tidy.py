#!/usr/bin/python3
"""Checks the rules of the house that no compiler checks: floors, purity, names, sizes.

Usage: tidy.py [ROOT]. Prints one line for each violation, path:line: message; exit code 1 if there is any.
The floors are drawn in docs/architecture.md; tidy_test.py plants a violation of every rule.
"""

import os
import re
import sys

# Room (a folder) -> floor. An include goes to a lower floor or stays in its room.
ROOMS = {
    "lib/include/bulletin": 0,
    "lib/vocabulary": 0,
    "lib/wire": 1,
    "broker/zmtp": 1,
    "lib/replica": 2,
    "broker/authority": 2,
    "broker/service": 2,
    # The floors of a room: they see those below, and nothing of other rooms on its floor.
    "lib/client/system": 3.1,
    "lib/client/transport": 3.2,
    "lib/client/watch": 3.3,
    "lib/client/loop": 3.4,
    "lib/client/api": 3.5,
    "lib/client": 3,
    "broker/store": 3,
    "broker/server/telemetry": 3.1,
    "broker/server/config": 3.2,
    "broker/server/access": 3.3,
    "broker/server/net": 3.4,
    "broker/server": 3,
    "broker": 4,
    "cli": 4,
    "python": 4,
    "examples": 4,
    "bench": 4,
    "tests": 5,
}
# How the include of a room begins.
PREFIXES = {
    "bulletin": "lib/include/bulletin",
    "vocabulary": "lib/vocabulary",
    "wire": "lib/wire",
    "replica": "lib/replica",
    "client": "lib/client",
    "zmtp": "broker/zmtp",
    "authority": "broker/authority",
    "store": "broker/store",
    "service": "broker/service",
    "server": "broker/server",
    "cli": "cli",
}
# Sources of the public types may include the public headers, of the same floor; the broker's service is made of the
# authority, the broker's loop owns its store,
# and both read TOML by the same rules.
SAME_FLOOR = {("lib/vocabulary", "lib/include/bulletin"), ("broker/service", "broker/authority"),
              ("broker/server", "broker/store"), ("broker/server/config", "broker/store"),
              ("broker/server/access", "broker/store")}

TEST_NAME = re.compile(r'TEST_CASE\(\s*"((?:[^"\\]|\\.)*)"')

IMPURE_HEADERS = re.compile(
    r"^(thread|stop_token|mutex|shared_mutex|condition_variable|semaphore|latch|barrier|random|iostream|fstream"
    r"|filesystem|ctime|csignal|signal\.h|time\.h|unistd\.h|fcntl\.h|poll\.h|netdb\.h|pthread\.h|sched\.h|dlfcn\.h"
    r"|(sys|net|netinet|arpa|linux)/.*|zmq.*)$")
# path -> the headers that it may include nevertheless, and why.
IMPURE_ALLOWED = {
    # Memory from the system is no input or output: pages that can be given back while their addresses stay.
    "lib/replica/mapping.cpp": {"sys/mman.h", "unistd.h"},
}
IMPURE_CODE = [
    # The type of a point in time is fine, asking for the time is not.
    (re.compile(r"\b(steady|system|high_resolution)_clock\b(?!::(time_point|duration)\b|, )|::now\s*\("), "reads a clock"),
    (re.compile(r"\bstd::(this_thread|thread|jthread|async)\b"), "starts or names a thread"),
    (re.compile(r"\bstd::(\w*mutex|condition_variable\w*|lock_guard|unique_lock|scoped_lock|shared_lock)\b"),
     "takes a lock"),
    (re.compile(r"\bstd::(random_device|mt19937\w*|default_random_engine)\b"), "is random"),
    (re.compile(r"\bstd::(cout|cerr|clog|cin|[io]?fstream)\b|(?<![\w.:>])(?:std::|::)?f?printf\s*\("),
     "does input or output"),
    (re.compile(r"(?<![\w.:>])(?:std::|::)?(s?rand|getenv|clock_gettime|gettimeofday|fopen|socket|fork|getpid)\s*\("),
     "calls the system"),
    (re.compile(r"\bzmq(::|_\w+\s*\()"), "uses ZeroMQ"),
]
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|time\.sleep)\b|(?<![\w.])(?:::)?sleep\s*\(")
# The one helper that awaits a condition with a deadline.
SLEEP_ALLOWED = ("tests/support/await.hpp", "tests/support/await.cpp")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")

MAX_LINES = 500
# path -> why it may be longer.
LONG_ALLOWED = {}

# Sources here share no file name with each other: who has seen a name knows where it is. An internal header may be
# named as the public one that it belongs to.
UNIQUE_NAMES = ("lib/", "broker/", "cli/")
# name -> why there are several.
SAME_NAME_ALLOWED = {
    "main.cpp": "each program has one",
    "escape.hpp": "the library's, and the command line's",
    "escape.cpp": "likewise",
    "transaction.hpp": "the public one and its wire form",
    "publisher.hpp": "the public one",
    "namespace_state.hpp": "the public handle's and the client's",
}
# Headers that include each other, or whose sources do, are one module in several files: a knot.
CYCLES_ALLOWED = {
    frozenset({"lib/include/bulletin/value", "lib/include/bulletin/value_traits"}): "the public header has all of it",
    frozenset({"lib/include/bulletin/namespace", "lib/include/bulletin/detail/attribute_calls"}): "the public header has all of it",
    frozenset({"lib/wire/commit", "lib/wire/parsed_run"}): "a run is checked by what takes it apart",
    frozenset({"broker/authority/authority", "broker/authority/state"}): "the class and its hidden state",
    frozenset("lib/client/loop/" + name for name in ("client_state", "destination", "implementation", "loop",
                                                     "namespace_state", "open_namespaces", "writes")):
        "a client's state and what works on it",
}

CODE = (".hpp", ".cpp")
TEXT = CODE + (".py", ".cmake", ".txt", ".sh", ".md", ".json", ".yml")
SNAKE_CASE = re.compile(r"^([a-z][a-z0-9_]*\.(hpp|cpp|py)|__init__\.py)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".cache"}


def room_of(path):
    """The longest room that contains the file, or None."""
    found = None
    for room in ROOMS:
        if path.startswith(room + "/") and (found is None or len(room) > len(found)):
            found = room
    return found


def room_of_include(name):
    """The room whose header that is, or None."""
    folder, slash, rest = name.partition("/")
    if not slash or folder not in PREFIXES:
        return None
    return room_of(PREFIXES[folder] + "/" + rest)


def is_below(target, room):
    below = int(ROOMS[target]) < int(ROOMS[room])
    siblings = os.path.dirname(target) == os.path.dirname(room)
    inside = target.startswith(room + "/")
    return below or inside or (siblings and int(ROOMS[target]) == int(ROOMS[room]) and ROOMS[target] < ROOMS[room])


def cycles_of(graph):
    """The sets of nodes that reach each other."""
    def reached_from(start):
        seen, waiting = set(), [start]
        while waiting:
            for node in graph.get(waiting.pop(), ()):
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        return seen

    reached = {node: reached_from(node) - {node} for node in graph}
    cycles = {frozenset({node} | {other for other in reached[node] if node in reached.get(other, ())})
              for node in graph}
    return sorted((cycle for cycle in cycles if len(cycle) > 1), key=min)


def without_comments_and_strings(text):
    """The code with comments and literals blanked out; line numbers stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        return '""' + "\n" * match.group(0).count("\n")

    return pattern.sub(blank, text)


class Tidy:
    def __init__(self, root):
        self.root = root
        self.violations = []
        self.includes = {}  # module (a path without its ending) -> those that it includes

    def report(self, path, line, message):
        self.violations.append(f"{path}:{line}: {message}")

    def files(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
            for name in sorted(names):
                yield os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")

    def run(self):
        self.paths = set(self.files())
        for path in sorted(self.paths):
            if path.endswith(TEXT):
                with open(os.path.join(self.root, path), encoding="utf-8") as file:
                    self.check_file(path, file.read())
        self.check_names()
        self.check_cycles()
        self.check_pair("lib/wire/limits.hpp", "docs/protocol.md")
        self.check_pair("broker/store/records.hpp", "docs/storage.md")
        return self.violations

    def check_file(self, path, text):
        lines = text.splitlines()
        self.check_text(path, lines)
        if path.endswith(CODE):
            self.check_code(path, text, lines)

    def check_text(self, path, lines):
        name = path.rsplit("/", 1)[-1]
        if name.endswith(CODE + (".py",)):
            if not SNAKE_CASE.match(name):
                self.report(path, 1, "file names are snake_case")
            if len(lines) > MAX_LINES and path not in LONG_ALLOWED:
                self.report(path, len(lines), f"longer than {MAX_LINES} lines")
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                self.report(path, number, "unfinished work is finished or an issue, not a comment")
            if path.startswith("tests/") and path not in SLEEP_ALLOWED and SLEEP.search(line):
                self.report(path, number, "a test awaits a condition with a deadline, it never sleeps")

    def check_code(self, path, text, lines):
        room = room_of(path)
        includes = self.check_includes(path, room, lines)
        self.check_own_header(path, room, includes)
        if path.endswith(".hpp"):
            if "#pragma once" not in text:
                self.report(path, 1, "a header has #pragma once")
            for number, line in enumerate(lines, 1):
                if re.match(r"\s*using namespace\b", line):
                    self.report(path, number, "a header has no 'using namespace'")
        if path.startswith("tests/") and "TEST_CASE(" in text and not path.endswith("_test.cpp"):
            self.report(path, 1, "a file with tests is named <file>_test.cpp")
        for match in TEST_NAME.finditer(text):
            if re.search(r'[;*"]', match.group(1)):
                number = text.count("\n", 0, match.start(1)) + 1
                self.report(path, number, "the name of a test has no ';', '*' or '\"', by which CTest and Catch divide")
        if room is not None and ROOMS[room] <= 2:
            for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
                for pattern, what in IMPURE_CODE:
                    if pattern.search(line):
                        self.report(path, number, f"floor {ROOMS[room]} is pure, but this {what}")

    def check_includes(self, path, room, lines):
        includes = []
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                includes.append(match.group(2))
                self.note_include(path, match.group(2))
                if room is not None and room != "tests":
                    self.check_include(path, number, room, match.group(1), match.group(2))
        return includes

    def check_include(self, path, number, room, quote, name):
        floor = ROOMS[room]
        target = room_of_include(name)
        if target is not None:
            if target != room and not is_below(target, room) and (room, target) not in SAME_FLOOR:
                self.report(path, number, f"{room} (floor {floor}) never includes {target} (floor {ROOMS[target]})")
            if (target == "lib/include/bulletin") != (quote == "<"):
                self.report(path, number, "public headers are <bulletin/x.hpp>, internal ones \"room/x.hpp\"")
        if name.startswith("../") or "/../" in name:
            self.report(path, number, "an include names the room, never '..'")
        if name.startswith("zmq") and int(floor) != 3 and room != "bench":  # there it is what we are compared with
            self.report(path, number, "ZeroMQ is for floor 3 only")
        elif (floor <= 2 and quote == "<" and IMPURE_HEADERS.match(name)
              and name not in IMPURE_ALLOWED.get(path, ())):
            self.report(path, number, f"floor {floor} is pure: no <{name}>")
        if name == "future" and floor in (1, 2):
            self.report(path, number, f"floor {floor} is pure: no <future>")
        if re.match(r"msgpack\b", name) and path != "lib/include/bulletin/msgpack.hpp":
            self.report(path, number, "MessagePack is for <bulletin/msgpack.hpp> only")
        if name.startswith("absl/") and not room.startswith("broker"):
            self.report(path, number, "absl is for the broker only")

    def note_include(self, path, name):
        first, _, rest = name.partition("/")
        target = f"{PREFIXES.get(first)}/{rest}"
        if room_of(path) not in (None, "tests") and target in self.paths:
            self.includes.setdefault(path[:-4], set()).add(target[:-4])

    def check_names(self):
        first = {}
        for path in sorted(self.paths):
            name = path.rsplit("/", 1)[-1]
            if not path.endswith(CODE) or not path.startswith(UNIQUE_NAMES) or name in SAME_NAME_ALLOWED:
                continue
            other = first.setdefault(name, path)
            if other != path:
                self.report(path, 1, f"has the name of {other}")

    def check_cycles(self):
        """Of modules that include each other, however far around, one is reported for all."""
        for cycle in cycles_of(self.includes):
            if not any(cycle <= allowed for allowed in CYCLES_ALLOWED):
                self.report(min(cycle) + ".hpp", 1, "these include each other: " + ", ".join(sorted(cycle)))

    def check_own_header(self, path, room, includes):
        if not path.endswith(".cpp") or room is None or path[:-4] + ".hpp" not in self.paths:
            return
        own = path[:-4].rsplit("/", 1)[-1] + ".hpp"
        if not includes or includes[0].rsplit("/", 1)[-1] != own:
            self.report(path, 1, f"the own header, {own}, is included first")

    def check_pair(self, first, second):
        """A format's header and its page name each other, so that neither is changed alone."""
        for here, there in ((first, second), (second, first)):
            if here in self.paths and there in self.paths:
                with open(os.path.join(self.root, here), encoding="utf-8") as file:
                    if there not in file.read():
                        self.report(here, 1, f"does not name {there}")


def main(arguments):
    root = arguments[1] if len(arguments) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    violations = Tidy(root).run()
    print("\n".join(violations) if violations else "tidy")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
