#!/usr/bin/python3
"""Compares the C++ blocks of a Markdown page with the compiled snippets they are cut from.

Usage: readme.py PAGE SOURCE. SOURCE is a program, or a folder of programs (*.cpp). A snippet is a whole program, or each part of it
between a line "// [page" and a line "// page]", without its indentation. Every ```cpp block of the page is one snippet, and
every snippet is on the page.
"""

import glob
import os
import re
import sys
import textwrap


def blocks(page):
    """(line number, text) of each ```cpp block."""
    found = []
    for match in re.finditer(r"^```cpp\s*\n(.*?)^```\s*$", page, re.S | re.M):
        found.append((page.count("\n", 0, match.start()) + 1, normal(match.group(1))))
    return found


def snippets(source):
    marked = re.findall(r"^[ \t]*// \[page[ \t]*\n(.*?)^[ \t]*// page\]", source, re.S | re.M)
    return [normal(text) for text in (marked or [source])]


def normal(text):
    return "\n".join(line.rstrip() for line in textwrap.dedent(text).strip("\n").splitlines())


def differences(page, sources):
    """page: text; sources: {name: text}. The list of what does not agree."""
    compiled = [(name, text) for name, source in sources.items() for text in snippets(source)]
    shown = blocks(page)
    found = []
    for line, text in shown:
        if text not in [snippet for _, snippet in compiled]:
            found.append(f"the block at line {line} is no compiled snippet:\n{textwrap.indent(text, '    ')}")
    for name, text in compiled:
        if text not in [block for _, block in shown]:
            found.append(f"a snippet of {name} is not on the page:\n{textwrap.indent(text, '    ')}")
    if not shown:
        found.append("the page has no C++ block")
    return found


def main(arguments):
    page, source = arguments[1:3]
    sources = {}
    for path in sorted(glob.glob(os.path.join(source, "*.cpp"))) if os.path.isdir(source) else [source]:
        with open(path, encoding="utf-8") as file:
            sources[os.path.basename(path)] = file.read()
    with open(page, encoding="utf-8") as file:
        found = differences(file.read(), sources)
    print("\n".join(found) if found else "the page shows compiled code")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
