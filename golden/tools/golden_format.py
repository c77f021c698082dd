"""Writes golden cases as files OUT/<op stem>.npz.

Standard library only. Tensors are (dtype, shape, bytes); bytes are in C order, little endian.
"""

import ast
import json
import struct
import zipfile
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


class GoldenFiles:
    """The files OUT/<op stem>.npz of some ops: cases are added one by one, and written at the end."""

    def __init__(self, out):
        self.out = Path(out)
        self.files = {}

    def add(self, op, name, *, kind, source, comparison, sizes, tensors, guest_comparison=None, outside=()):
        """A case; tensors: list of (role, operand, Tensor), roles being input, output and mask."""
        operands = lambda wanted: [operand for role, operand, _ in tensors if role == wanted]
        head = {"format": 2, "op": op, "inputs": operands("input"), "outputs": operands("output")}
        case = {"case": name, "kind": kind, "comparison": comparison,
                "guest_comparison": guest_comparison or comparison, "outside": list(outside), "sizes": sizes,
                "source": source}
        arrays = {operand + ("-mask" if role == "mask" else ""): t for role, operand, t in tensors}
        self.files.setdefault(op, (head, []))[1].append((case, arrays))

    def write(self):
        for op, (head, cases) in self.files.items():
            text = json.dumps({**head, "cases": [case for case, _ in cases]}, indent=1, ensure_ascii=False)
            with zipfile.ZipFile(self.out / f"{op.replace('.', '_')}.npz", "w") as file:
                file.writestr("cases.json", text)
                for case, arrays in cases:
                    for name, t in arrays.items():
                        file.writestr(f"{case['case']}/{name}.npy", npy_bytes(t))


def read_cases(path):
    """The cases of a golden file, by their names, and the bytes of its arrays, by "CASE/OPERAND.npy"."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    return {case["case"]: case for case in json.loads(members.pop("cases.json"))["cases"]}, members
