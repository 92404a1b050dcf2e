"""The work of one decision in the shipped module is bounded, in wasmtime fuel: the same on any machine."""

from __future__ import annotations

import pytest
import wasmtime

from bench import hostile
from control_plane.matching.engines import WasmMatcher, request_bytes
from control_plane.xds.modules import module
from matcher import DEFAULT_POLICY, Account, AccountStatus, Holder, HolderKind, Name
from matcher.record import encode

FUEL_MAX = 3_500_000
"""About one for each instruction; the slowest hostile request does most of it in about 170 µs
(`python -m bench.matcher` times it)."""
TYPICAL_FUEL_MAX = 150_000
_PLENTY = 10**12


class Metered:
    """The module's `parity_decide`, and the fuel that a call burns."""

    def __init__(self) -> None:
        config = wasmtime.Config()
        config.consume_fuel = True
        engine = wasmtime.Engine(config)
        self._store = wasmtime.Store(engine)
        self._store.set_fuel(_PLENTY)
        compiled = wasmtime.Module.from_file(engine, str(module("filter")))
        linker = wasmtime.Linker(engine)
        linker.define_unknown_imports_as_traps(compiled)
        exports = linker.instantiate(self._store, compiled).exports(self._store)
        memory, buffer, decide = (exports[name] for name in ("memory", "parity_buffer", "parity_decide"))
        assert isinstance(memory, wasmtime.Memory)
        assert isinstance(buffer, wasmtime.Func)
        assert isinstance(decide, wasmtime.Func)
        self._memory, self._decide = memory, decide
        self._buffer: int = buffer(self._store)

    def burnt(self, typed: str, record: bytes) -> int:
        """Decide, and give the fuel that it took."""
        request = request_bytes(typed, record, DEFAULT_POLICY.encode())
        self._memory.write(self._store, request, self._buffer)
        self._store.set_fuel(_PLENTY)
        assert self._decide(self._store, len(request)) > 0
        return _PLENTY - self._store.get_fuel()


@pytest.fixture(scope="module")
def metered() -> Metered:
    return Metered()


def test_no_hostile_request_takes_more_work_than_fits_the_time(metered: Metered) -> None:
    most, typed = max((metered.burnt(typed, record), typed) for typed, record in hostile.records())
    assert TYPICAL_FUEL_MAX < most <= FUEL_MAX, typed


@pytest.mark.parametrize("kind", HolderKind)
def test_a_plausible_pair_takes_little_of_it(metered: Metered, kind: HolderKind) -> None:
    account = Account(AccountStatus.ACTIVE, (Holder(kind, (Name("Bergmann & Söhne Holding GmbH"),)),))
    assert metered.burnt("Bergman und Soehne Gesellschaft mbH", encode(account)) <= TYPICAL_FUEL_MAX


def test_repeated_decisions_give_the_answer_of_one() -> None:
    matcher = WasmMatcher(module("filter"))
    account = Account(AccountStatus.ACTIVE, (Holder(HolderKind.PERSON, (Name("Anna Lindqvist"),)),))
    request = request_bytes("A. Lindqvist", encode(account), DEFAULT_POLICY.encode())
    assert matcher.call_repeatedly(request, 3) == matcher.call(request) != b""
