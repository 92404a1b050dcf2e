"""The faults of a request, by number: ``docs/formats.md``, section 8. Pure."""

from dataclasses import dataclass

MISSING = "is missing"
OBJECT = "must be an object"
STRING = "must be a string"
ARRAY = "must be an array"
FORM = "has the wrong form"

BODY_BYTES_MAX = 16_384
LEVELS_MAX = 8
ENTRIES_MAX = 32
MEMBER_NAME_BYTES_MAX = 128

ORGANISATION = "party.identification.organisationId"
OTHERS = f"{ORGANISATION}.others"
OTHER = f"{OTHERS}[]"
REMITTANCE = "unstructuredRemittanceInformation"

_NOT_JSON = (
    f"must be JSON in UTF-8, no name twice in an object, at most {LEVELS_MAX} levels, "
    f"{ENTRIES_MAX} entries and {MEMBER_NAME_BYTES_MAX}-byte names"
)
_AGENT_FAULTS = [
    ("{agent}", MISSING),
    ("{agent}", OBJECT),
    ("{agent}.financialInstitutionId", MISSING),
    ("{agent}.financialInstitutionId", OBJECT),
    ("{agent}.financialInstitutionId.bicfi", MISSING),
    ("{agent}.financialInstitutionId.bicfi", STRING),
    ("{agent}.financialInstitutionId.bicfi", FORM),
]


def between(low: int, high: int) -> str:
    """Return the reason of a text whose length isn't from ``low`` to ``high``."""
    return f"must have {low} to {high} characters"


_FAULTS = [
    ("request", "must be POST /vop/v1/payee-verifications"),
    ("X-Request-Timestamp", MISSING),
    ("X-Request-Timestamp", FORM),
    ("X-Request-ID", MISSING),
    ("X-Request-ID", FORM),
    ("Content-Type", "must be application/json"),
    ("body", f"is larger than {BODY_BYTES_MAX} bytes"),
    ("body", _NOT_JSON),
    ("body", OBJECT),
    ("party", MISSING),
    ("party", OBJECT),
    ("party", "must have exactly one of name and identification"),
    ("party.name", STRING),
    ("party.name", between(1, 140)),
    ("party.identification", OBJECT),
    (ORGANISATION, MISSING),
    (ORGANISATION, OBJECT),
    (ORGANISATION, "must have exactly one of lei, anyBIC and others"),
    (f"{ORGANISATION}.lei", STRING),
    (f"{ORGANISATION}.lei", FORM),
    (f"{ORGANISATION}.anyBIC", STRING),
    (f"{ORGANISATION}.anyBIC", FORM),
    (OTHERS, ARRAY),
    (OTHERS, "must have 1 to 8 entries"),
    (OTHER, OBJECT),
    (OTHER, "must have exactly one of schemeNameCode and schemeNameProprietary"),
    (f"{OTHER}.identification", MISSING),
    (f"{OTHER}.identification", STRING),
    (f"{OTHER}.identification", between(1, 256)),
    (f"{OTHER}.schemeNameCode", STRING),
    (f"{OTHER}.schemeNameCode", "is not a known code"),
    (f"{OTHER}.schemeNameProprietary", STRING),
    (f"{OTHER}.schemeNameProprietary", between(1, 35)),
    (f"{OTHER}.issuer", STRING),
    (f"{OTHER}.issuer", between(1, 35)),
    ("partyAccount", MISSING),
    ("partyAccount", OBJECT),
    ("partyAccount.iban", MISSING),
    ("partyAccount.iban", STRING),
    ("partyAccount.iban", FORM),
    *((path.format(agent="partyAgent"), reason) for path, reason in _AGENT_FAULTS),
    *((path.format(agent="requestingAgent"), reason) for path, reason in _AGENT_FAULTS),
    (REMITTANCE, ARRAY),
    (REMITTANCE, "must have at most 1 entry"),
    (f"{REMITTANCE}[]", STRING),
    (f"{REMITTANCE}[]", between(1, 140)),
]
_NUMBERS = {fault: number for number, fault in enumerate(_FAULTS)}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first fault of a request."""

    number: int

    @classmethod
    def of(cls, path: str, reason: str) -> "Fault":
        """Return the fault of a field or header."""
        return cls(_NUMBERS[path, reason])

    @property
    def detail(self) -> str:
        """What the answer says."""
        return ": ".join(_FAULTS[self.number])

    @property
    def is_timestamp(self) -> bool:
        """Whether the scheme's code is TIMESTAMP_INVALID instead of FORMAT_ERROR."""
        return _FAULTS[self.number][0] == "X-Request-Timestamp"


FAULT_COUNT = len(_FAULTS)
TARGET = Fault(0)
BODY_TOO_LARGE = Fault(6)
BODY_NOT_JSON = Fault(7)
