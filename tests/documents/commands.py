#!/usr/bin/python3
"""Runs every command that a document prints, in the order printed, and fails for one that does not work.

Usage: commands.py documents SOURCE BIN [DOCUMENT...]   with the programs of a build, which are in the folder BIN
       commands.py clone CLONE                          README.md, with its builds, in a fresh clone, which is changed

A command is a line of a block ```sh (where lines begin with "$ ", the others are what it prints), or inline code that is a
program of ours or of the build with arguments, or an example that `bulletin --help` prints. Every section begins in a new folder, without a broker; the first command
that needs one finds bulletin-broker started. tests/documents/exceptions.py says which commands are run otherwise, or not at
all, and why. All of it happens in a network of its own, and what is written to /run, /var and /usr/local is gone
afterwards. Exits with 77 where the machine does not allow that.
"""

import glob
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import exceptions

PATIENCE_S = 30
BUILD_PATIENCE_S = 2400
SHELLS = ("sh", "bash", "console")
# Blocks of these are no commands.
OTHERS = ("cpp", "cmake", "toml", "yaml", "json", "text", "python", "ini")
PROGRAM = r"(\S*/)?(bulletin(-[a-z]+)?|example-[a-z-]+|test_[a-z]+|cmake|cpack|ctest|g\+\+|systemctl|apt(-get)?|perf|docker|pip3?)"
INLINE = re.compile(rf"(sudo )?({PROGRAM} .*|(script|\.ci|tools)/[a-z_.]+( .*)?|examples/[a-z_]+/(demo|run)( .*)?)", re.S)
MENTION = re.compile(r"(bulletin|bulletin-broker|apt-get|cmake) [a-z-]*[a-z]|tools/[a-z_]+\.py|script/(bootstrap|format)|\.ci/run")


class Failure(Exception):
    pass


def matches(rules, command):
    return any(re.fullmatch(rule, command, re.S) for rule in rules)


def rule_of(command):
    for rule, reason in exceptions.NEVER:
        if re.fullmatch(rule, command, re.S):
            return reason
    return None


def complete(text):
    return subprocess.run(["bash", "-n"], input=text, text=True, stderr=subprocess.DEVNULL, check=False).returncode == 0


def without_comment(command):
    """A '#' in a string begins none."""
    for match in re.finditer(r"\s+# ", command):
        if "\n" not in command[match.start():].strip() and complete(command[:match.start()]):
            return command[:match.start()]
    return command


def block_commands(lines):
    """The commands of a block's lines; one may go over several lines."""
    if any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    command = ""
    for line in lines:
        if not command and (not line.strip() or line.lstrip().startswith("#")):
            continue
        command += line + "\n"
        if not command.endswith("\\\n") and complete(command):
            yield without_comment(command.strip())
            command = ""
    if command:
        yield command.strip()


def inline_commands(text):
    for match in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text):
        command = " ".join(match.group(1).split())
        if INLINE.fullmatch(command) and not MENTION.fullmatch(command):
            yield command


def parts(page):
    """(section, kind, text) of a page, in order: kind is "text", or what stands behind the fence of a block."""
    section, text, block, kind = "", [], None, ""
    for line in page.splitlines():
        if block is not None:
            if line.startswith("```"):
                yield section, kind, "\n".join(block)
                block = None
            else:
                block.append(line)
        elif line.startswith("```"):
            yield section, "text of the page", "\n".join(text)
            text, block, kind = [], [], line[3:].strip()
        elif line.startswith("## ") or line.startswith("# "):
            yield section, "text of the page", "\n".join(text)
            text, section = [], line.lstrip("# ")
        else:
            text.append(line)
    yield section, "text of the page", "\n".join(text)


def commands(page):
    """(section, command) in the order printed; a block that does not say what it is, is a Failure."""
    for section, kind, text in parts(page):
        if kind == "text of the page":
            found = inline_commands(text)
        elif kind in SHELLS:
            found = block_commands(text.splitlines())
        elif kind in OTHERS:
            continue
        else:
            raise Failure(f"in section '{section}' a block is marked '{kind}'; say what it is, one of {', '.join(SHELLS + OTHERS)}:\n{text}")
        for command in found:
            yield section, command


class Session:
    """One section: a folder, what was exported, and the programs that go on."""

    def __init__(self, folder, path):
        self.folder = folder
        self.work = tempfile.mkdtemp()
        self.running = []  # (command, process, output)
        self.broker = None
        self.environment = {**os.environ, "PATH": f"{path}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        for name in [name for name in self.environment if name.startswith("BULLETIN_")]:
            del self.environment[name]

    def run(self, command, patience=PATIENCE_S):
        words = command
        for placeholder, meaning in exceptions.PLACEHOLDERS.items():
            words = re.sub(rf"\b{placeholder}\b", meaning, words)
        if self.is_broker(words):
            self.start_broker(words)
            return
        if re.match(r"(\S*/)?(bulletin|example-(first|publisher|viewer|robot|dashboard))\b(?! keygen| --help| --version| help)", words) and not self.broker:
            self.start_broker("bulletin-broker")
        if matches(exceptions.STAYS, command):
            self.start(words)
            return
        script = f"set -e\n{words}\nexport -p > {shlex.quote(self.work)}/exported\npwd > {shlex.quote(self.work)}/folder\n"
        with open(os.path.join(self.work, "output"), "w+b") as output:
            process = subprocess.Popen(["bash", "-c", script], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                status = process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                status = f"nothing after {patience} s (if it goes on for ever, name it in STAYS of exceptions.py)"
            output.seek(0)
            text = output.read().decode(errors="replace")
        if status != 0:
            raise Failure(f"ended with {status}:\n{text[-4000:]}")
        self.remember()

    def remember(self):
        """What the command has exported, and the folder to which it went."""
        with open(os.path.join(self.work, "folder"), encoding="utf-8") as file:
            self.folder = file.read().rstrip("\n")
        told = subprocess.run(["bash", "-c", f". {shlex.quote(self.work)}/exported; env -0"], capture_output=True, check=True).stdout
        for entry in told.decode().split("\0"):
            name, found, value = entry.partition("=")
            if found and name not in ("_", "SHLVL", "PWD", "OLDPWD"):
                self.environment[name] = value

    @staticmethod
    def is_broker(command):
        return re.match(r"(\S*/)?bulletin-broker( (?!check|help|--help|--version)|$)", command)

    def start(self, command):
        """In the background; returns when it has said something, if it is to say anything."""
        output = tempfile.TemporaryFile(dir=self.work)
        process = subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        self.running.append((command, process, output))
        if not matches(exceptions.SILENT, command) and not self.await_output(process, lambda: os.fstat(output.fileno()).st_size > 0):
            self.give_up(self.running[-1], "says nothing")

    def start_broker(self, command):
        if self.broker:
            entry, self.broker = self.broker, None
            self.end(entry)
        self.start(command)
        self.broker = self.running[-1]
        if not self.await_output(self.broker[1], lambda: "ready commands=" in self.said(self.broker)):
            entry, self.broker = self.broker, None
            self.give_up(entry, "the broker is not ready")

    def give_up(self, entry, why):
        _, process, output = entry
        self.running.remove(entry)
        status = process.poll()
        if status is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        said = self.said(entry)
        output.close()
        raise Failure(f"{why}; {'it went on' if status is None else f'it ended with {status}'}:\n{said}")

    @staticmethod
    def await_output(process, is_there):
        deadline = time.monotonic() + PATIENCE_S
        while not is_there() and time.monotonic() < deadline:
            try:
                process.wait(timeout=0.02)
                break
            except subprocess.TimeoutExpired:
                pass
        return is_there()

    @staticmethod
    def said(entry):
        return os.pread(entry[2].fileno(), 1 << 20, 0).decode(errors="replace")

    def end(self, entry):
        command, process, _ = entry
        self.running.remove(entry)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            status = process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Failure(f"'{command}' does not end after SIGINT") from None
        if status not in (0, 130, -signal.SIGINT):
            raise Failure(f"'{command}' has ended with {status}:\n{self.said(entry)}")
        entry[2].close()

    def close(self):
        # The broker last: the others are its clients.
        told = []
        for entry in sorted(self.running, key=lambda entry: entry is self.broker):
            try:
                self.end(entry)
            except Failure as failure:
                told.append(str(failure))
        if told:
            raise Failure("; ".join(told))


def tree_of(source, programs):
    """A folder like a clone whose builds are done: its commands may write into it."""
    folder = tempfile.mkdtemp()
    for name in os.listdir(source):
        if name not in ("build", ".git"):
            os.symlink(os.path.join(source, name), os.path.join(folder, name))
    for build in ("dev", "release"):
        os.makedirs(os.path.join(folder, "build", build))
        os.symlink(programs, os.path.join(folder, "build", build, "bin"))
    return folder


def run_document(name, page, make_folder, path, clone):
    """The failures of a document's commands."""
    failures, session, at = [], None, None

    def attempt(what, command, action):
        try:
            action()
            return True
        except Failure as failure:
            failures.append(f"{name}, section '{at}', {what} '{command}': {failure}")
            return False

    for section, command in list(commands(page)) + [(None, None)]:
        if section != at:
            if session:
                attempt("at the end of", at, session.close)
            at, session = section, None
        if command is None:
            break
        reason = rule_of(command)
        if reason or (matches(exceptions.CLONE, command) and not clone):
            print(f"   ({name}: '{command}': {reason or 'from a fresh clone'})", flush=True)
            continue
        if not session:
            session = Session(make_folder(), path)
            write_programs(page, session.folder)
            before = exceptions.BEFORE.get((name, "every section"), []) + exceptions.BEFORE.get((name, section), [])
            for first in before:
                attempt("before it", first, lambda first=first: session.run(first))
        begin = time.monotonic()
        patience = BUILD_PATIENCE_S if matches(exceptions.CLONE, command) else PATIENCE_S
        if attempt("the command", command, lambda: session.run(command, patience)):
            print(f"{name}: {command}  [{time.monotonic() - begin:.1f} s]", flush=True)
    return failures


def write_programs(page, folder):
    """A whole program of the page is what its text calls first.cpp."""
    for _, kind, text in parts(page):
        if kind == "cpp" and "int main(" in text:
            with open(os.path.join(folder, "first.cpp"), "w", encoding="utf-8") as file:
                file.write(text + "\n")


def build_as_foreign_project(page, path):
    """The page's ```cmake block, around its first program."""
    blocks = [text for _, kind, text in parts(page) if kind == "cmake" and "find_package(" in text]
    for block in blocks:
        folder = tempfile.mkdtemp()
        write_programs(page, folder)
        with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(reader LANGUAGES CXX)\nset(CMAKE_CXX_STANDARD 20)\n"
                       f"add_executable(program first.cpp)\n{block}\n")
        session = Session(folder, path)
        for command in ("cmake -S . -B b", "cmake --build b", "bulletin-broker", "b/program"):
            session.run(command, 300)
        session.close()
    if not blocks:
        raise Failure("README.md has no find_package()")


def help_page(programs):
    """The examples that `bulletin --help` and the help of its verbs print, and so the man page, as a document."""
    def told(*words):
        return subprocess.run([os.path.join(programs, "bulletin"), *words, "--help"], capture_output=True, text=True, check=True).stdout

    verbs = re.findall(r"^  ([a-z-]+) ", told().partition("\nVerbs:\n")[2].partition("\n\n")[0], re.M)
    page = ""
    for verb in [[], *([verb] for verb in verbs if verb != "help")]:
        lines = re.match(r"((  .*)?\n)*", told(*verb).partition("\nExamples:\n")[2]).group()
        # What an example is for stands behind two blanks or more.
        commands_of = [re.sub(r"\s{2,}.*", "", line.strip()) for line in lines.splitlines()]
        page += f"## {' '.join(verb)}\n" + "```sh\n" + "\n".join(commands_of) + "\n```\n"
    return page


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def documents(source, names):
    """All that is written for users; what is history (decisions, the changelog) has the commands of its day."""
    if names:
        return names
    found = [os.path.relpath(path, source) for pattern in ("*.md", "docs/*.md", "docs/cookbook/*.md", "examples/**/*.md")
             for path in glob.glob(os.path.join(source, pattern), recursive=True)]
    return sorted(name for name in found if name != "CHANGELOG.md")


def isolate():
    """Runs this program again in namespaces of its own; returns inside of them."""
    if os.environ.get("BULLETIN_ISOLATED") == "1":
        for folder in ("/usr/local", "/var/lib", "/var/backups", "/run"):
            os.makedirs(folder, exist_ok=True)
        steps = ["mount --make-rprivate /", "ip link set lo up", "mount -t tmpfs tmpfs /run"]
        space = tempfile.mkdtemp()
        steps.append(f"mount -t tmpfs tmpfs {space}")
        for folder in ("/usr/local", "/var/lib", "/var/backups"):
            mine = os.path.join(space, folder.replace("/", "_"))
            steps += [f"mkdir -p {mine}/upper {mine}/work",
                      f"mount -t overlay overlay -o lowerdir={folder},upperdir={mine}/upper,workdir={mine}/work {folder}"]
        for step in steps:
            done = subprocess.run(step, shell=True, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                sys.exit(skip(f"{step}: {done.stderr.strip()}"))
        return
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        command.append("--map-root-user")
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        sys.exit(skip(tried.stderr.strip()))
    os.environ["BULLETIN_ISOLATED"] = "1"
    os.execvp(command[0], [*command, sys.executable, "-B", *sys.argv])


def skip(why):
    print(f"commands.py: this machine allows no namespaces ({why}): skipped", file=sys.stderr)
    return 77


def main(arguments):
    how, source = arguments[1], os.path.realpath(arguments[2])
    isolate()
    failures = []
    if how == "clone":
        programs = os.path.join(source, "build/release/bin")
        page = read(source, "README.md")
        failures = run_document("README.md", page, lambda: source, programs, True)
        try:
            build_as_foreign_project(page, programs)
        except Failure as failure:
            failures.append(f"README.md, its find_package(): {failure}")
    else:
        programs = os.path.realpath(arguments[3])
        for name in documents(source, arguments[4:]):
            try:
                failures += run_document(name, read(source, name), lambda: tree_of(source, programs), programs, False)
            except Failure as failure:
                failures.append(f"{name}: {failure}")
        if not arguments[4:]:
            failures += run_document("bulletin(1)", help_page(programs), lambda: tree_of(source, programs), programs, False)
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
