#!/usr/bin/python3
"""Draws what bulletin-bench measured: one page of HTML with tables and plots.

Usage: report.py OUT.html NAME=FILE.json...; NAME is a heading, FILE what `bulletin-bench --json` wrote.
"""

import html
import io
import itertools
import json
import statistics
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

STYLE = """
body { font: 15px/1.45 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff; }
table { border-collapse: collapse; margin: 1em 0; } th, td { padding: .15em .8em; text-align: right; }
th:first-child, td:first-child { text-align: left; } tr { border-bottom: 1px solid #ccc; } .ours { font-weight: bold; }
svg { max-width: 100%; height: auto; } @media print { section { break-inside: avoid; } }
"""
COLOURS = {"ours": "#0b5394", "limit": "#555555", "rival": "#b45f06"}
LINES = ("-", "--", "-.", ":")
MARKERS = "osv^Dx+*P"


def median(way, get):
    return statistics.median(get(entry) for entry in way["rounds"])


def figure(way):
    return median(way, lambda entry: entry["figure"])


def quantiles(way):
    columns = zip(*(entry["quantiles_ns"] for entry in way["rounds"]))
    return [statistics.median(column) for column in columns]


def is_timed(way):
    return way["unit"] == "ns" and quantiles(way)[-1] > 0


def told(value, unit):
    """In three digits, with the unit that suits."""
    if unit == "ns":
        for limit, divisor, name in ((1e3, 1, "ns"), (1e6, 1e3, "us"), (1e9, 1e6, "ms"), (1e18, 1e9, "s")):
            if value < limit:
                return f"{value / divisor:.3g} {name}"
    if unit == "/s":
        return f"{value:,.0f}/s"
    return f"{value:.0f} {unit}"


def svg(drawing):
    out = io.StringIO()
    drawing.savefig(out, format="svg", bbox_inches="tight")
    pyplot.close(drawing)
    return out.getvalue()[out.getvalue().index("<svg"):]


def distributions(ways, ranks):
    """Each way a line: so many of its operations (to the right: rarer ones) took at most so long."""
    drawing, axes = pyplot.subplots(figsize=(8, 4.5))
    shown = [i for i, rank in enumerate(ranks) if 0.5 <= rank < 1]
    for way, line, marker in zip(ways, itertools.cycle(LINES), itertools.cycle(MARKERS)):
        values = quantiles(way)
        axes.plot([1 / (1 - ranks[i]) for i in shown], [values[i] / 1000 for i in shown], line, marker=marker, markersize=4,
                  color=COLOURS[way["kind"]], label=way["way"])
    axes.set(xscale="log", yscale="log", xlabel="of all operations", ylabel="microseconds")
    ticks = (0.5, 0.9, 0.99, 0.999, 0.9999)
    axes.set_xticks([1 / (1 - rank) for rank in ticks], [f"{100 * rank:g} %" for rank in ticks])
    axes.grid(True, which="both", color="#dddddd")
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return svg(drawing)


def bars(ways):
    drawing, axes = pyplot.subplots(figsize=(8, 0.4 * len(ways) + 0.8))
    for place, way in enumerate(reversed(ways)):
        value = figure(way)
        axes.barh(place, value, color=COLOURS[way["kind"]])
        axes.text(value, place, " " + told(value, way["unit"]), va="center", fontsize=8)
    axes.set_yticks(range(len(ways)), [way["way"] for way in reversed(ways)])
    axes.margins(x=0.2)
    axes.grid(True, axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    return svg(drawing)


def table(ways, ranks):
    shown = (0.5, 0.9, 0.99, 0.999)
    timed = is_timed(ways[0])
    ours = next((figure(way) for way in ways if way["kind"] == "ours"), None)
    head = ["", *(["p50", "p90", "p99", "p99.9"] if timed else ["median"]), "rounds", "samples", "ratio to the first", "ours to it"]
    rows = ["<tr>" + "".join(f"<th>{name}</th>" for name in head) + "</tr>"]
    for way in ways:
        figures = [entry["figure"] for entry in way["rounds"]]
        values = quantiles(way)
        cells = [html.escape(way["way"])]
        cells += [told(values[ranks.index(rank)], "ns") for rank in shown] if timed else [told(figure(way), way["unit"])]
        cells.append(f"{told(min(figures), way['unit'])} to {told(max(figures), way['unit'])}")
        cells.append(f"{sum(entry['samples'] for entry in way['rounds']):,}")
        cells.append(f"{figure(way) / figure(ways[0]):.3g}")
        cells.append(f"{ours / figure(way):.3g}" if ours else "")
        rows.append(f'<tr class="{way["kind"]}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return "<table>" + "".join(rows) + "</table>"


def section(ways, ranks):
    measured = [way for way in ways if way["rounds"]]
    out = [f"<section><h3>{html.escape(ways[0]['scenario'])}</h3><p>{html.escape(ways[0]['what'])}</p>"]
    if measured:
        out.append(table(measured, ranks))
        out.append(distributions(measured, ranks) if all(map(is_timed, measured)) else bars(measured))
    out += [f"<p>{html.escape(way['way'])} was left out: {html.escape(way['skipped'])}</p>" for way in ways if way["skipped"]]
    return "".join(out) + "</section>"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    out = ['<!doctype html><html lang="en"><meta charset="utf-8"><title>Bulletin, measured</title>',
           f"<style>{STYLE}</style><h1>Bulletin, measured</h1><p>Medians of the rounds; blue: Bulletin, grey: what a program",
           " could get at best, brown: other products.</p>"]
    for argument in sys.argv[2:]:
        heading, _, name = argument.partition("=")
        with open(name, encoding="utf-8") as file:
            measured = json.load(file)
        out.append(f"<h2>{html.escape(heading)}</h2>")
        for _, ways in itertools.groupby(measured["results"], key=lambda way: way["scenario"]):
            out.append(section(list(ways), measured["ranks"]))
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("".join(out) + "</html>\n")


if __name__ == "__main__":
    main()
