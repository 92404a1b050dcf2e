"""The plain form of a decision: ``docs/formats.md``, section 7. Pure."""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

_FORMAT = 1
_HEAD = struct.Struct("<BBBBH")
_FIXED = struct.Struct("<BBIQIIQ8s8s")
NONE = 255
"""No holder, or no name."""


class DecisionError(ValueError):
    """Bytes that are no decision; tells nothing of what they hold."""


class RequestKind(IntEnum):
    """What was asked."""

    NOT_UNDERSTOOD = 0
    NAME = 1
    IDENTIFICATION = 2


class DecisionOutcome(IntEnum):
    """How a request ended; 1 to 4 are ``matcher.Outcome``."""

    MTCH = 1
    CMTC = 2
    NMTC = 3
    NOAP = 4
    REFUSED = 5
    HANDED_OVER = 6


class NoapCause(IntEnum):
    """Why matching was not possible."""

    OTHER = 0
    UNKNOWN_ACCOUNT = 1
    CLOSED = 2
    NOT_A_TENANT = 3
    IDENTIFICATION_NOT_HELD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision with everything that explains it. Texts that were not understood are empty."""

    request: RequestKind
    outcome: DecisionOutcome
    cause: int = 0
    """REFUSED: the fault's number · NOAP: ``NoapCause`` · HANDED_OVER: the edge's cause · else 0."""
    score: int = 0
    """Per mille."""
    reasons: tuple[int, ...] = ()
    """Numbers of ``matcher.Reason``."""
    holder: int | None = None
    name: int | None = None
    epoch: int = 0
    """Of the sealed record that was read; 0 if none was."""
    revision: int = 0
    directory_age_ms: int = 0
    time_us: int = 0
    wall_ms: int = 0
    tables_hash: bytes = bytes(8)
    configuration_version: bytes = bytes(8)
    request_id: str = ""
    requesting_bic: str = ""
    party_bic: str = field(default="", repr=False)
    iban: str = field(default="", repr=False)
    typed: str = field(default="", repr=False)
    matched_name: str = field(default="", repr=False)

    def encode(self) -> bytes:
        """Return the record's bytes."""
        return b"".join(
            (
                _HEAD.pack(_FORMAT, self.request, self.outcome, self.cause, self.score),
                bytes((len(self.reasons), *self.reasons)),
                _FIXED.pack(
                    NONE if self.holder is None else self.holder,
                    NONE if self.name is None else self.name,
                    self.epoch,
                    self.revision,
                    min(self.directory_age_ms, 2**32 - 1),
                    min(self.time_us, 2**32 - 1),
                    self.wall_ms,
                    self.tables_hash,
                    self.configuration_version,
                ),
                *(
                    _text(text, "<B")
                    for text in (self.request_id, self.requesting_bic, self.party_bic, self.iban)
                ),
                *(_text(text, "<H") for text in (self.typed, self.matched_name)),
            )
        )

    @classmethod
    def decode(cls, encoded: bytes) -> "DecisionRecord":
        """Read what ``encode`` or an edge wrote.

        Raises:
            DecisionError: it is something else.

        """
        try:
            return cls._decode(encoded)
        except (struct.error, ValueError, IndexError) as error:
            raise DecisionError("these bytes are no decision record") from error

    @classmethod
    def _decode(cls, encoded: bytes) -> "DecisionRecord":
        version, request, outcome, cause, score = _HEAD.unpack_from(encoded)
        at = _HEAD.size
        count = encoded[at]
        reasons = tuple(encoded[at + 1 : at + 1 + count])
        at += 1 + count
        holder, name, epoch, revision, age_ms, time_us, wall_ms, tables, configuration = _FIXED.unpack_from(
            encoded, at
        )
        at += _FIXED.size
        texts: list[str] = []
        for length_form in ("<B", "<B", "<B", "<B", "<H", "<H"):
            (length,) = struct.unpack_from(length_form, encoded, at)
            at += struct.calcsize(length_form)
            if at + length > len(encoded):
                raise ValueError("a text ends too early")
            texts.append(encoded[at : at + length].decode("utf-8"))
            at += length
        if version != _FORMAT or at != len(encoded):
            raise ValueError("the format is unknown, or something follows")
        return cls(
            request=RequestKind(request),
            outcome=DecisionOutcome(outcome),
            cause=cause,
            score=score,
            reasons=reasons,
            holder=None if holder == NONE else holder,
            name=None if name == NONE else name,
            epoch=epoch,
            revision=revision,
            directory_age_ms=age_ms,
            time_us=time_us,
            wall_ms=wall_ms,
            tables_hash=tables,
            configuration_version=configuration,
            request_id=texts[0],
            requesting_bic=texts[1],
            party_bic=texts[2],
            iban=texts[3],
            typed=texts[4],
            matched_name=texts[5],
        )


def _text(text: str, length_form: str) -> bytes:
    encoded = text.encode("utf-8")
    return struct.pack(length_form, len(encoded)) + encoded
