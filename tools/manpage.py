"""Writes a man page from what a program prints for --help, and a section for each of its verbs.

Usage: manpage.py PROGRAM NAME SECTION ONE_LINE VERSION > PAGE
"""

import re
import subprocess
import sys

# Sections of --help whose lines are laid out already.
AS_IT_IS = ("Examples", "Usage")


def help_of(program, *verb):
    return subprocess.run([program, *verb, "--help"], check=True, capture_output=True, text=True).stdout


def escaped(text):
    """For roff: no line is a request, a minus is a minus, and a backslash one."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def sections(text):
    """Pairs of a heading, which may be empty, and its lines."""
    heading, lines = "", []
    for line in text.splitlines():
        match = re.fullmatch(r"([A-Z][a-z]+(?: [a-z]+)?):( .*)?", line)
        if match:
            yield heading, lines
            heading, lines = match.group(1), [match.group(2).strip()] if match.group(2) else []
        elif re.match(r"\S", line) and heading:
            # What follows a list, without indentation, is text of the whole again.
            yield heading, lines
            heading, lines = "", [line]
        else:
            lines.append(line)
    yield heading, lines


def terms(lines):
    """Pairs of a term and its explanation, from two columns; a long term has a line of its own."""
    found = []
    for line in lines:
        match = re.match(r"  (\S.*?)(?:  +(\S.*))?$", line)
        if re.match(r"   +\S", line) and found:
            found[-1][1].append(line.strip())
        elif match:
            found.append((match.group(1), [match.group(2)] if match.group(2) else []))
    return [(term, " ".join(words)) for term, words in found]


def body(heading, lines):
    text = "\n".join(lines).strip("\n")
    if not text:
        return ""
    if heading in ("Options", "Positionals", "Verbs", "Subcommands", "Exit status", "Environment", "Files"):
        return "".join(f".TP\n.B {escaped(term)}\n{escaped(text)}\n" for term, text in terms(lines))
    if heading in AS_IT_IS or re.search(r"^  ", text, re.MULTILINE):
        return f".nf\n{escaped(text)}\n.fi\n"
    return escaped(text) + "\n"


def page(program, name, section, one_line, version):
    synopsis, description, others, verbs, options = "", "", "", [], []
    for heading, lines in sections(help_of(program)):
        text = body(heading, lines)
        if not text:
            continue
        if heading == "Usage":
            synopsis = text
        elif heading:
            others += f".SH {heading.upper()}\n{text}"
        elif description:
            others += f".SH NOTES\n{text}"
        else:
            description = text
        if heading in ("Verbs", "Subcommands"):
            verbs = [term for term, _ in terms(lines) if term != "help"]
        elif heading == "Options":
            options = lines
    yield f'.TH {name.upper()} {section} "" "bulletin {version}" "Bulletin"\n'
    yield f".SH NAME\n{name} \\- {escaped(one_line)}\n"
    yield f".SH SYNOPSIS\n{synopsis}.SH DESCRIPTION\n{description}{others}"
    for verb in verbs:
        yield f".SH {name.upper()} {verb.upper()}\n"
        for heading, lines in sections(help_of(program, verb)):
            # Options that all verbs share are explained once.
            text = body(heading, [line for line in lines if heading != "Options" or line not in options])
            if text:
                yield (f".SS {heading}\n" if heading and heading != "Usage" else ".PP\n") + text
    yield ".SH SEE ALSO\n.BR bulletin (1),\n.BR bulletin\\-keys (5),\n.BR bulletin\\-broker (8)\n"


def main():
    sys.stdout.write("".join(page(*sys.argv[1:])))


if __name__ == "__main__":
    main()
