"""Runs the tools that make golden values, and adds what they list to an empty folder: every case must be the committed
one, byte for byte, but for the reason that is stored with it.

regenerate.py BRICKPROOF GOLDEN
"""

import subprocess
import sys
import tempfile
from pathlib import Path


def compare(made, committed, read_cases):
    """The number of cases, all of which are the same."""
    cases, arrays = read_cases(made)
    committed_cases, committed_arrays = read_cases(committed)
    for name, case in cases.items():
        if {**case, "why": ""} != {**committed_cases.get(name, {}), "why": ""}:
            raise SystemExit(f"{committed}: {name} is not as the tools make it: {case}")
    for name, data in arrays.items():
        if committed_arrays.get(name) != data:
            raise SystemExit(f"{committed}: {name} is not as the tools make it")
    return len(cases)


def main():
    *brickproof, golden = sys.argv[1:]
    golden = Path(golden)
    sys.path.insert(0, str(golden / "tools"))
    from golden_format import read_cases

    with tempfile.TemporaryDirectory() as folder:
        listed, made = Path(folder) / "listed", Path(folder) / "golden"
        made.mkdir()
        for tool in sorted((golden / "tools").glob("make_*.py")):
            out = listed / tool.stem
            out.mkdir(parents=True)
            subprocess.run([sys.executable, "-B", tool, out], check=True)
        subprocess.run([*brickproof, "golden", "add", "--from", *sorted(listed.glob("*/*.npz")), "--golden", made, "--in-ci"],
                       check=True, stdout=subprocess.DEVNULL)
        files = sorted(made.glob("*.npz"))
        count = sum(compare(file, golden / file.name, read_cases) for file in files)
        if count == 0:
            raise SystemExit("the tools made nothing")
    print(f"{count} cases of {len(files)} files are as the tools make them")


if __name__ == "__main__":
    main()
