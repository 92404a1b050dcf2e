"""The two engines that decide alike: the matcher in Python, and the one inside `filter.wasm`."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Literal, Protocol

import wasmtime

import matcher
from control_plane.matching.decoding import Output
from control_plane.xds.modules import module
from matcher.explain import assembled
from matcher.record import encode

if TYPE_CHECKING:
    from pathlib import Path

    from matcher import Account, Decision, Explanation, Identification, Policy

EngineName = Literal["python", "wasm"]
ENGINES: tuple[EngineName, ...] = ("python", "wasm")

_NAME, _IDENTIFICATION = 1, 2


class Decide(Protocol):
    """What an engine does: `matcher.decide`, or its twin."""

    def __call__(
        self, typed: str | tuple[Identification, ...], account: Account, policy: Policy, /
    ) -> Decision:
        """Decide whether what was typed belongs to the account."""
        ...


class Explain(Protocol):
    """How an engine accounts for what it decides: `matcher.explain`, or its twin."""

    def __call__(
        self, typed: str | tuple[Identification, ...], account: Account, policy: Policy, /
    ) -> Explanation:
        """Explain the decision on the same question."""
        ...


def engine(name: EngineName) -> Decide:
    """Give an engine ready to decide.

    Raises:
        StartError: `filter.wasm` has not been built.

    """
    return matcher.decide if name == "python" else WasmMatcher(module("filter")).decide


def explainer(name: EngineName) -> Explain:
    """Give an engine ready to explain.

    Raises:
        StartError: `filter.wasm` has not been built.

    """
    return matcher.explain if name == "python" else WasmMatcher(module("filter")).explain


class WasmMatcher:
    """One instance of a module that exports the matcher for tests (docs/formats.md, section 10).

    The module's imports do nothing here, for a decision asks the host for nothing.
    """

    def __init__(self, path: Path) -> None:
        runtime = wasmtime.Engine()
        self._store = wasmtime.Store(runtime)
        compiled = wasmtime.Module.from_file(runtime, str(path))
        linker = wasmtime.Linker(runtime)
        for one in compiled.imports:
            if isinstance(one.type, wasmtime.FuncType):
                linker.define(self._store, one.module, one.name or "", _idle(self._store, one.type))
        exports = linker.instantiate(self._store, compiled).exports(self._store)
        memory, buffer = exports["memory"], exports["parity_buffer"]
        decide, explain = exports["parity_decide"], exports["parity_explain"]
        repeatedly = exports["parity_decide_repeatedly"]
        if not (
            isinstance(memory, wasmtime.Memory)
            and isinstance(buffer, wasmtime.Func)
            and isinstance(decide, wasmtime.Func)
            and isinstance(explain, wasmtime.Func)
            and isinstance(repeatedly, wasmtime.Func)
        ):
            raise TypeError(f"{path.name} does not export the matcher")
        self._memory, self._decide, self._explain, self._repeatedly = memory, decide, explain, repeatedly
        self._buffer: int = buffer(self._store)

    def decide(
        self, typed: str | tuple[Identification, ...], account: Account, policy: Policy, /
    ) -> Decision:
        """Decide as `matcher.decide` does; raises ValueError if the module can't read the input."""
        output = Output(self._answer(self._decide, typed, account, policy))
        decision = output.decision()
        output.end()
        return decision

    def explain(
        self, typed: str | tuple[Identification, ...], account: Account, policy: Policy, /
    ) -> Explanation:
        """Explain as `matcher.explain` does; raises ValueError if the module can't read the input."""
        output = Output(self._answer(self._explain, typed, account, policy))
        decision, notes, parts = output.decision(), output.notes(), output.parts(account)
        output.end()
        return assembled(typed, account, policy, decision, parts, notes, self.decide)

    def call(self, request: bytes) -> bytes:
        """Hand raw bytes to `parity_decide` and return its output."""
        return self._call(self._decide, request)

    def call_repeatedly(self, request: bytes, count: int) -> bytes:
        """Hand raw bytes to `parity_decide_repeatedly` and return its output."""
        return self._call(self._repeatedly, request, count)

    def call_explain(self, request: bytes) -> bytes:
        """Hand raw bytes to `parity_explain` and return its output."""
        return self._call(self._explain, request)

    def _answer(
        self,
        function: wasmtime.Func,
        typed: str | tuple[Identification, ...],
        account: Account,
        policy: Policy,
    ) -> bytes:
        output = self._call(function, request_bytes(typed, encode(account), policy.encode()))
        if not output:
            raise ValueError("the module refused the input")
        return output

    def _call(self, function: wasmtime.Func, request: bytes, *more: int) -> bytes:
        self._memory.write(self._store, request, self._buffer)
        length: int = function(self._store, len(request), *more)
        return bytes(self._memory.read(self._store, self._buffer, self._buffer + length))


def request_bytes(typed: str | tuple[Identification, ...], record: bytes, policy: bytes) -> bytes:
    """Write the input of `parity_decide`."""
    if isinstance(typed, str):
        kind, text = _NAME, typed.encode()
    else:
        kind, text = _IDENTIFICATION, bytes((len(typed),)) + b"".join(map(_identification, typed))
    return struct.pack("<BH", kind, len(text)) + text + struct.pack("<H", len(policy)) + policy + record


def _identification(one: Identification) -> bytes:
    scheme, issuer, value = one.scheme.encode(), one.issuer.encode(), one.value.encode()
    head = struct.pack("<BB", one.kind, len(scheme)) + scheme + struct.pack("<B", len(issuer)) + issuer
    return head + struct.pack("<H", len(value)) + value


def _idle(store: wasmtime.Store, kind: wasmtime.FuncType) -> wasmtime.Func:
    """Give a function that does nothing and answers zero."""
    floats = (wasmtime.ValType.f32(), wasmtime.ValType.f64())
    zeros = [0.0 if result in floats else 0 for result in kind.results]

    def call(*_: object) -> object:
        return zeros[0] if len(zeros) == 1 else zeros or None

    return wasmtime.Func(store, kind, call)
