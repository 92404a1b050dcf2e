"""Edge and fallback read requests alike: the shipped filter's parser against the control plane's."""

import struct
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.verifications.faults import FAULT_COUNT, Fault
from control_plane.verifications.parsing import parse_request
from tests.parity import corpus
from tests.parity.corpus import Case, Headers
from tests.unit.edge_filter.edge import filter_configuration, module
from tests.unit.edge_filter.host import Process, Vm

CASES = corpus.cases()
UNDERSTOOD = 255

Reading = int | tuple[Any, ...]
"""The fault's number, or what was understood."""


@cache
def vm() -> Vm:
    """Return one VM with the filter as shipped."""
    return Vm(module("filter"), Process(), filter_configuration())


def latin(text: str) -> bytes:
    """Encode a header's text: bytes beyond ASCII are opaque (RFC 9110, section 5.5)."""
    return text.encode("latin-1")


def edge_reading(headers: Headers, body: bytes) -> Reading:
    """Let the filter's parser read a request."""
    given_headers = b"".join(
        struct.pack("<B", len(name)) + latin(name) + struct.pack("<H", len(value)) + latin(value)
        for name, value in headers
    )
    source = bytes((len(headers),)) + given_headers + struct.pack("<H", len(body)) + body
    address = vm().call("parity_buffer")
    vm().write(address, source)
    output = vm().read(address, vm().call("parity_parse", len(source)))
    if output[0] != UNDERSTOOD:
        assert len(output) == 1
        return output[0]
    texts, at = [], 2
    for size in (1, 1, 1, 1, 2):
        length = int.from_bytes(output[at : at + size], "little")
        texts.append(output[at + size : at + size + length])
        at += size + length
    assert at == len(output)
    typed = texts[4].decode() if output[1] == 1 else identifications(texts[4])
    return (*(text.decode() for text in texts[:4]), typed)


def identifications(data: bytes) -> tuple[tuple[Any, ...], ...]:
    """Read identifications in the form of docs/formats.md section 10."""
    found, at = [], 1
    for _ in range(data[0]):
        kind, at = data[at], at + 1
        texts = []
        for size in (1, 1, 2):
            length = int.from_bytes(data[at : at + size], "little")
            texts.append(data[at + size : at + size + length].decode())
            at += size + length
        found.append((kind, *texts))
    assert at == len(data)
    return tuple(found)


def fallback_reading(headers: Headers, body: bytes) -> Reading:
    """Let the control plane's parser read the same request."""
    request = parse_request([(latin(name), latin(value)) for name, value in headers], body)
    if isinstance(request, Fault):
        return request.number
    typed: Any = request.typed
    if not isinstance(typed, str):
        typed = tuple((int(one.kind), one.scheme, one.issuer, one.value) for one in typed)
    return (request.request_id, request.requesting_bic, request.party_bic, request.iban, typed)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_corpus_is_read_alike_and_as_the_contract_says(case: Case) -> None:
    reading = edge_reading(case.headers, case.body)
    assert reading == fallback_reading(case.headers, case.body)
    if case.fault is not None:
        assert reading == case.fault


def test_the_corpus_shows_every_fault_and_both_kinds_of_request() -> None:
    readings = [edge_reading(case.headers, case.body) for case in CASES]
    assert {reading for reading in readings if isinstance(reading, int)} == set(range(FAULT_COUNT))
    understood = [reading for reading in readings if not isinstance(reading, int)]
    assert {type(reading[4]) for reading in understood} == {str, tuple}


BODIES = [case.body for case in CASES if case.headers == corpus.GOOD_HEADERS and len(case.body) < 2_000]
PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"\\",
    b"\\u00",
    b"\\ud83d",
    b"\\ude00",
    b"null",
    b"1e9",
    b" ",
]


@st.composite
def mutated_bodies(draw: st.DrawFn) -> bytes:
    """Draw a body of the corpus with pieces cut out, put in or doubled."""
    body = bytearray(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        count = draw(st.integers(0, 12))
        piece = draw(st.sampled_from([*PIECES, bytes(body[at : at + count])]) | st.binary(max_size=3))
        body[at : at + draw(st.integers(0, 6))] = piece
    return bytes(body)


@given(mutated_bodies())
@settings(max_examples=1_500, deadline=None)
def test_mutated_bodies_are_read_alike(body: bytes) -> None:
    assert edge_reading(corpus.GOOD_HEADERS, body) == fallback_reading(corpus.GOOD_HEADERS, body)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
PATHS = [
    "party",
    "party.name",
    "party.identification",
    "party.identification.organisationId",
    "party.identification.organisationId.lei",
    "party.identification.organisationId.others",
    "partyAccount",
    "partyAccount.iban",
    "partyAgent.financialInstitutionId",
    "requestingAgent.financialInstitutionId.bicfi",
    "unstructuredRemittanceInformation",
    "more",
]


@given(st.sampled_from(PATHS), JSON)
@settings(max_examples=500, deadline=None)
def test_any_value_in_any_place_is_read_alike(path: str, value: object) -> None:
    body = corpus.changed(path, value)
    assert edge_reading(corpus.GOOD_HEADERS, body) == fallback_reading(corpus.GOOD_HEADERS, body)


def header_values(samples: Sequence[str]) -> st.SearchStrategy[str]:
    """Draw values near to those of the corpus."""
    alphabet = st.characters(codec="latin-1", exclude_characters="\r\n\0")
    return st.builds(
        lambda text, at, piece, cut: (
            text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) + cut :]
        ),
        st.sampled_from(samples),
        st.integers(0, 60),
        st.text(alphabet, max_size=2),
        st.integers(0, 3),
    )


@given(
    st.sampled_from(
        [
            ("x-request-timestamp", corpus.TIMESTAMPS_GOOD),
            ("x-request-id", corpus.REQUEST_IDS_GOOD),
            ("content-type", corpus.CONTENT_TYPES_GOOD),
            ("content-encoding", ["identity"]),
            (":path", ["/vop/v1/payee-verifications?x"]),
        ]
    ).flatmap(lambda choice: st.tuples(st.just(choice[0]), header_values(choice[1])))
)
@settings(max_examples=1_500, deadline=None)
def test_mutated_headers_are_read_alike(header: tuple[str, str]) -> None:
    headers = corpus.with_header(*header)
    body = corpus.encoded(corpus.GOOD_BODY)
    assert edge_reading(headers, body) == fallback_reading(headers, body)
