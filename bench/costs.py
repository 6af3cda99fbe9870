#!/usr/bin/python3
"""Writes what `bulletin-bench hostile --json FILE` has measured into the tables of SECURITY.md and docs/operations.md.

Usage: costs.py FILE. The tables stand between the lines <!-- costs --> and <!-- end of costs -->; everything else stays.
"""

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LITTLE = 5  # MB: less than that is the broker's own, whatever was sent
CLIENTS = {"metrics": "reaches the metrics port", "stranger": "has no key", "nobody": "has a key, and no right",
           "reader": "may read one namespace", "writer": "may write one namespace"}


class Cost:
    """One line of the benchmark."""

    def __init__(self, outcome, ranks):
        quiet, _, self.name = outcome["way"].partition(": ")
        self.client = quiet if self.name else ""
        self.name = self.name or quiet
        measured = outcome["rounds"][0]
        self.waits = {rank: ns / 1e6 for rank, ns in zip(ranks, measured["quantiles_ns"])}
        self.sent, self.most, self.stays = (measured.get(name, 0) / 1e6 for name in ("sent_bytes", "most_bytes", "stays_bytes"))

    @property
    def factor(self):
        return self.most / self.sent if self.sent else 0


def number(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def every(costs):
    yield "| client | does | p99 | longest wait | MB sent | MB of memory | bytes for a byte | MB stay |"
    yield "|---|---|---|---|---|---|---|---|"
    for cost in costs:
        factor = number(cost.factor) if cost.most >= LITTLE else ""
        sent = [number(cost.sent) if cost.sent else "", number(cost.most), factor, number(cost.stays)]
        yield "| " + " | ".join([cost.client, cost.name, f"{number(cost.waits[0.99])} ms", f"{number(cost.waits[1])} ms"] + sent) + " |"


def by_client(costs):
    yield "| client | longest wait of another client | by | most memory | by |"
    yield "|---|---|---|---|---|"
    quiet = [cost for cost in costs if not cost.client]
    for cost in quiet:
        yield f"| ({cost.name}) | {number(cost.waits[1])} ms | | {number(cost.most)} MB | |"
    for client, what in CLIENTS.items():
        own = [cost for cost in costs if cost.client == client]
        slow = max(own, key=lambda cost: cost.waits[1])
        large = max(own, key=lambda cost: cost.most)
        yield f"| {what} | {number(slow.waits[1])} ms | {slow.name} | {number(large.most)} MB | {large.name} |"


def replace(path, lines):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    table = "<!-- costs -->\n" + "".join(line + "\n" for line in lines) + "<!-- end of costs -->"
    text, count = re.subn(r"<!-- costs -->\n.*?<!-- end of costs -->", lambda _: table, text, flags=re.DOTALL)
    if count != 1:
        sys.exit(f"{path}: wanted <!-- costs --> and <!-- end of costs --> once, found them {count} times")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        measured = json.load(file)
    costs = [Cost(outcome, measured["ranks"]) for outcome in measured["results"] if outcome["scenario"] == "hostile" and outcome["rounds"]]
    if not costs:
        sys.exit(f"{sys.argv[1]}: nothing was measured in the scenario hostile")
    replace(os.path.join(HERE, "..", "docs", "operations.md"), every(costs))
    replace(os.path.join(HERE, "..", "SECURITY.md"), by_client(costs))


if __name__ == "__main__":
    main()
