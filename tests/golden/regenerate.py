"""Runs the tools that make golden values, and adds what they list to an empty folder: every file must be the committed
one, byte for byte.

regenerate.py BRICKPROOF GOLDEN
"""

import subprocess
import sys
import tempfile
from pathlib import Path


def add(brickproof, tool, folder, golden):
    listed = Path(folder) / tool.stem
    listed.mkdir()
    subprocess.run([sys.executable, "-B", tool, listed], check=True)
    subprocess.run([*brickproof, "golden", "add", "--from", listed / "cases.json", "--golden", golden, "--in-ci"],
                   check=True, stdout=subprocess.DEVNULL)


def main():
    *brickproof, golden = sys.argv[1:]
    golden = Path(golden)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "golden"
        made.mkdir()
        for tool in sorted((golden / "tools").glob("make_*.py")):
            add(brickproof, tool, folder, made)
        files = sorted(path.relative_to(made) for path in made.glob("*/*/*"))
        if not files:
            raise SystemExit("the tools made nothing")
        for file in files:
            if not (golden / file).is_file():
                raise SystemExit(f"{file} is made by the tools but is not committed")
            if (golden / file).read_bytes() != (made / file).read_bytes():
                raise SystemExit(f"{file} differs from what the tools make")
    print(f"{len(files)} files are as the tools make them")


if __name__ == "__main__":
    main()
