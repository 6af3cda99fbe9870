#!/usr/bin/env python3
"""Compiles the examples in the public headers.

Usage: header_examples.py INCLUDE-FOLDER COMPILER [FLAG...]

An example is a block of lines in a comment that begin with four spaces more than its text. Each becomes the body of a
function, with the names that examples use declared before it; one that has `#include`, `template <>` or `struct` stands
outside. A header without an example fails, unless it is listed here.
"""
import pathlib
import re
import subprocess
import sys

# Headers that only have parts of what other headers show.
WITHOUT_EXAMPLE = {
    "backup_target.hpp", "broker.hpp", "error.hpp", "lease.hpp", "log.hpp", "manager.hpp", "namespace_status.hpp",
    "raw_scalar.hpp", "revision.hpp", "value_traits.hpp",
}

PRELUDE = """#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <bulletin/bulletin.hpp>
#include <bulletin/msgpack.hpp>

using namespace std::chrono_literals;

namespace {

struct Pose { double x = 0; };
struct Sample { double speed = 0; };
struct Photo { std::size_t size() const { return 0; } };
struct Interrupted {};
struct Loop { void call_soon(bulletin::Future<bulletin::Revision>) {} };
enum class Mode { idle, busy };
extern bulletin::Client& client;
extern bulletin::ClientOptions& options;
extern bulletin::Namespace& robot;
extern bulletin::Namespace& plant;
extern bulletin::Namespace& shop;
extern bulletin::Attribute<double>& speed_handle;
extern bulletin::Attribute<int>& retries;
extern std::vector<Sample>& samples;
extern bulletin::Revision& seen;
extern bulletin::RawScalar& drawn;
extern Loop& loop;
extern Photo& photo;
extern std::string& me;
extern bool& interrupted;
constexpr auto show = [](const auto&...) {};
template <class... T> void forget(const T&...) {}
template <class... T> void draw(const T&...) {}
template <class... T> void poll_add(const T&...) {}
template <class T> double number(const T&) { return 0; }
template <class T> double decode(const T&) { return 0; }
template <class T> T scaled(const T& photo) { return photo; }
void work() {}
void stop() {}
void brake() {}
void enter() {}
#ifndef POLLIN
constexpr int POLLIN = 1;
#endif
"""


def blocks(text):
    """Yields (line number, lines) of every example."""
    found, begin = [], 0
    for number, line in enumerate(text.splitlines() + [""], 1):
        code = re.match(r"\s*///?     ?(\s*\S.*)$", line)
        if code and re.match(r"\s*//(/?)     \S", line) or (found and code):
            if not found:
                begin = number
            found.append(code.group(1))
        elif found and re.match(r"\s*///?\s*$", line):
            found.append("")
        elif found:
            yield begin, found
            found = []


def main():
    include, *compiler = sys.argv[1:]
    out, missing = [PRELUDE], []
    for header in sorted(pathlib.Path(include, "bulletin").glob("*.hpp")):
        examples = list(blocks(header.read_text()))
        if not examples and header.name not in WITHOUT_EXAMPLE:
            missing.append(header.name)
        for number, lines in examples:
            code = "\n".join(lines)
            out.append(f'#line {number} "{header}"')
            if re.search(r"^(template <>|struct |#include)", code, re.M):
                name = f"example_{header.stem}_{number}"
                outside = re.split(r"^(?=robot\.|Pose pose)", code, maxsplit=1, flags=re.M)
                out.append("}  // namespace\n" if "template <>" in outside[0] else f"namespace {name} {{")
                out.append(outside[0])
                out.append("namespace {" if "template <>" in outside[0] else "")
                if len(outside) > 1:
                    out.append(f"[[maybe_unused]] void run() {{\n{outside[1]}\n}}")
                out.append("" if "template <>" in outside[0] else "}")
            else:
                out.append(f"[[maybe_unused]] void example_{header.stem}_{number}() {{\n{code}\n}}")
    out.append("}  // namespace\n")
    if missing:
        print("headers without an example:", ", ".join(missing))
    done = subprocess.run([*compiler, f"-I{include}", "-std=c++20", "-fsyntax-only", "-w", "-x", "c++", "-"],
                          input="\n".join(out), text=True)
    return 1 if missing or done.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
