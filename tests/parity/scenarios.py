"""The scenarios of `tests/scenarios`, read strictly: an unknown key or value is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matcher import (
    DEFAULT_POLICY,
    Account,
    AccountStatus,
    Decision,
    Holder,
    HolderKind,
    Identification,
    IdentificationKind,
    Name,
    NameKind,
    Outcome,
    Policy,
    Reason,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[1] / "scenarios"
_KINDS = {"person": HolderKind.PERSON, "org": HolderKind.ORGANISATION}
_SCHEMELESS = {"LEI": IdentificationKind.LEI, "BIC": IdentificationKind.BIC}
_PROPRIETARY = frozenset({"EUID"})


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
    both_ways: bool = False
    fits: bool = True
    at_most: bool = False
    typed: str = ""
    typed_id: str = ""
    held: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    never: str | list[str] = ""
    policy: Mapping[str, str | int | bool] = field(default_factory=dict)
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
    def knobs(self) -> Policy:
        """The bank's policy: the default one, but for the knobs that the scenario names."""
        named: dict[str, Any] = {
            knob: Outcome[value] if isinstance(value, str) else value for knob, value in self.policy.items()
        }
        return replace(DEFAULT_POLICY, **named)

    @property
    def best(self) -> Outcome:
        """The outcome asked for, or the best one allowed with `at_most`."""
        return Outcome[self.outcome]

    def accepts(self, decision: Decision) -> bool:
        """Whether the decision is the one asked for, tells the right name, and says the reason."""
        told = (self.matched or self._registered[0]) if decision.outcome is Outcome.CMTC else None
        if decision.matched_name != told:
            return False
        if self.at_most and decision.outcome is not self.best:
            return self.best < decision.outcome < Outcome.NOAP
        return decision.outcome is self.best and Reason[self.reason] in decision.reasons

    @property
    def _registered(self) -> list[str]:
        return [self.registered] if isinstance(self.registered, str) else self.registered

    def _holder(self, registered: str) -> Holder:
        aliases = tuple(Name(text, NameKind.ALIAS) for text in self.aliases)
        former = tuple(Name(text, NameKind.FORMER) for text in self.former)
        never = not isinstance(self.never, str) and registered in self.never
        return Holder(_KINDS[self.kind], (Name(registered), *aliases, *former), never)


def _identification(text: str) -> Identification:
    scheme, value = text.split(" ", 1)
    if scheme in _SCHEMELESS:
        return Identification(_SCHEMELESS[scheme], "", "", value)
    kind = IdentificationKind.PROPRIETARY if scheme in _PROPRIETARY else IdentificationKind.CODED
    return Identification(kind, scheme, "", value)


def read() -> list[Scenario]:
    """Read all files."""
    return [
        Scenario(rule=case["rule"], kind=case["kind"], both_ways=case.get("both_ways", False), **fields)
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
        for fields in case["scenarios"]
    ]
