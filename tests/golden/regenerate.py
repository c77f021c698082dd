"""Runs the tools that make golden values into an empty folder: every file must be the committed one, byte for byte.

regenerate.py GOLDEN
"""

import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    golden = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        for tool in sorted((golden / "tools").glob("make_*.py")):
            subprocess.run([sys.executable, "-B", tool, folder], check=True)
        made = sorted(path.relative_to(folder) for path in Path(folder).rglob("*") if path.is_file())
        if not made:
            raise SystemExit("the tools made nothing")
        for path in made:
            if not (golden / path).is_file():
                raise SystemExit(f"{path} is made by the tools but is not committed")
            if (golden / path).read_bytes() != (Path(folder) / path).read_bytes():
                raise SystemExit(f"{path} differs from what the tools make")
    print(f"{len(made)} files are as the tools make them")


if __name__ == "__main__":
    main()
