"""The matcher inside `filter.wasm`, called through wasmtime in the bytes of docs/formats.md, section 10."""

import struct
from pathlib import Path

from wasmtime import Engine, Func, FuncType, Instance, Linker, Memory, Module, Store, ValType

from matcher import Account, Decision, Identification, Outcome, Policy, Reason
from matcher.record import encode

FILTER = Path(__file__).parents[2] / "edge_filter" / "built" / "filter.wasm"
_NONE = 255
_NAME, _IDENTIFICATION = 1, 2


class WasmMatcher:
    """One instance of a module that exports `parity_buffer` and `parity_decide`; its imports do nothing."""

    def __init__(self, module: Path = FILTER) -> None:
        engine = Engine()
        self._store = Store(engine)
        compiled = Module.from_file(engine, str(module))
        linker = Linker(engine)
        for one in compiled.imports:
            if isinstance(one.type, FuncType):
                linker.define(self._store, one.module, one.name or "", _idle(self._store, one.type))
        self._instance: Instance = linker.instantiate(self._store, compiled)
        exports = self._instance.exports(self._store)
        memory, buffer, decide = exports["memory"], exports["parity_buffer"], exports["parity_decide"]
        assert isinstance(memory, Memory)
        assert isinstance(buffer, Func)
        assert isinstance(decide, Func)
        self._memory, self._decide = memory, decide
        self._buffer: int = buffer(self._store)

    def decide(self, typed: str | tuple[Identification, ...], account: Account, policy: Policy) -> Decision:
        """Decide as `matcher.decide` does; raises ValueError if the module can't read the input."""
        output = self.call(request_bytes(typed, encode(account), policy.encode()))
        if not output:
            raise ValueError("the module refused the input")
        return _decision(output)

    def call(self, request: bytes) -> bytes:
        """Hand raw bytes to `parity_decide` and return its output."""
        self._memory.write(self._store, request, self._buffer)
        length: int = self._decide(self._store, len(request))
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


def _decision(output: bytes) -> Decision:
    outcome, holder, name, score, reason_count = struct.unpack_from("<BBBHB", output)
    reasons = tuple(map(Reason, output[6 : 6 + reason_count]))
    (length,) = struct.unpack_from("<H", output, 6 + reason_count)
    text = output[8 + reason_count :].decode()
    assert len(text.encode()) == length
    return Decision(
        Outcome(outcome),
        text or None,
        score,
        reasons,
        None if holder == _NONE else holder,
        None if name == _NONE else name,
    )


def _idle(store: Store, kind: FuncType) -> Func:
    """Give a function that does nothing and answers zero."""
    zeros = [0.0 if result in (ValType.f32(), ValType.f64()) else 0 for result in kind.results]

    def call(*_: object) -> object:
        return zeros[0] if len(zeros) == 1 else zeros or None

    return Func(store, kind, call)
