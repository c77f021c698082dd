"""Writes lists of golden cases, for 'brickproof golden add --from OUT/cases.json': arrays as .npy, and cases.json.

Standard library only. Tensors are (dtype, shape, bytes); bytes are in C order, little endian.
"""

import ast
import json
import struct
from pathlib import Path
from typing import NamedTuple

DESCR = {"float32": "<f4", "float64": "<f8", "uint16": "<u2", "int8": "|i1", "uint8": "|u1"}
DTYPE = {descr: dtype for dtype, descr in DESCR.items()}
ITEM = {"float32": "f", "float64": "d", "uint16": "H", "int8": "b", "uint8": "B"}


class Tensor(NamedTuple):
    dtype: str
    shape: tuple
    data: bytes


def tensor(dtype, shape, values):
    return Tensor(dtype, tuple(shape), struct.pack(f"<{len(values)}{ITEM[dtype]}", *values))


def values_of(t):
    return struct.unpack(f"<{len(t.data) // struct.calcsize(ITEM[t.dtype])}{ITEM[t.dtype]}", t.data)


def reshaped(t, shape):
    return Tensor(t.dtype, tuple(shape), t.data)


def npy_bytes(t):
    header = repr({"descr": DESCR[t.dtype], "fortran_order": False, "shape": t.shape})[:-1] + ", }"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode("ascii") + t.data


def read_npy(path):
    data = path.read_bytes()
    if data[:8] != b"\x93NUMPY\x01\x00":
        raise SystemExit(f"{path} is no .npy file of version 1.0")
    (length,) = struct.unpack_from("<H", data, 8)
    header = ast.literal_eval(data[10 : 10 + length].decode("ascii"))
    if header["fortran_order"] or header["descr"] not in DTYPE:
        raise SystemExit(f"{path} holds {header}, which golden cases do not use")
    return Tensor(DTYPE[header["descr"]], header["shape"], data[10 + length :])


def write_case(out, op, name, *, kind, source, comparison, sizes, tensors, guest_comparison=None, outside=()):
    """Adds a case to the list OUT/cases.json, its arrays beside it; tensors: list of (role, operand, Tensor)."""
    folder = Path(op.replace(".", "_")) / name
    (Path(out) / folder).mkdir(parents=True, exist_ok=True)
    arrays = {"input": {}, "output": {}, "mask": {}}
    for role, operand, t in tensors:
        file = folder / f"{operand}{'-mask' if role == 'mask' else ''}.npy"
        (Path(out) / file).write_bytes(npy_bytes(t))
        arrays[role][operand] = file.as_posix()
    case = {"op": op, "case": name, "kind": kind, "source": source, "comparison": comparison,
            "guest_comparison": guest_comparison or comparison, "outside": list(outside), "sizes": sizes,
            "inputs": arrays["input"], "outputs": arrays["output"], "masks": arrays["mask"]}
    with open(Path(out) / "cases.json", "a+", encoding="utf-8") as file:
        file.seek(0)
        text = file.read()
        cases = json.loads(text)["cases"] if text else []
        file.truncate(0)
        json.dump({"cases": cases + [case]}, file, indent=1, ensure_ascii=False)
