"""Reads what llvm-cov exports: a row for each file whose path begins with one of the arguments, the least covered
first; fails below a percentage of lines, the first argument."""
import json
import os
import sys

KINDS = ("lines", "branches")
least, prefixes = float(sys.argv[1]), tuple(sys.argv[2:])


def name_of(file):
    return os.path.relpath(os.path.normpath(file["filename"]))


def row(name, counts):
    parts = "".join(
        f"{covered:8}/{count:<6}{100 * covered / count if count else 100:6.1f} %" for covered, count in counts)
    print(f"{name:52}{parts}")


files = {}
for file in json.load(sys.stdin)["data"][0]["files"]:
    if name_of(file).startswith(prefixes):
        files[name_of(file)] = [(file["summary"][kind]["covered"], file["summary"][kind]["count"]) for kind in KINDS]
print(f"{'file':52}{'lines':>15}{'branches':>23}")
for name, counts in sorted(files.items(), key=lambda item: item[1][0][0] / max(item[1][0][1], 1)):
    row(name, counts)
total = [tuple(sum(counts[kind][part] for counts in files.values()) for part in (0, 1)) for kind in (0, 1)]
row("all", total)
sys.exit(100 * total[0][0] < least * total[0][1])
