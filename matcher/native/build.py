"""Compiles the matcher's modules to machine code: `python -m matcher.native.build`.

mypyc, which comes with `mypy`, writes them in C, and `ziglang` makes libraries of that for any machine of the
same kind. Where a part of this is missing, such as Python's headers, the plain modules do the work.
"""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from itertools import groupby
from pathlib import Path

from matcher.native import BUILT, CODE, MODULES, ROOM, file_of, library_of, sources_hash

_GROUP = "matcher"
_MYPY_OPTIONS = (
    "--config-file=",
    "--no-site-packages",
    "--ignore-missing-imports",
    f"--cache-dir={os.devnull}",
)
_C_OPTIONS = ("-mcpu=baseline", "-shared", "-fPIC", "-O1", "-DNDEBUG", "-fwrapv", "-s", "-w")
_INITIALISERS = """\
#include <Python.h>

static PyObject *initialised(const char *attribute, const char *capsule_name)
{
    PyObject *code = PyImport_ImportModule("%(code)s");
    if (code == NULL) return NULL;
    PyObject *capsule = PyObject_GetAttrString(code, attribute);
    Py_DECREF(code);
    if (capsule == NULL) return NULL;
    PyObject *(*initialise)(void) = (PyObject *(*)(void))PyCapsule_GetPointer(capsule, capsule_name);
    Py_DECREF(capsule);
    return initialise == NULL ? NULL : initialise();
}
"""
_INITIALISER = """
PyMODINIT_FUNC PyInit_%(last)s(void)
{
    return initialised("init_%(name)s", "%(code)s.init_%(name)s");
}
"""


class UnavailableError(Exception):
    """Something that compiling needs is missing here; the message is one line for a person."""


class CompileError(Exception):
    """A compiler refused the modules; the message is what it said."""


def build() -> None:
    """Compile the modules, unless that is done; libraries of other sources go."""
    wanted = BUILT / sources_hash()
    if not wanted.is_dir():
        include = _include()
        BUILT.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=BUILT) as scratch:
            libraries = _compile(Path(scratch), include)
            if sources_hash() != wanted.name:
                raise CompileError("the matcher's sources changed while they were compiled: build again")
            if not wanted.is_dir():
                libraries.rename(wanted)
    for directory in BUILT.iterdir():
        if directory != wanted and not directory.name.startswith("."):
            shutil.rmtree(directory, ignore_errors=True)


def _include() -> Path:
    """Give the directory of Python's headers, having looked that nothing is missing."""
    for module, package in (("mypyc", "mypy"), ("ziglang", "ziglang")):
        if importlib.util.find_spec(module) is None:
            raise UnavailableError(f"{package} is missing: pip install {package}")
    if sys.platform != "linux" or sys.implementation.name != "cpython":
        raise UnavailableError("this is not CPython on Linux")
    include = Path(sysconfig.get_paths()["include"])
    if not (include / "Python.h").is_file():
        raise UnavailableError(f"Python's headers are missing: there is no {include / 'Python.h'}")
    return include


def _compile(scratch: Path, include: Path) -> Path:
    """Make the libraries; give the directory that holds them and nothing else."""
    directory = scratch / "libraries"
    directory.mkdir()
    runtime = Path(next(iter(importlib.import_module("mypyc").__path__))) / "lib-rt"
    command = [sys.executable, "-m", "ziglang", "cc", "-target", _target(), *_C_OPTIONS]
    command += [f"-I{path}" for path in (include, runtime, scratch)]
    caches = {f"ZIG_{kind}_CACHE_DIR": str(scratch / "cache") for kind in ("LOCAL", "GLOBAL")}
    for library, source in _translate(scratch).items():
        finished = subprocess.run(
            [*command, str(source), "-o", str(directory / file_of(library))],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | caches,
        )
        if finished.returncode != 0:
            raise CompileError(f"the C compiler refused {library}:\n{finished.stderr.strip()}")
    return directory


def _target() -> str:
    """Give this kind of machine as Zig calls it; the C library's own version is not asked for."""
    return f"{platform.machine()}-linux-{'gnu' if platform.libc_ver()[0] == 'glibc' else 'musl'}"


def _translate(scratch: Path) -> dict[str, Path]:
    """Write the modules in C: give each library's source."""
    sources = {CODE: _code(scratch)}
    for library, modules in groupby(sorted(MODULES, key=library_of), library_of):
        text = _INITIALISERS % {"code": CODE}
        for module in modules:
            last = module.rpartition(".")[2]
            text += _INITIALISER % {"code": CODE, "last": last, "name": module.replace(".", "___")}
        sources[library] = _write(scratch / f"{library}.c", text)
    return sources


def _code(scratch: Path) -> Path:
    """Have mypyc write the code of all modules, and the headers that it includes; give its path."""
    # These are there only where something is compiled.
    from mypy import errors as mypy_errors  # noqa: PLC0415
    from mypy.fscache import FileSystemCache  # noqa: PLC0415
    from mypy.main import process_options  # noqa: PLC0415
    from mypyc.codegen import emitmodule  # noqa: PLC0415
    from mypyc.errors import Errors  # noqa: PLC0415
    from mypyc.options import CompilerOptions  # noqa: PLC0415

    paths = [str(ROOM.parent.joinpath(*module.split(".")).with_suffix(".py")) for module in MODULES]
    sources, options = process_options([*_MYPY_OPTIONS, *paths], fscache=FileSystemCache(), mypyc=True)
    options.export_types = options.preserve_asts = True
    for source in sources:
        options.per_module_options.setdefault(source.module, {})["mypyc"] = True
    groups: emitmodule.Groups = [(sorted(sources, key=lambda source: source.module), _GROUP)]
    compiler_options = CompilerOptions(group_name=_GROUP)
    try:
        checked = emitmodule.parse_and_typecheck(sources, options, compiler_options, groups)
    except mypy_errors.CompileError as error:
        raise CompileError("\n".join(error.messages)) from None
    errors = Errors(options)
    _, written, _ = emitmodule.compile_modules_to_c(checked, compiler_options, errors, groups)
    if errors.num_errors:
        raise CompileError("\n".join(errors.new_messages()))
    for name, text in written[0]:
        _write(scratch / name, text)
    return scratch / f"__native_{_GROUP}.c"


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def main() -> int:
    """Build from the command line; what is missing is said and is no failure."""
    try:
        build()
    except UnavailableError as missing:
        print(f"the Python matcher stays as it is, a third as fast as compiled: {missing}", file=sys.stderr)
    except CompileError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
