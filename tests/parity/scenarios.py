"""The scenarios of `tests/scenarios`, read strictly: an unknown key or value is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matcher import (
    Account,
    AccountStatus,
    Holder,
    HolderKind,
    Identification,
    IdentificationKind,
    Name,
    NameKind,
    Outcome,
    Reason,
)

FOLDER = Path(__file__).parents[1] / "scenarios"
_KINDS = {"person": HolderKind.PERSON, "org": HolderKind.ORGANISATION}
_SCHEMELESS = {"LEI": IdentificationKind.LEI, "BIC": IdentificationKind.BIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One payment: what was typed, what the bank holds, and what the answer must be."""

    rule: str
    kind: str
    registered: str | list[str]
    outcome: str
    reason: str
    language: str
    why: str
    typed: str = ""
    typed_id: str = ""
    held: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    never: Literal["account", "holder", ""] = ""
    matched: str = ""

    @property
    def title(self) -> str:
        """What a failing test is called."""
        return f"{self.typed or self.typed_id} | {self.registered}"

    @property
    def question(self) -> str | tuple[Identification, ...]:
        """What the engine is asked."""
        return (_identification(self.typed_id),) if self.typed_id else self.typed

    @property
    def account(self) -> Account:
        """The account as the bank holds it."""
        return Account(
            AccountStatus.ACTIVE,
            tuple(self._holder(name) for name in self._registered),
            tuple(map(_identification, self.held)),
            self.never == "account",
        )

    @property
    def expected(self) -> tuple[Outcome, Reason, str | None]:
        """The outcome, one of its reasons, and the name that a close match tells."""
        outcome = Outcome[self.outcome]
        told = self.matched or self._registered[0]
        return outcome, Reason[self.reason], told if outcome is Outcome.CMTC else None

    @property
    def _registered(self) -> list[str]:
        return [self.registered] if isinstance(self.registered, str) else self.registered

    def _holder(self, registered: str) -> Holder:
        aliases = tuple(Name(text, NameKind.ALIAS) for text in self.aliases)
        former = tuple(Name(text, NameKind.FORMER) for text in self.former)
        return Holder(_KINDS[self.kind], (Name(registered), *aliases, *former), self.never == "holder")


def _identification(text: str) -> Identification:
    scheme, value = text.split(" ", 1)
    if scheme in _SCHEMELESS:
        return Identification(_SCHEMELESS[scheme], "", "", value)
    return Identification(IdentificationKind.CODED, scheme, "", value)


def read() -> list[Scenario]:
    """Read all files."""
    return [
        Scenario(rule=case["rule"], kind=case["kind"], **fields)
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
        for fields in case["scenarios"]
    ]
