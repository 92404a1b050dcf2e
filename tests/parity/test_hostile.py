"""What costs a matcher most or means least: both engines explain it alike, and the native one never traps."""

import struct
from pathlib import Path

import pytest

from bench import hostile
from control_plane.matching.engines import WasmMatcher, request_bytes
from control_plane.xds.modules import module
from edge_filter import fuzz
from matcher import DEFAULT_POLICY, Policy, explain
from matcher.record import HOLDERS_MAX, RECORD_BYTES_MAX, encode
from matcher.words import TEXT_CHARACTERS_MAX, WORDS_MAX

SECONDS = 3
PAIRS = list(hostile.pairs())
LATIN = Policy(matched_name_latin=True)


def test_the_corpus_reaches_every_limit() -> None:
    records = [encode(account) for _, account in PAIRS]
    assert max(map(len, records)) == RECORD_BYTES_MAX
    assert max(len(account.holders) for _, account in PAIRS) == HOLDERS_MAX
    assert max(len(typed) for typed, _ in PAIRS) == TEXT_CHARACTERS_MAX
    assert max(len(typed.split()) for typed, _ in PAIRS) > WORDS_MAX
    assert WORDS_MAX in {len(typed.split()) for typed, _ in PAIRS}


@pytest.mark.parametrize("policy", [DEFAULT_POLICY, LATIN])
def test_both_engines_decide_and_explain_the_hostile_alike(policy: Policy) -> None:
    wasm = WasmMatcher(module("filter"))
    for typed, account in PAIRS:
        explanation = explain(typed, account, policy)
        assert wasm.explain(typed, account, policy) == explanation, (typed, account)
        assert wasm.decide(typed, account, policy) == explanation.decision, (typed, account)


def test_the_native_engine_never_traps_over_the_hostile_and_the_random(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    requests = [request_bytes(typed, encode(account), LATIN.encode()) for typed, account in PAIRS]
    corpus.write_bytes(b"".join(struct.pack("<I", len(request)) + request for request in requests))
    assert fuzz.main(["--seconds", str(SECONDS), "--corpus", str(corpus)]) == 0
