"""Reads what llvm-cov exports: a row a file, the least covered first; fails below a percentage of lines."""
import json
import os
import sys


def row(name, summary):
    parts = "".join(
        f"{summary[kind]['covered']:8}/{summary[kind]['count']:<6}{summary[kind]['percent']:6.1f} %"
        for kind in ("lines", "branches"))
    print(f"{name:50}{parts}")


data = json.load(sys.stdin)["data"][0]
print(f"{'file':50}{'lines':>15}{'branches':>23}")
for file in sorted(data["files"], key=lambda file: file["summary"]["lines"]["percent"]):
    row(os.path.relpath(file["filename"]), file["summary"])
row("all", data["totals"])
sys.exit(data["totals"]["lines"]["percent"] < float(sys.argv[1]))
