"""Draws spellings for `legal_forms.txt` out of rigour's organisation types, and says what it refuses.

rigour (MIT licence, OpenSanctions) keeps a list of types with their aliases in `org_types.yml`. Neither its
`compare` nor its `generic` value knows countries: they merge forms of several. So a type is drawn from only
where all of its aliases that are known here fall into one class of one country; what is printed for it is
reviewed and merged by hand. A type whose known aliases have no class in common would join classes: refused.

`python -m matcher.tables.draw_legal_forms org_types.yml`
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from matcher.tables import blob
from matcher.tables.compiler import HERE, joined
from matcher.words import Folding, Reader


def main(path: Path) -> None:
    """Print `class: spelling | …` for each type drawn from, then `refused: class, class` for the others."""
    read = _Keys()
    classes = _classes(read)
    drawn: dict[str, set[str]] = {}
    refused: set[str] = set()
    for aliases in _types(path.read_text(encoding="utf-8")):
        keys = {alias: found for alias in aliases if (found := read.keys(alias))}
        known = [
            frozenset().union(*(classes[key] for key in found if key in classes))
            for found in keys.values()
            if not found.isdisjoint(classes)
        ]
        common = frozenset.intersection(*known) if known else frozenset()
        if len(common) == 1:
            new = {
                alias for alias, found in keys.items() if found and not any(key in classes for key in found)
            }
            drawn.setdefault(next(iter(common)), set()).update(new)
        elif known and not common:
            refused.add(", ".join(sorted(frozenset().union(*known))))
    for name, spellings in sorted(drawn.items()):
        if spellings:
            sys.stdout.write(f"{name}: {' | '.join(sorted(spellings))}\n")
    for names in sorted(refused):
        sys.stdout.write(f"refused: {names}\n")


class _Keys:
    """Folds spellings as the compiler does."""

    def __init__(self) -> None:
        self._reader = Reader(Folding(*blob.load().sections[:4]), {})

    def keys(self, spelling: str) -> frozenset[str]:
        """Give the foldings of a spelling written as one word; none of one that has no letters."""
        text = self._reader.read(spelling)
        words = [word for word in text.words if not word.sign] if text else []
        return frozenset(joined(words)) if words else frozenset()


def _classes(read: _Keys) -> dict[str, frozenset[str]]:
    """Give the classes of each folded form of `legal_forms.txt`."""
    classes: dict[str, frozenset[str]] = {}
    for line in (HERE / "legal_forms.txt").read_text(encoding="utf-8").splitlines():
        name, _, forms = line.partition(":")
        if line.startswith(("#", "--")):
            continue
        for form in forms.split("|"):
            for key in read.keys(form):
                classes[key] = classes.get(key, frozenset()) | {name}
    return classes


def _types(text: str) -> Iterator[list[str]]:
    """Give the aliases of each type: the items more deeply indented than the types' own."""
    aliases: list[str] = []
    for line in text.splitlines():
        item = line.partition(" #")[0].strip()
        if line.startswith("  - "):
            if aliases:
                yield aliases
            aliases = []
            item = item.removeprefix("- ")
        if line.startswith("      - "):
            aliases.append(item.removeprefix("- ").strip("\"'"))
        elif item.startswith("display:"):
            aliases.append(item.removeprefix("display:").strip().strip("\"'"))
    if aliases:
        yield aliases


if __name__ == "__main__":
    main(Path(sys.argv[1]))
