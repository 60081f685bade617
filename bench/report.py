#!/usr/bin/python3
"""All benchmarks, as tables and as JSON: called by tools/bench."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKOUT / "tests"), str(CHECKOUT / "bench")]

import live  # noqa: E402
import offline  # noqa: E402

PARTS = ("filter", "design", "responses", "convolver", "graph", "files")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "Model")):
            return line.split(":", 1)[1].strip()
    return "unknown"


def table(title, columns, rows):
    print(f"\n{title}\n")
    cells = [columns] + [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(columns))]
    for row in cells:
        print("  " + "  ".join(cell.ljust(width) if n == 0 else cell.rjust(width)
                               for n, (cell, width) in enumerate(zip(row, widths))))


def told_by(program):
    """The lines of its table, but for the first, which names the columns."""
    told = subprocess.run([program], check=True, text=True, capture_output=True).stdout
    return [line.split("\t") for line in told.splitlines()[1:]]


def bench_filter(build, arguments):
    rows = told_by(build / "bench/bench_cascade")
    blocks = sorted({int(row[2]) for row in rows})
    cost = {(row[0], int(row[1]), int(row[2])): float(row[3]) for row in rows}
    kinds = list(dict.fromkeys((row[0], int(row[1])) for row in rows))
    table("The filter: ns for a frame of two channels, double", ["instructions, bands", *map(str, blocks)],
          [[f"{simd}, {bands}", *(cost[simd, bands, block] for block in blocks)] for simd, bands in kinds])
    return [{"instructions": simd, "bands": bands, "block": block, "ns_per_frame": cost[simd, bands, block]}
            for simd, bands in kinds for block in blocks]


def bench_design(build, arguments):
    rows = [{"rate": int(rate), "reference": reference, "filters_us": float(filters), "chain_us": float(chain)}
            for rate, reference, filters, chain in told_by(build / "bench/bench_design")]
    table("A change of profile: us for the design of ten bands in each of two channels that differ",
          ["rate, reference", "filters", "whole chain"],
          [[f"{row['rate']}, {row['reference']}", row["filters_us"], row["chain_us"]] for row in rows])
    return rows


def bench_responses(build, arguments):
    rows = [{"rate": int(rate), "response": response, "design_ms": float(ms)}
            for rate, response, ms in told_by(build / "bench/bench_responses")]
    table("A change to a profile that convolves: ms for the design of its chain in stereo",
          ["rate, response", "ms"], [[f"{row['rate']}, {row['response']}", row["design_ms"]] for row in rows])
    return rows


def bench_convolver(build, arguments):
    rows = [{"taps": int(taps), "ns_per_frame": float(ns), "worst_to_mean": float(ratio)}
            for taps, ns, ratio in told_by(build / "bench/bench_convolver")]
    table("Impulse responses: ns for a frame of two channels, double, and how uneven the load of 64 frames is",
          ["taps", "ns", "worst to mean"], [list(row.values()) for row in rows])
    return rows


def bench_graph(build, arguments):
    os.environ["IEMD_BUILD"] = str(build)
    rows = list(live.run(arguments.runs, arguments.seconds))
    ours = {row["quantum"]: row["cpu_per_second_best"] for row in rows if row["subject"] == "iemd"}
    table(f"In the graph of PipeWire {rows[0]['pipewire']}: ms of processor and context switches for a second of sound",
          ["quantum, who", "best ms", "median ms", "switches", "iemd to it"],
          [[f"{row['quantum']}, {row['subject']}", 1e3 * row["cpu_per_second_best"], 1e3 * row["cpu_per_second_median"],
            row["switches_per_second_best"], ours[row["quantum"]] / row["cpu_per_second_best"]] for row in rows])
    return rows


def bench_files(build, arguments):
    with tempfile.TemporaryDirectory() as folder:
        rows, skipped = offline.measure(build, pathlib.Path(folder), os.environ, live.BANDS, arguments.runs)
    table("Files: ns of processor for a frame, ten bands and none", ["who", "ten bands", "none", "the bands alone"],
          [[row["subject"], row["ns_per_frame"], row["ns_per_frame_without"],
            row["ns_per_frame"] - row["ns_per_frame_without"]] for row in rows])
    for name in skipped:
        print(f"  {name}: skipped, it is not installed")
    return {"measured": rows, "skipped": skipped}


def main():
    parser = argparse.ArgumentParser(prog="tools/bench", description="What iemd costs, beside others in the same run.")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=PARTS, help="only this part")
    parser.add_argument("--runs", type=int, default=8, help="of everything that is compared; 8 if not given")
    parser.add_argument("--seconds", type=float, default=2.0, help="of sound in a run in the graph; 2 if not given")
    arguments = parser.parse_args()
    results = {"processor": processor()}
    print(f"Processor: {results['processor']}")
    for part in PARTS:
        if arguments.only in (None, part):
            results[part] = globals()[f"bench_{part}"](arguments.build, arguments)
    path = arguments.build / "bench.json"
    path.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nAll of it is in {os.path.relpath(path)}.")


if __name__ == "__main__":
    main()
