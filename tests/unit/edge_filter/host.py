"""A small proxy-wasm host: drives the very modules that Envoy loads, one callback at a time."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from wasmtime import Engine, Func, FuncType, Instance, Linker, Memory, Module, Store, ValType

OK, NOT_FOUND, BAD_ARGUMENT, CAS_MISMATCH, INTERNAL_FAILURE = 0, 1, 2, 8, 10
CONTINUE, PAUSE = 0, 1
ROOT = 1

Headers = list[tuple[str, str]]


@cache
def compiled(path: Path) -> tuple[Engine, Module]:
    """Return a module compiled once per test run."""
    engine = Engine()
    return engine, Module.from_file(engine, str(path))


@dataclass
class Process:
    """What the VMs of one Envoy share: shared data and the clocks."""

    data: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    monotonic_ns: int = 1_000_000_000_000
    wall_ns: int = 1_795_534_726_000_000_000
    next_cas: int = 1

    def set(self, key: bytes, value: bytes, cas: int = 0) -> int:
        """Set as Envoy does: CAS 0 overwrites, another one must be the value's own."""
        held = self.data.get(key)
        if held is not None and cas not in (0, held[1]):
            return CAS_MISMATCH
        self.data[key] = (value, self.next_cas)
        self.next_cas += 1
        return OK

    def pass_ms(self, milliseconds: int) -> None:
        """Let time go by on both clocks."""
        self.monotonic_ns += milliseconds * 1_000_000
        self.wall_ns += milliseconds * 1_000_000


@dataclass
class LocalReply:
    """A reply that the filter made."""

    status: int
    headers: dict[str, str]
    body: bytes
    details: str


@dataclass
class Stream:
    """One request as the host sees it."""

    headers: Headers
    body: bytes = b""
    reply: LocalReply | None = None
    properties: dict[str, bytes] = field(default_factory=dict)
    route_cleared: bool = False

    def header(self, name: str) -> str | None:
        """Return a request header's value as it is now."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass
class Call:
    """An HTTP call that the module sent."""

    token: int
    cluster: str
    headers: dict[str, str]
    body: bytes
    timeout_ms: int


def pairs(headers: Sequence[tuple[str, str]]) -> bytes:
    """Serialise headers as proxy-wasm does."""
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    lengths = b"".join(struct.pack("<II", len(name), len(value)) for name, value in encoded)
    return struct.pack("<I", len(encoded)) + lengths + b"".join(n + b"\0" + v + b"\0" for n, v in encoded)


def unpairs(data: bytes) -> Headers:
    """Read what `pairs` writes."""
    count = struct.unpack_from("<I", data)[0] if data else 0
    at = 4 + 8 * count
    headers = []
    for index in range(count):
        name_length, value_length = struct.unpack_from("<II", data, 4 + 8 * index)
        name = data[at : at + name_length]
        at += name_length + 1
        headers.append((name.decode(), data[at : at + value_length].decode()))
        at += value_length + 1
    return headers


class Vm:
    """One VM with one module. Host calls named in `broken` fail; `before` says what happens ahead of one."""

    def __init__(
        self,
        path: Path,
        process: Process,
        configuration: bytes,
        *,
        environment: dict[str, str] | None = None,
        seed: int = 1,
        start: bool = True,
    ) -> None:
        self.process = process
        self.configuration = configuration
        self.environment = environment or {}
        self.random = seed
        self.streams: dict[int, Stream] = {}
        self.calls: list[Call] = []
        self.metrics: dict[str, int] = {}
        self.metric_names: list[str] = []
        self.logs: list[tuple[int, str]] = []
        self.tick_ms: int | None = None
        self.broken: set[str] = set()
        self.before: dict[str, Callable[[], object]] = {}
        self.counted: dict[str, int] = {}
        self.reply_headers: Headers = []
        self.reply_body = b""
        self.next_context = 2
        self.current = 0
        engine, module = compiled(path)
        self.store = Store(engine)
        linker = Linker(engine)
        for name, parameters in _SIGNATURES.items():
            space = "env" if name.startswith("proxy_") else "wasi_snapshot_preview1"
            linker.define(self.store, space, name, self._import(name, parameters))
        self.instance: Instance = linker.instantiate(self.store, module)
        memory = self.instance.exports(self.store)["memory"]
        assert isinstance(memory, Memory)
        self.memory = memory
        self.call("proxy_abi_version_0_2_1")
        assert self.call("proxy_on_vm_start", ROOT, 0) == 1
        self.call("proxy_on_context_create", ROOT, 0, optional=True)
        if start:
            assert self.configure()

    def configure(self, root: int = ROOT) -> bool:
        """Give a root context the configuration; False if the module refuses it."""
        return bool(self.call("proxy_on_configure", root, len(self.configuration)))

    def call(self, name: str, *arguments: int, optional: bool = False) -> int:
        """Call an export; 0 if it returns nothing."""
        export = self.instance.exports(self.store).get(name)
        if export is None and optional:
            return 0
        assert isinstance(export, Func), name
        return int(export(self.store, *arguments) or 0)

    def tick(self, root: int = ROOT) -> None:
        """Let the module's timer fire."""
        self.call("proxy_on_tick", root)

    # Streams

    def open(self, headers: Headers, root: int = ROOT) -> int:
        """Begin a stream; return its context."""
        context = self.next_context
        self.next_context += 1
        self.streams[context] = Stream(list(headers))
        self.call("proxy_on_context_create", context, root)
        return context

    def send_headers(self, context: int, *, end: bool = False) -> int:
        """Let the module see the headers; return its action."""
        self.current = context
        return self.call("proxy_on_request_headers", context, len(self.streams[context].headers), int(end))

    def send_body(self, context: int, chunk: bytes, *, end: bool = True) -> int:
        """Let the module see more of the body, buffered as Envoy buffers it; return its action."""
        self.current = context
        stream = self.streams[context]
        stream.body += chunk
        return self.call("proxy_on_request_body", context, len(stream.body), int(end))

    def send_trailers(self, context: int) -> int:
        """Let the module see trailers; return its action."""
        self.current = context
        return self.call("proxy_on_request_trailers", context, 1)

    def close(self, context: int) -> Stream:
        """End a stream; return what became of it."""
        self.call("proxy_on_done", context, optional=True)
        self.call("proxy_on_delete", context)
        return self.streams.pop(context)

    def request(self, headers: Headers, body: bytes) -> tuple[Stream, int]:
        """Send one whole request; return what became of it and the last action."""
        context = self.open(headers)
        action = self.send_headers(context)
        if self.streams[context].reply is None and action == PAUSE:
            action = self.send_body(context, body)
        return self.close(context), action

    # Calls

    def take_call(self) -> Call:
        """Return the oldest call that has no reply yet."""
        return self.calls.pop(0)

    def answer(self, call: Call, headers: Headers, body: bytes) -> None:
        """Reply to a call; no headers stand for a timeout."""
        self.reply_headers, self.reply_body = headers, body
        self.call("proxy_on_http_call_response", ROOT, call.token, len(headers), len(body), 0)

    # Memory

    def read(self, address: int, length: int) -> bytes:
        """Copy bytes out of the VM."""
        return bytes(self.memory.read(self.store, address, address + length)) if length else b""

    def write(self, address: int, data: bytes) -> None:
        """Copy bytes into the VM."""
        self.memory.write(self.store, data, address)

    def _word(self, address: int, value: int) -> None:
        self.write(address, struct.pack("<I", value & 0xFFFFFFFF))

    def _give(self, data: bytes, pointer: int, size: int) -> int:
        address = 0
        if data:
            address = self.call("proxy_on_memory_allocate", len(data))
            if address == 0:
                return INTERNAL_FAILURE
            self.write(address, data)
        self._word(pointer, address)
        self._word(size, len(data))
        return OK

    def _import(self, name: str, parameters: str) -> Func:
        kinds = [ValType.i64() if kind == "l" else ValType.i32() for kind in parameters]
        implementation: Callable[..., int] = getattr(self, f"_{name}")

        def imported(*arguments: int) -> int:
            self.counted[name] = self.counted.get(name, 0) + 1
            if name in self.before:
                self.before[name]()
            if name in self.broken:
                return INTERNAL_FAILURE
            return implementation(
                *(a & 0xFFFFFFFF if k == "i" else a for a, k in zip(arguments, parameters, strict=True))
            )

        return Func(self.store, FuncType(kinds, [ValType.i32()]), imported)

    # Host calls

    def _proxy_log(self, level: int, message: int, length: int) -> int:
        self.logs.append((level, self.read(message, length).decode()))
        return OK

    def _proxy_set_tick_period_milliseconds(self, period: int) -> int:
        self.tick_ms = period
        return OK

    def _proxy_get_buffer_bytes(self, kind: int, start: int, length: int, pointer: int, size: int) -> int:
        buffer = {
            0: lambda: self.streams[self.current].body,
            4: lambda: self.reply_body,
            7: lambda: self.configuration,
        }
        return self._give(buffer[kind]()[start : start + length], pointer, size)

    def _proxy_get_header_map_pairs(self, kind: int, pointer: int, size: int) -> int:
        headers = self.streams[self.current].headers if kind == 0 else self.reply_headers
        return self._give(pairs(headers), pointer, size)

    def _proxy_replace_header_map_value(
        self, kind: int, name: int, name_length: int, value: int, length: int
    ) -> int:
        assert kind == 0
        key = self.read(name, name_length).decode()
        self._proxy_remove_header_map_value(kind, name, name_length)
        self.streams[self.current].headers.append((key, self.read(value, length).decode()))
        return OK

    def _proxy_remove_header_map_value(self, kind: int, name: int, name_length: int) -> int:
        assert kind == 0
        key = self.read(name, name_length).decode()
        stream = self.streams[self.current]
        stream.headers = [pair for pair in stream.headers if pair[0] != key]
        return OK

    def _proxy_send_local_response(
        self, status: int, details: int, details_length: int, body: int, body_length: int, head: int,
        head_length: int, _grpc: int,
    ) -> int:  # fmt: skip
        stream = self.streams[self.current]
        assert stream.reply is None, "a stream is answered once"
        stream.reply = LocalReply(
            status,
            dict(unpairs(self.read(head, head_length))),
            self.read(body, body_length),
            self.read(details, details_length).decode(),
        )
        return OK

    def _proxy_set_property(self, path: int, path_length: int, value: int, length: int) -> int:
        self.streams[self.current].properties[self.read(path, path_length).decode()] = self.read(
            value, length
        )
        return OK

    def _proxy_get_shared_data(self, key: int, key_length: int, pointer: int, size: int, cas: int) -> int:
        held = self.process.data.get(self.read(key, key_length))
        if held is None:
            return NOT_FOUND
        self._word(cas, held[1])
        return self._give(held[0], pointer, size)

    def _proxy_set_shared_data(self, key: int, key_length: int, value: int, length: int, cas: int) -> int:
        return self.process.set(self.read(key, key_length), self.read(value, length), cas)

    def _proxy_call_foreign_function(
        self, name: int, name_length: int, _argument: int, _length: int, pointer: int, size: int
    ) -> int:
        assert self.read(name, name_length) == b"clear_route_cache"
        self.streams[self.current].route_cleared = True
        return self._give(b"", pointer, size)

    def _proxy_http_call(
        self, cluster: int, cluster_length: int, head: int, head_length: int, body: int, body_length: int,
        _trailers: int, _trailers_length: int, timeout: int, token: int,
    ) -> int:  # fmt: skip
        number = self.counted["proxy_http_call"]
        self.calls.append(
            Call(
                number,
                self.read(cluster, cluster_length).decode(),
                dict(unpairs(self.read(head, head_length))),
                self.read(body, body_length),
                timeout,
            )
        )
        self._word(token, number)
        return OK

    def _proxy_define_metric(self, _kind: int, name: int, name_length: int, identifier: int) -> int:
        text = self.read(name, name_length).decode()
        if text not in self.metric_names:
            self.metric_names.append(text)
            self.metrics[text] = 0
        self._word(identifier, self.metric_names.index(text))
        return OK

    def _proxy_increment_metric(self, identifier: int, offset: int) -> int:
        self.metrics[self.metric_names[identifier]] += offset
        return OK

    def _proxy_record_metric(self, identifier: int, value: int) -> int:
        self.metrics[self.metric_names[identifier]] = value
        return OK

    def _clock_time_get(self, clock: int, _precision: int, time: int) -> int:
        now = self.process.wall_ns if clock == 0 else self.process.monotonic_ns
        self.write(time, struct.pack("<Q", now))
        return OK

    def _random_get(self, buffer: int, length: int) -> int:
        self.random = self.random * 6_364_136_223_846_793_005 % 2**64 + 1
        self.write(buffer, (struct.pack("<Q", self.random) * (length // 8 + 1))[:length])
        return OK

    def _entries(self) -> list[bytes]:
        return [f"{name}={value}".encode() + b"\0" for name, value in self.environment.items()]

    def _environ_sizes_get(self, count: int, size: int) -> int:
        entries = self._entries()
        self._word(count, len(entries))
        self._word(size, sum(map(len, entries)))
        return OK

    def _environ_get(self, variables: int, buffer: int) -> int:
        for index, entry in enumerate(self._entries()):
            self._word(variables + 4 * index, buffer)
            self.write(buffer, entry)
            buffer += len(entry)
        return OK


_SIGNATURES = {
    "proxy_log": "iii",
    "proxy_set_tick_period_milliseconds": "i",
    "proxy_get_buffer_bytes": "iiiii",
    "proxy_get_header_map_pairs": "iii",
    "proxy_replace_header_map_value": "iiiii",
    "proxy_remove_header_map_value": "iii",
    "proxy_send_local_response": "iiiiiiii",
    "proxy_set_property": "iiii",
    "proxy_get_shared_data": "iiiii",
    "proxy_set_shared_data": "iiiii",
    "proxy_call_foreign_function": "iiiiii",
    "proxy_http_call": "iiiiiiiiii",
    "proxy_define_metric": "iiii",
    "proxy_increment_metric": "il",
    "proxy_record_metric": "il",
    "clock_time_get": "ili",
    "random_get": "ii",
    "environ_sizes_get": "ii",
    "environ_get": "ii",
}
