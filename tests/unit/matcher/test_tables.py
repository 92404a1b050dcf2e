"""The tables: deterministic, current, and free of contradictions that would make a wrong match."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import matcher
from matcher.tables import blob, compiler
from matcher.words import WORDS_MAX, Folding, Reader

TABLES = Path(compiler.__file__).parent
_PARSED = blob.parse(compiler.compiled())
_READER = Reader(Folding(*_PARSED.sections[:4]), {})


def test_the_compiled_tables_are_those_of_the_texts() -> None:
    assert matcher.tables_hash() == _PARSED.hash


def test_compiling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "tables" / "compiled.bin"
    assert compiler.compile_tables(path) == blob.digest(path.read_bytes()) == _PARSED.hash


def test_the_compiler_needs_only_the_standard_library() -> None:
    program = (
        "import sys, matcher.tables.compiler as c; c.compiled();"
        "sys.exit(any(name.split('.')[0] in ('rapidfuzz', 'msgspec', 'litestar') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-S", "-c", program], check=True, cwd=TABLES.parent.parent)


def test_a_damaged_blob_is_refused() -> None:
    data = compiler.compiled()
    for damaged in (b"XOPT" + data[4:], data[:-1], data[:4] + b"\xff" + data[5:]):
        with pytest.raises(ValueError, match="tables"):
            blob.parse(damaged)


def test_no_two_countries_legal_forms_are_joined_by_a_third() -> None:
    countries: dict[str, set[str]] = {}
    classes: dict[str, set[str]] = {}
    for line in (TABLES / "legal_forms.txt").read_text(encoding="utf-8").splitlines():
        name, _, forms = line.partition(":")
        if line.startswith("#") or name.startswith("--"):
            continue
        for form in forms.split("|"):
            for key in _keys(form):
                countries.setdefault(key, set()).add(name.split()[0])
                classes.setdefault(name, set()).add(key)
    joined = {
        (name, a, b)
        for name, keys in classes.items()
        for a in keys
        for b in keys
        if not (countries[a] <= countries[b] or countries[b] <= countries[a])
    }
    assert joined == set()


def _keys(form: str) -> set[str]:
    text = _READER.read(form)
    assert text is not None
    return compiler.joined([folded for folded in text.words if not folded.sign])


def test_no_legal_form_reads_like_a_number() -> None:
    assert [key for key, word in _PARSED.words.items() if word.forms and word.number] == []


def test_every_text_names_its_source() -> None:
    for path in TABLES.glob("*.txt"):
        head = path.read_text(encoding="utf-8").partition("\n\n")[0]
        assert re.search(r"^# .*Sources?:", head, re.MULTILINE | re.DOTALL), path.name


@pytest.mark.parametrize("count", [WORDS_MAX, WORDS_MAX + 1])
def test_a_text_has_at_most_32_words(count: int) -> None:
    assert (_READER.read(" ".join(["a"] * count)) is None) == (count > WORDS_MAX)
