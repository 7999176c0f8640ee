"""Times what other tools need for tables and drawings of the same sheets.

    sheet_peers.py SHEET.pdf...

Prints `tool <tab> index of the sheet <tab> median seconds`, or `tool <tab> absent`. Each tool
opens the file anew in each run and visits every page; imports and a first run do not count.
Camelot's faster flavour per sheet is taken.
"""

import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
RUNS = 3


def pdfplumber_tool():
    import logging

    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)

    def run(path):
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                page.extract_tables()
                len(page.curves), len(page.lines), len(page.rects)

    return [run]


def pymupdf_tool():
    import pymupdf

    if hasattr(pymupdf, "no_recommend_layout"):
        pymupdf.no_recommend_layout()

    def run(path):
        with pymupdf.open(path) as pdf:
            for page in pdf:
                [t.extract() for t in page.find_tables().tables]
                page.get_drawings()

    return [run]


def camelot_tool():
    import camelot

    def flavor(name):
        return lambda path: camelot.read_pdf(
            path, pages="all", flavor=name, suppress_stdout=True
        )

    return [flavor("stream"), flavor("lattice")]


def median(run, path):
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run(path)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main():
    # The tools print remarks of their own; only the figures go to the real output.
    out, sys.stdout = sys.stdout, sys.stderr
    tools = [("pdfplumber", pdfplumber_tool), ("pymupdf", pymupdf_tool), ("camelot", camelot_tool)]
    for name, load in tools:
        try:
            runs = load()
        except ImportError:
            print(f"{name}\tabsent", file=out)
            continue
        for index, path in enumerate(sys.argv[1:]):
            taken = []
            for run in runs:
                try:
                    run(path)
                    taken.append(median(run, path))
                except Exception as problem:  # a tool that fails on a sheet has no figure
                    print(f"{name}: {path}: {problem}", file=sys.stderr)
            if taken:
                print(f"{name}\t{index}\t{min(taken):.6f}", file=out, flush=True)


main()
