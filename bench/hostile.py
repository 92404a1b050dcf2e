"""What costs a matcher most, or means least: the longest names, the most words, the largest records."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

from matcher import Account, AccountStatus, Holder, HolderKind, Name, NameKind
from matcher.record import HOLDERS_MAX, NAMES_MAX, RECORD_BYTES_MAX, encode
from matcher.words import TEXT_CHARACTERS_MAX, WORDS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

_SNIPPETS = (
    "a|ß|Щ|Θ|ﬃ|ﷺ|漢|م|ü|кс|\N{FULLWIDTH LATIN CAPITAL LETTER A}|\U0001d51e|\U0010ffff|"
    "\N{GREEK SMALL LETTER OMICRON}\N{GREEK SMALL LETTER UPSILON}|"
    "a |I |1 |ß |é |Щ |漢 |ö |ab |aab |a-|a.|a, |a'|a/|a & |&|& |+|-|'|.|,|/|(| |J.P. |3M |Müller-|"
    "a\N{COMBINING ACUTE ACCENT}|\N{COMBINING ACUTE ACCENT}|\N{ZERO WIDTH SPACE}|\N{SOFT HYPHEN}|"
    "\N{NO-BREAK SPACE}|\N{RIGHT-TO-LEFT OVERRIDE}|a\N{RIGHT-TO-LEFT MARK}|\N{ZERO WIDTH NO-BREAK SPACE}|"
    "a\N{CYRILLIC SMALL LETTER A} |Dr. |Prof. Dr. |von |de la |bin |GmbH |S.A. |GmbH & Co. KG |Ltd |i.L. |"
    "Holding |Berlin |und |t/a |c/o |Fund II |XVIII |Maria |Jan |Anna und |Мария |Νίκος |Novák Nováková "
)
REPEATED = tuple(_SNIPPETS.split("|"))
"""Snippets that fill a name."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KINDS = (HolderKind.PERSON, HolderKind.ORGANISATION)


def pairs() -> Iterator[tuple[str, Account]]:
    """Give every typed text with the account it is typed for; each fits the edge's record."""
    for kind in _KINDS:
        yield from _repeated(kind)
        yield from _largest(kind)
        yield from _filled_records(kind)
    yield from _joint()


def _repeated(kind: HolderKind) -> Iterator[tuple[str, Account]]:
    for snippet in REPEATED:
        for length in (1, WORDS_MAX, TEXT_CHARACTERS_MAX):
            text = _filled(snippet, length)
            for typed in (text, text[::-1], text[1:] or "a", f"x{text}"[:TEXT_CHARACTERS_MAX]):
                yield typed, _account([Holder(kind, (Name(text),))])


def _filled(snippet: str, characters: int) -> str:
    return "".join(islice(cycle(snippet), characters))


def _largest(kind: HolderKind) -> Iterator[tuple[str, Account]]:
    """Fill a record with names of many words, each word of one side within a typo of many of the other's."""
    for letters in (1, 2, 3, 4, 5, 6, 8, 11, 16, 34, 69):
        for near in (0, 1, 2):
            typed = _words(letters, 0)
            names = [Name(_words(letters, near, shift)) for shift in range(NAMES_MAX)]
            for holders in (1, HOLDERS_MAX):
                yield typed, _fullest(names, kind, holders)


def _filled_records(kind: HolderKind) -> Iterator[tuple[str, Account]]:
    """Fill a record with names that a snippet fills, none of them the typed one."""
    for snippet in REPEATED:
        text = _filled(snippet, TEXT_CHARACTERS_MAX)
        names = [
            Name(f"{letter}{text}"[: TEXT_CHARACTERS_MAX - cut])
            for cut in range(-(-NAMES_MAX // len(_LETTERS)))
            for letter in _LETTERS
        ]
        yield text, _fullest(names[:NAMES_MAX], kind, 1)


def _words(letters: int, near: int, shift: int = 0) -> str:
    """Give a longest name of words that are alike but for one letter; `near` changes so many more of each."""
    count = min(WORDS_MAX, (TEXT_CHARACTERS_MAX + 1) // (letters + 1))
    words = []
    for number in range(count):
        word = [_LETTERS[(at * 7 + 3) % len(_LETTERS)] for at in range(letters)]
        word[-1] = _LETTERS[(number + shift) % len(_LETTERS)]
        for change in range(min(near, letters - 1)):
            word[letters // 2 - change] = _LETTERS[(shift + change) % len(_LETTERS)]
        words.append("".join(word))
    return " ".join(words)


def _fullest(names: list[Name], kind: HolderKind, holders: int) -> Account:
    """Give an account with as many of the names as a record takes, spread over the holders."""
    for count in range(len(names), 0, -1):
        groups = [names[start:count:holders] for start in range(min(holders, count))]
        account = _account([_holder(group, kind) for group in groups])
        if _bytes(account) <= RECORD_BYTES_MAX:
            return account
    raise ValueError("one name alone is beyond a record")


def _bytes(account: Account) -> int:
    """Estimate the record from above."""
    return 64 + sum(3 + sum(3 + len(name.text.encode()) for name in one.names) for one in account.holders)


def _holder(names: list[Name], kind: HolderKind) -> Holder:
    first, *others = names
    return Holder(kind, (first, *(Name(one.text, NameKind.ALIAS) for one in others)))


def _joint() -> Iterator[tuple[str, Account]]:
    """Type as many holders as there are, and as many more as fit the text."""
    for kind in _KINDS:
        for word in ("Ana", "A", "Ab Cd", "Maria Lind"):
            holders = [Holder(kind, (Name(f"{word}{letter}"),)) for letter in _LETTERS[:HOLDERS_MAX]]
            for link in (" und ", " & ", ", ", "+", "/"):
                typed = link.join(f"{word}{letter}" for letter in reversed(_LETTERS))[:TEXT_CHARACTERS_MAX]
                yield typed, _account(holders)


def _account(holders: list[Holder]) -> Account:
    return Account(AccountStatus.ACTIVE, tuple(holders))


def records() -> Iterator[tuple[str, bytes]]:
    """Give every typed text with its account's plain record."""
    for typed, account in pairs():
        yield typed, encode(account)
