"""Checks an exported log with pymerkle: root, inclusion and consistency over the same leaves.

    verify.py DIR
"""

import base64
import json
import pathlib
import struct
import sys

from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

WIDTH = 256


def bundle(number: int, size: int) -> str:
    rest, name = number // 1000, f"{number % 1000:03}"
    while rest:
        rest, group = divmod(rest, 1000)
        name = f"x{group:03}/{name}"
    left = size - number * WIDTH
    return f"tile/entries/{name}" + (f".p/{left}" if left < WIDTH else "")


def checkpoint(note: str) -> tuple[int, bytes]:
    _, size, root = note.split("\n")[:3]
    return int(size), base64.b64decode(root)


def entries(folder: pathlib.Path, size: int):
    for number in range(-(-size // WIDTH)):
        data = (folder / bundle(number, size)).read_bytes()
        while data:
            (length,) = struct.unpack(">H", data[:2])
            yield data[2 : 2 + length]
            data = data[2 + length :]


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    size, root = checkpoint((folder / "checkpoint").read_text())
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries(folder, size):
        tree.append_entry(entry)
    assert tree.get_size() == size, "leaves are missing"
    assert tree.get_state() == root, "the leaves do not give the root"
    for index in sorted({1, size // 2 + 1, size}):
        verify_inclusion(tree.get_leaf(index), root, tree.prove_inclusion(index, size))
    notes = json.loads((folder / "checkpoints.json").read_text())
    for note in notes:
        old_size, old_root = checkpoint(note)
        assert tree.get_state(old_size) == old_root, f"checkpoint of {old_size}"
        verify_consistency(old_root, root, tree.prove_consistency(old_size, size))
    print(f"pymerkle: {size} leaves, {len(notes)} checkpoints")


main()
