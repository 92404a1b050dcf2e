"""A PSP's matching policy: what each kind of difference may still be called, and what may be disclosed.

Every knob down to `typo` is a **ceiling**: the best outcome left once that difference occurs. Encoded form:
`u8 format = 2`, then one byte per field in the order below (outcome, 0 or 1, or count).
"""

from dataclasses import dataclass, fields

from matcher.model import Outcome

FORMAT = 2
TYPO_BUDGET_MAX = 2

_MTCH, _CMTC, _NMTC, _NOAP = Outcome.MTCH, Outcome.CMTC, Outcome.NMTC, Outcome.NOAP

ALLOWED: dict[str, tuple[int, ...]] = {
    "initial_typed": (_CMTC, _NMTC),
    "initial_registered": (_CMTC, _NMTC),
    "middle_missing": (_MTCH, _CMTC, _NMTC),
    "middle_extra": (_CMTC, _NMTC),
    "given_variant": (_CMTC, _NMTC),
    "surname_only": (_CMTC, _NMTC),
    "surname_partial": (_CMTC, _NMTC),
    "surname_ending": (_CMTC, _NMTC),
    "form_missing": (_MTCH, _CMTC, _NMTC),
    "form_differs": (_CMTC, _NMTC),
    "generic_differs": (_CMTC, _NMTC),
    "script_crossed": (_MTCH, _CMTC, _NMTC),
    "typo": (_CMTC, _NMTC),
    "typo_budget": tuple(range(TYPO_BUDGET_MAX + 1)),
    "disclose_person": (0, 1),
    "disclose_organisation": (0, 1),
    "withheld": (_NMTC, _NOAP),
    "matched_name_latin": (0, 1),
}
"""The values of each knob, as numbers."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The knobs, with their defaults; a value that isn't allowed raises ValueError (docs/matching.md)."""

    initial_typed: Outcome = _CMTC
    """An initial typed for a registered given name."""
    initial_registered: Outcome = _CMTC
    """A given name typed where the record holds an initial."""
    middle_missing: Outcome = _MTCH
    """A registered middle name not typed."""
    middle_extra: Outcome = _CMTC
    """One word typed that the person's registered name lacks."""
    given_variant: Outcome = _CMTC
    """A spelling variant, short form or diminutive of the given name."""
    surname_only: Outcome = _NMTC
    """A surname typed alone: CMTC discloses the given names to whoever knows surname and IBAN."""
    surname_partial: Outcome = _CMTC
    """One of several surnames, or half of a hyphenated name, missing on one side."""
    surname_ending: Outcome = _CMTC
    """A surname that differs in its gender ending only."""
    form_missing: Outcome = _MTCH
    """A legal form on one side only."""
    form_differs: Outcome = _CMTC
    """Different legal forms on an equal core."""
    generic_differs: Outcome = _CMTC
    """A generic or place word on one side only."""
    script_crossed: Outcome = _MTCH
    """Sides in different scripts that agree exactly in one convention."""
    typo: Outcome = _CMTC
    """A spelling difference within the budget."""
    typo_budget: int = 2
    """Edits allowed over the whole name, 0 to 2; the budget of a word also grows with its length."""
    disclose_person: bool = True
    """Whether a close match may disclose a person's name."""
    disclose_organisation: bool = True
    """Whether a close match may disclose an organisation's name."""
    withheld: Outcome = _NMTC
    """What a close match becomes that may not be disclosed."""
    matched_name_latin: bool = False
    """Whether a close match tells the name in the scheme's base set (EPC217-08), not as it is registered."""

    def __post_init__(self) -> None:
        for knob, allowed in ALLOWED.items():
            if int(getattr(self, knob)) not in allowed:
                raise ValueError(f"policy: {knob} must be one of {', '.join(map(str, map(int, allowed)))}")

    def encode(self) -> bytes:
        """Encode the policy as the edge's configuration carries it."""
        return bytes((FORMAT, *(int(getattr(self, field.name)) for field in fields(self))))

    @classmethod
    def decode(cls, encoded: bytes) -> "Policy":
        """Read what `encode` wrote; anything else raises ValueError."""
        knobs = fields(cls)
        if encoded[:1] != bytes((FORMAT,)):
            raise ValueError(f"policy: the first byte must be the format, {FORMAT}")
        if len(encoded) != 1 + len(knobs):
            raise ValueError(f"policy: the length must be {1 + len(knobs)} bytes, not {len(encoded)}")
        values: dict[str, Outcome | int | bool] = {}
        for knob, value in zip(knobs, encoded[1:], strict=True):
            if value not in ALLOWED[knob.name]:
                raise ValueError(f"policy: {knob.name} has the unknown value {value}")
            default = getattr(DEFAULT_POLICY, knob.name)
            values[knob.name] = type(default)(value)
        return cls(**values)  # type: ignore[arg-type]


DEFAULT_POLICY = Policy()
"""The policy of a PSP that chose none."""
