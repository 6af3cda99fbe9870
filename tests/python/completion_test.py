#!/usr/bin/python3
"""Presses Tab in an interactive shell on a terminal, and looks what the program is given when the line is accepted.

Usage: completion_test.py SHELL FOLDER_OF_THE_PROGRAMS FOLDER_OF_THE_COMPLETIONS
SHELL is bash, zsh or fish. Exit code 77: it is not installed.
"""

import fcntl
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

SHELL, PROGRAMS, COMPLETIONS = sys.argv.pop(1), *(os.path.abspath(sys.argv.pop(1)) for _ in range(2))
PATIENCE_S = 30

# Anybody may have put these on the board. None is to run, and each is to arrive as it is.
ALL_NAMES = [
    "$(touch pwned)", "`touch pwned`", "<(touch pwned)", ">(touch pwned)", "${HOME}", "$HOME", "$((1+1))", "$sys",
    "a b", " leading", "trailing ", "two  blanks", "it's", "'", "''", 'say "hi"', '"', "back\\slash", "\\", "end\\", "x\\ny",
    "*", "?[a-z]*", "@(x)", "{a,b}", "~", "~root", "a=~root", "-rf", "--json", "-", "-5", "a=b", "k:v:w", "http://x:1", "a@b",
    "wow!bang", "!!", "!touch", "^x^y", "#comment", "a#b", "a;touch pwned", "a&&b|c", ">pwned", "<pwned", "=ls", "%1", "$'x'",
    "new\nline", "\nfirst", "tab\there", "\x1b[31mred", "\x01\x7f", "it's\nnew!x", "carriage\rreturn", "ü€𝄞", "\u2028sep",
    "\u00a0nbsp", "$", "a$", "`", "(", ")", "a(b", ",", "%s%n", "\"$(touch pwned)\"", "'$(touch pwned)'", "\\$(touch pwned)",
    "'; touch pwned; '", "$(touch pwned)\n`touch pwned`", "&", "|", ";", "a..b", "ends'", 'ends"', "&touch pwned&", "[x]", "x~",
]


# Fish would take what stands behind a tab for an explanation, and a tilde at the begin for a home, drops invisible
# characters, and can put nothing in front of a dash: bulletin.fish offers none of these.
NAMES = [name for name in ALL_NAMES if SHELL != "fish" or not ("\t" in name or "\u2028" in name or name.startswith(("-", "~")))]
# Those that begin with a dollar are the broker's own.
NAMESPACES = ["n" + name if name.startswith("$") else name for name in NAMES if "//" not in name]


def backslashed(text):
    """As a careful user writes it by hand, in each of the three shells."""
    return "".join(c if c.isalnum() else "\\" + c for c in text)


class Broker:
    def __init__(self):
        self.process = subprocess.Popen([os.path.join(PROGRAMS, "bulletin-broker"), "--bind", "tcp://127.0.0.1:*"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = dict(field.split("=", 1) for field in self.process.stdout.readline().split()[1:])
        self.endpoint = ready["commands"]

    def bulletin(self, *words):
        subprocess.run([os.path.join(PROGRAMS, "bulletin"), "--endpoint", self.endpoint, *words], check=True, timeout=PATIENCE_S,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()


class Terminal:
    """A shell on a terminal of its own. What it prints is read all the time, and kept for messages."""

    def __init__(self, home, environment, arguments):
        self.output, self.shown = b"", threading.Event()
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(os.path.join(home, "cwd"))
            os.execvpe(arguments[0], arguments, environment)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while True:
            try:
                part = os.read(self.descriptor, 65536)
            except OSError:  # the shell has ended
                return
            if not part:
                return
            self.output += part
            self.shown.set()

    def send(self, text):
        rest = text.encode()
        while rest:
            select.select([], [self.descriptor], [], PATIENCE_S)
            rest = rest[os.write(self.descriptor, rest):]

    def stop(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.reader.join(PATIENCE_S)
        os.close(self.descriptor)


SETUP = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--private", "--no-config", "-i"],
}

# Each prompt leaves a dot in a file.
BEGIN = {
    "bash": "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; source '{completions}/bulletin'; "
            "PS1='> '; PROMPT_COMMAND='printf . >>\"$PROMPTS\"'",
    "zsh": "PS1='> '; unsetopt zle_bracketed_paste beep; fpath=('{completions}' $fpath); autoload -Uz compinit; "
           "compinit -u -D; precmd() {{ printf . >>$PROMPTS }}",
    "fish": "function tell --on-event fish_prompt; printf . >>$PROMPTS; end; "
            "for file in '{completions}'/*.fish; source $file; end",
}


class CompletionTest(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp()
        self.broker = Broker()
        for folder in ("bin", "cwd"):
            os.mkdir(os.path.join(self.home, folder))
        self.calls, self.prompts = (os.path.join(self.home, name) for name in ("calls", "prompts"))
        self.file = os.path.join(self.home, "key.pub")
        for path in (self.calls, self.prompts, self.file):
            with open(path, "wb"):
                pass
        for program in ("bulletin", "bulletin-broker"):
            self.write_wrapper(program)
        timeout = os.path.join(self.home, "bin", "timeout")
        with open(timeout, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nshift\nexec \"$@\"\n")
        os.chmod(timeout, 0o700)
        environment = {
            "PATH": os.path.join(self.home, "bin") + ":" + os.environ["PATH"], "HOME": self.home, "LC_ALL": "C.UTF-8",
            "TERM": "xterm", "INPUTRC": "/dev/null", "CALLS": self.calls, "PROMPTS": self.prompts,
            "BULLETIN_ENDPOINT": self.broker.endpoint,
        }
        self.terminal = Terminal(self.home, environment, SETUP[SHELL])
        self.terminal.send(BEGIN[SHELL].format(completions=COMPLETIONS) + "\r")
        self.await_that(lambda: self.prompts_seen() > 0)

    def tearDown(self):
        self.terminal.stop()
        self.broker.stop()
        self.assertEqual(os.listdir(os.path.join(self.home, "cwd")), [], "a name ran")
        shutil.rmtree(self.home)

    def write_wrapper(self, program):
        """The program, which also notes what words it was given: how many, and each with a NUL behind it."""
        path = os.path.join(self.home, "bin", program)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nprintf '%s\\0' \"$#\" \"$@\" >>\"$CALLS\"\n")
            # The line that is accepted is not sent to a broker: its words are what counts.
            # A question waits as long as a busy machine needs.
            file.write("for word; do shift; [ \"$word\" != 500ms ] || word=20s; set -- \"$@\" \"$word\"; done\n")
            file.write(f"case \" $* \" in *' --help '* | *' --null '*) exec '{PROGRAMS}/{program}' \"$@\" ;; esac\n")
        os.chmod(path, 0o700)

    def await_that(self, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain; the terminal shows:\n" +
                            self.terminal.output.decode(errors="replace")[-3000:])
            self.terminal.shown.wait(0.002)
            self.terminal.shown.clear()

    def prompts_seen(self):
        return os.path.getsize(self.prompts)

    def calls_seen(self):
        with open(self.calls, "rb") as file:
            words = file.read().decode().split("\0")
        calls = []
        while len(words) > 1:
            count = int(words.pop(0))
            calls.append(words[:count])
            del words[:count]
        return calls

    def accepted(self, keys):
        """What the program is given when these keys, a Tab among them, and Enter are pressed."""
        before = self.prompts_seen()
        self.terminal.send(keys + "\r")
        self.await_that(lambda: self.prompts_seen() > before)
        calls = self.calls_seen()
        return calls[-1] if calls else []

    def check(self, keys, wanted):
        """Apart from a -- that stands in front of what begins with a dash."""
        got = self.accepted(keys)
        self.assertEqual([word for word in got if word != "--"], wanted, f"after {keys!r}")
        if wanted[-1].startswith("-"):
            self.assertIn("--", got)

    def load(self, attributes):
        """Each name with a namespace of its own, so that a Tab alone completes it."""
        lines = [json.dumps({"namespace": space, "attributes": dict.fromkeys(names, 1)}) for space, names in attributes.items()]
        path = os.path.join(self.home, "board")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        self.broker.bulletin("load", "--all", path)

    def spaces(self):
        """Pairs of a namespace and the only attribute there."""
        pairs = {f"n{i}": name for i, name in enumerate(NAMES)}
        self.load({space: [name] for space, name in pairs.items()})
        return pairs.items()

    def test_attributes_arrive_as_they_are(self):
        for space, name in self.spaces():
            with self.subTest(name=name):
                self.check(f"bulletin get {space} \t", ["get", space, name])

    def test_attributes_arrive_when_a_quote_is_open(self):
        for space, name in self.spaces():
            if name.startswith("-"):
                continue  # nothing can be put in front of the quote
            if SHELL == "fish" and name.endswith(","):
                continue  # fish leaves the quote open behind it, to go on
            for quote in "'\"":
                with self.subTest(name=name, quote=quote):
                    self.check(f"bulletin get {space} {quote}\t", ["get", space, name])

    def test_attributes_arrive_when_they_are_half_written(self):
        for space, name in self.spaces():
            begin = name[:len(name) // 2 + 1]
            if len(name) < 3 or name.startswith("-") or any(c < " " or c == "\x7f" for c in begin):
                continue
            with self.subTest(name=name):
                self.check(f"bulletin get {space} {backslashed(begin)}\t", ["get", space, name])
                if "'" not in begin:
                    self.check(f"bulletin get {space} '{begin}\t", ["get", space, name])
                if not any(c in "\"$`\\!" for c in begin):
                    self.check(f'bulletin get {space} "{begin}\t', ["get", space, name])

    def test_namespaces_arrive_as_they_are(self):
        for name in NAMESPACES:
            with self.subTest(name=name):
                self.broker.bulletin("set", "--", name, "speed", "1")
                try:
                    # Its attributes are found behind the name that was inserted.
                    # Fish reads the words of its line by lines, and goes on in a word that ends with a comma.
                    if SHELL == "fish" and ("\n" in name or name.endswith(",")):
                        self.check("bulletin get \t", ["get", name])
                    else:
                        self.check("bulletin get \t\t", ["get", name, "speed"])
                    if not name.startswith("-") and not (SHELL == "fish" and name.endswith(",")):
                        self.check("bulletin --json get '\t", ["--json", "get", name])
                finally:
                    self.broker.bulletin("del", "--", name, "speed")

    @unittest.skipIf(SHELL != "bash", "left to the shell")
    def test_what_names_have_in_common_is_inserted(self):
        for i, (begin, first, second) in enumerate([
                ("a b", "$(touch pwned)", "c"), ("~", "x", "y"), ("", " x", "$y"), ("it's", "\n", "\t"), ("a", "!b", "$c"),
                ("$(touch pwned", ")", " "), ("k:", "a=b", "a:b"), ("p q", "*", "?")]):
            with self.subTest(begin=begin):
                self.load({f"c{i}": [begin + first, begin + second]})
                got = self.accepted(f"bulletin get c{i} \t")
                self.assertEqual(got[2:] or [""], [begin + os.path.commonprefix([first, second])])

    def test_verbs_options_and_files(self):
        for keys, wanted in [
            ("bulletin wat\tplant\t", ["watch", "plant"]),
            ("bulletin load plant --repl\t", ["load", "plant", "--replace"]),
            ("bulletin-broker --metr\t", ["--metrics"]),
            (f"bulletin-broker --secret-key {self.file[:-3]}\t", ["--secret-key", self.file]),
            (f"bulletin --server-key {self.file[:-3]}\twat\t", ["--server-key", self.file, "watch"]),
            (f"bulletin load plant {self.file[:-3]}\t", ["load", "plant", self.file]),
            (f"bulletin load --all {self.file[:-3]}\t", ["load", "--all", self.file]),
        ]:
            self.assertEqual(self.accepted(keys), wanted)

    def test_the_broker_of_the_line_is_asked(self):
        other = Broker()
        other.bulletin("set", "elsewhere", "speed", "1")
        endpoint = other.endpoint
        for option in (f"--endpoint {endpoint}", f"--endpoint={endpoint}", f"--endpoint '{endpoint}' --timeout 1s"):
            got = self.accepted(f"bulletin watch {option} \t")
            self.assertEqual(got[-1], "elsewhere", option)
        other.stop()


if __name__ == "__main__":
    if not shutil.which(SHELL):
        print(f"{SHELL} is not installed")
        sys.exit(77)
    unittest.main()
