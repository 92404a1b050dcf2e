"""The compiled matcher: its Python modules as machine code, used only where it is of the very same sources.

`matcher.native.build` compiles MODULES, as they stand, into `built/<hash of the sources>/`. What is there
is imported; else the plain modules do the work: the same decisions, a third as many per second.
"""

import hashlib
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

ROOM = Path(__file__).parents[1]
BUILT = Path(__file__).parent / "built"
MODULES = (
    "matcher.alignment",
    "matcher.closeness",
    "matcher.conversion",
    "matcher.cut",
    "matcher.decide",
    "matcher.engine",
    "matcher.joint",
    "matcher.model",
    "matcher.organisations.align",
    "matcher.organisations.closeness",
    "matcher.organisations.forms",
    "matcher.organisations.judge",
    "matcher.organisations.prepare",
    "matcher.persons.align",
    "matcher.persons.judge",
    "matcher.persons.prepare",
    "matcher.persons.sound",
    "matcher.phrases",
    "matcher.policy",
    "matcher.prepared",
    "matcher.reasons",
    "matcher.scripts",
    "matcher.tables.blob",
    "matcher.typos",
    "matcher.verdict",
    "matcher.words",
)
"""All that a decision runs through."""
CODE = "matcher__mypyc"
"""The library that holds the code of all modules, under the name that mypyc gives it."""


def sources_hash() -> str:
    """Hash what compiled code is made of: every Python file of the room, and the interpreter's interface."""
    summary = hashlib.sha256(EXTENSION_SUFFIXES[0].encode())
    for path in sorted(ROOM.rglob("*.py")):
        content = path.read_bytes()
        summary.update(f"\0{path.relative_to(ROOM).as_posix()}\0{len(content)}\0".encode())
        summary.update(content)
    return summary.hexdigest()


def library_of(module: str) -> str:
    """Give the library that a module is loaded from: one per package, where last names are unique."""
    return module if module == CODE else module.rpartition(".")[0]


def file_of(library: str) -> str:
    """Give a library's file name."""
    return library + EXTENSION_SUFFIXES[0]


class _Finder(MetaPathFinder):
    """Finds the compiled modules in a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name != CODE and name not in MODULES:
            return None
        file = str(self._directory / file_of(library_of(name)))
        return spec_from_file_location(name, file, loader=ExtensionFileLoader(name, file))


def in_use() -> bool:
    """Tell whether the compiled modules are the ones that decide."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


_CURRENT = BUILT / sources_hash()
if _CURRENT.is_dir():
    sys.meta_path.insert(0, _Finder(_CURRENT))
