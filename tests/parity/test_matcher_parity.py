"""The matcher in Python and the one in `filter.wasm` decide alike and explain it alike, in every field."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control_plane.matching.engines import WasmMatcher, request_bytes
from control_plane.xds.modules import module
from matcher import (
    DEFAULT_POLICY,
    Account,
    AccountStatus,
    Holder,
    HolderKind,
    Identification,
    Name,
    Policy,
    decide,
    explain,
)
from matcher.conversion import Conversion
from matcher.record import RECORD_BYTES_MAX, RecordError, decode, encode
from matcher.tables import blob
from tests.parity import matcher_cases

PAIRS = int(os.environ.get("VOP_PARITY_PAIRS", "20000"))
BATCH = 100
SHARDS = 4
"""Tests over which the pairs are spread, so that they run side by side."""
SECONDS_MAX = 180 + PAIRS // 100
_EXAMPLES = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def wasm() -> WasmMatcher:
    return WasmMatcher(module("filter"))


def _differ(
    wasm: WasmMatcher, typed: str | tuple[Identification, ...], account: Account, random: Random
) -> str | None:
    policy = matcher_cases.policy(random)
    ours, theirs = explain(typed, account, policy), wasm.explain(typed, account, policy)
    if ours == theirs and theirs.decision == wasm.decide(typed, account, policy):
        return None
    return f"{typed!r} against {account!r} by {policy}: {ours} in Python, {theirs} in Wasm"


@pytest.mark.timeout(SECONDS_MAX)
@pytest.mark.parametrize("_shard", range(SHARDS))
@settings(_EXAMPLES, max_examples=max(1, PAIRS // BATCH // SHARDS))
@given(seed=st.integers(0, 2**63))
def test_both_engines_explain_alike_over_names_and_their_mutations(
    wasm: WasmMatcher, _shard: int, seed: int
) -> None:
    random = Random(seed)
    for _ in range(BATCH):
        account = decode(encode(matcher_cases.account(random)))
        assert _differ(wasm, matcher_cases.typed_for(random, account), account, random) is None


@settings(_EXAMPLES, max_examples=100)
@given(seed=st.integers(0, 2**63))
def test_both_engines_decide_alike_over_identifications(wasm: WasmMatcher, seed: int) -> None:
    random = Random(seed)
    for _ in range(20):
        account = matcher_cases.account(random)
        typed = tuple(matcher_cases.identification_for(random, account) for _ in range(random.randint(0, 3)))
        assert _differ(wasm, typed, account, random) is None


_CHARACTERS = st.characters(codec="utf-8")


@settings(_EXAMPLES, max_examples=500)
@given(
    typed=st.text(_CHARACTERS, min_size=1, max_size=145),
    registered=st.text(_CHARACTERS, min_size=1, max_size=140),
    kind=st.sampled_from(HolderKind),
)
def test_both_engines_decide_alike_over_raw_code_points(
    wasm: WasmMatcher, typed: str, registered: str, kind: HolderKind
) -> None:
    account = Account(AccountStatus.ACTIVE, (Holder(kind, (Name(registered),)),))
    for text in (typed, registered, registered[1:] or "x"):
        assert _differ(wasm, text, account, Random(0)) is None


def test_every_code_point_folds_alike_in_both_engines(wasm: WasmMatcher) -> None:
    points = [chr(code) for code in range(1, 0x20400) if not 0xD800 <= code <= 0xDFFF]
    for start in range(0, len(points), 70):
        text = "".join(points[start : start + 70])
        account = Account(AccountStatus.ACTIVE, (Holder(HolderKind.ORGANISATION, (Name(f"ab{text}"),)),))
        assert _differ(wasm, f"ab {text.upper()}"[:140], account, Random(0)) is None


def test_every_code_point_is_told_alike_in_both_engines(wasm: WasmMatcher) -> None:
    conversion = Conversion(blob.load().sections[9])
    latin = Policy(matched_name_latin=True)
    points = [chr(code) for code in range(1, 0x20400) if not 0xD800 <= code <= 0xDFFF]
    for start in range(0, len(points), 60):
        text = "".join(points[start : start + 60])
        holder = Holder(HolderKind.ORGANISATION, (Name(f"Musterwerke {text}"),))
        account = Account(AccountStatus.ACTIVE, (holder,))
        told = {
            engine(f"Mustrewerke {text}", account, latin).matched_name for engine in (decide, wasm.decide)
        }
        assert told == {conversion.of(f"Musterwerke {text}")}


@settings(_EXAMPLES, max_examples=1000)
@given(record=st.binary(max_size=512), typed=st.text(_CHARACTERS, min_size=1, max_size=20))
def test_a_record_that_python_refuses_is_refused_by_the_module(
    wasm: WasmMatcher, record: bytes, typed: str
) -> None:
    padded = record + bytes(-len(record) % 64)
    _assert_decodes_alike(wasm, padded, typed)


@settings(_EXAMPLES, max_examples=1000)
@given(seed=st.integers(0, 2**63), position=st.integers(0, RECORD_BYTES_MAX), value=st.integers(0, 255))
def test_a_damaged_record_is_refused_or_read_alike(
    wasm: WasmMatcher, seed: int, position: int, value: int
) -> None:
    record = bytearray(encode(matcher_cases.account(Random(seed))))
    record[position % len(record)] = value
    _assert_decodes_alike(wasm, bytes(record), "Anna Muster")


def _assert_decodes_alike(wasm: WasmMatcher, record: bytes, typed: str) -> None:
    output = wasm.call(request_bytes(typed, record, DEFAULT_POLICY.encode()))
    try:
        account = decode(record)
    except RecordError:
        assert output == b""
    else:
        assert output != b""
        assert wasm.decide(typed, account, DEFAULT_POLICY) == decide(typed, account, DEFAULT_POLICY)


@settings(_EXAMPLES, max_examples=500)
@given(request=st.binary(max_size=4096))
def test_the_module_never_traps_on_raw_bytes(wasm: WasmMatcher, request: bytes) -> None:
    wasm.call(request)
    wasm.call_explain(request)


@settings(_EXAMPLES, max_examples=300)
@given(text=st.binary(max_size=200))
def test_text_that_is_not_utf8_gives_no_decision(wasm: WasmMatcher, text: bytes) -> None:
    record = encode(Account(AccountStatus.ACTIVE, (Holder(HolderKind.PERSON, (Name("Anna Muster"),)),)))
    head = b"\x01" + len(text).to_bytes(2, "little") + text
    policy = DEFAULT_POLICY.encode()
    output = wasm.call(head + len(policy).to_bytes(2, "little") + policy + record)
    try:
        text.decode()
    except UnicodeDecodeError:
        assert output == b""
    else:
        assert output != b""
