"""Writes golden cases: .npy tensors and manifest.json (golden/README.md describes the format).

Standard library only. Tensors are (dtype, shape, bytes); bytes are in C order, little endian.
"""

import ast
import json
import struct
import zlib
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


def write_case(golden, op, name, *, kind, source, comparison, sizes, tensors, guest_comparison=None, outside=()):
    """tensors: list of (role, operand, Tensor). Writes golden/<op stem>/<name>/."""
    folder = Path(golden) / op.replace(".", "_") / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    entries = []
    for role, operand, t in tensors:
        data = npy_bytes(t)
        file = f"{operand}{'-mask' if role == 'mask' else ''}.npy"
        (folder / file).write_bytes(data)
        entries.append({"file": file, "role": role, "operand": operand, "dtype": t.dtype, "shape": list(t.shape),
                        "crc32": f"{zlib.crc32(data):08x}"})
    manifest = {"format": 1, "op": op, "contract_version": 1, "case": name,
                "provenance": {"kind": kind, "source": source}, "comparison": comparison,
                "guest_comparison": guest_comparison or comparison, "outside": list(outside), "sizes": sizes,
                "tensors": entries}
    compact = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    manifest["crc32"] = f"{zlib.crc32(compact.encode()):08x}"
    text = json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
