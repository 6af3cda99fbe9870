#!/usr/bin/python3
"""Counts the instructions of each hot path with callgrind, and fails if one needs more than its bound.

Usage: count.py BULLETIN-INSTRUCTIONS release|debug. The count is of one repetition, without the call and the loop around
it, which are counted as the path `nothing`. The bounds are about a tenth above what g++ 12 gives; a path that got cheaper deserves a lower one.
"""

import os
import re
import subprocess
import sys
import tempfile

REPETITIONS = 1000  # as in main.cpp

# path: (bound of a release build, of a build with -O1)
BOUNDS = {
    "read-typed": (19, 42),
    "read-named": (356, 510),
    "read-string": (760, 760),
    "encode-write": (1680, 1690),
    "decode-write": (870, 935),
    "apply-write": (5560, 6180),  # with what counts the memory and the work of each user
    "encode-update": (480, 490),
    "encode-answer": (640, 700),
    "apply-update": (2100, 2250),
    "apply-unwatched": (2650, 3000),  # the table of watches has a random seed: up to 150 more or less
}


def count(program, path, folder):
    output = os.path.join(folder, "callgrind.out")
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=measured", f"--callgrind-out-file={output}", program, path]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if run.returncode != 0:
        sys.exit(f"count.py: {' '.join(command)} has failed:\n{run.stderr}")
    with open(output, encoding="utf-8") as file:
        totals = re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M)
    return int(totals.group(1)) / REPETITIONS


def main(program, build):
    paths = subprocess.run([program], capture_output=True, text=True, timeout=60, check=True).stdout.split()
    paths.remove("nothing")
    too_many = []
    if sorted(paths) != sorted(BOUNDS):
        sys.exit(f"count.py: the program has the paths {paths}, there are bounds for {sorted(BOUNDS)}")
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'path':<16}{'instructions':>14}{'bound':>8}")
        nothing = count(program, "nothing", folder)
        for path in paths:
            instructions = count(program, path, folder) - nothing
            bound = BOUNDS[path][0 if build == "release" else 1]
            print(f"{path:<16}{instructions:>14.1f}{bound:>8}")
            if instructions > bound:
                too_many.append(path)
    if too_many:
        sys.exit(f"count.py: more instructions than the bound: {', '.join(too_many)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
