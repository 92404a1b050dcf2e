"""Requests byte by byte: HTTP/1.1 over a plain socket, HTTP/2 by `h2`."""

from __future__ import annotations

import json
import socket
import uuid
from datetime import UTC, datetime
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

import h2.config
import h2.connection
import h2.events
import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from control_plane.xds.settings import Address

PATH = "/vop/v1/payee-verifications"
ANSWER_SECONDS_MAX = 20.0

Headers = "Sequence[tuple[str, str]]"


class Reply(msgspec.Struct, frozen=True):
    """One response."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header that came once, or None."""
        values = [value for key, value in self.headers if key.lower() == name]
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None

    @property
    def body(self) -> dict[str, Any]:
        """The body as JSON."""
        content: dict[str, Any] = json.loads(self.content)
        return content


def verification(iban: str, name: str = "Nobody Inparticular", agent: str = "VOPBDEFFXXX") -> dict[str, Any]:
    """Build a request body."""
    return {
        "party": {"name": name},
        "partyAccount": {"iban": iban},
        "partyAgent": {"financialInstitutionId": {"bicfi": agent}},
        "requestingAgent": {"financialInstitutionId": {"bicfi": "VOPBFRPPXXX"}},
    }


def identification(
    iban: str, lei: str = "9999VOPEXAMPLE000163", agent: str = "VOPBDEFFXXX"
) -> dict[str, Any]:
    """Build a request body that asks for an LEI."""
    return verification(iban, agent=agent) | {"party": {"identification": {"organisationId": {"lei": lei}}}}


def new_id() -> str:
    """Make a request id."""
    return str(uuid.uuid4())


def usual_headers(request_id: str) -> list[tuple[str, str]]:
    """Return the headers of a well-formed request, without its framing."""
    return [
        ("x-request-id", request_id),
        ("x-request-timestamp", datetime.now(UTC).isoformat()),
        ("content-type", "application/json"),
    ]


def http1(
    method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes = b"", *, framed: bool = True
) -> bytes:
    """Write an HTTP/1.1 request; unframed, it has no Content-Length."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: vop.example",
        *(f"{name}: {value}" for name, value in headers),
    ]
    if framed:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def connect(address: Address) -> socket.socket:
    """Open a connection."""
    return socket.create_connection((address.host, address.port), timeout=ANSWER_SECONDS_MAX)


def read_reply(connection: socket.socket, method: str = "POST") -> Reply:
    """Read one HTTP/1.1 response."""
    response = HTTPResponse(connection, method=method)
    try:
        response.begin()
        return Reply(response.status, response.getheaders(), response.read())
    finally:
        response.close()


def exchange(address: Address, *parts: bytes) -> Reply:
    """Send raw bytes, part by part, over a connection of their own, and read the response."""
    with connect(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            connection.sendall(part)
        return read_reply(connection)


def ask(
    address: Address, body: dict[str, Any] | bytes, *, request_id: str | None = None, path: str = PATH
) -> Reply:
    """Send one ordinary request over HTTP/1.1."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return exchange(address, http1("POST", path, usual_headers(request_id or new_id()), content))


class Http2:
    """One HTTP/2 connection with prior knowledge (h2c)."""

    def __init__(self, address: Address) -> None:
        self._socket = connect(address)
        config = h2.config.H2Configuration(
            client_side=True, header_encoding="utf-8", validate_outbound_headers=False
        )
        self._state = h2.connection.H2Connection(config)
        self._state.initiate_connection()
        self._flush()

    def __enter__(self) -> Http2:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def exchange(
        self,
        headers: Sequence[tuple[str, str]],
        *chunks: bytes,
        method: str = "POST",
        path: str = PATH,
        trailers: Sequence[tuple[str, str]] = (),
    ) -> Reply | None:
        """Send one request in DATA frames as given and read its response; None if the stream is reset."""
        stream = self._state.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", "http"), (":authority", "vop.example"), (":path", path)]
        self._state.send_headers(stream, [*pseudo, *headers], end_stream=not chunks and not trailers)
        self._flush()
        for number, chunk in enumerate(chunks, 1):
            last = number == len(chunks) and not trailers
            self._state.send_data(stream, chunk, end_stream=last)
            self._flush()
        if trailers:
            self._state.send_headers(stream, list(trailers), end_stream=True)
            self._flush()
        return self._read(stream)

    def _read(self, stream: int) -> Reply | None:
        headers: list[tuple[str, str]] = []
        content = b""
        for event in self._events():
            if getattr(event, "stream_id", stream) != stream:
                continue
            if isinstance(event, h2.events.ResponseReceived):
                headers = [(str(name), str(value)) for name, value in event.headers]
            elif isinstance(event, h2.events.DataReceived):
                content += event.data or b""
            elif isinstance(event, h2.events.StreamEnded):
                return Reply(int(dict(headers)[":status"]), headers, content)
            elif isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
                return None
        return None

    def _events(self) -> Iterator[h2.events.Event]:
        while received := self._socket.recv(65_536):
            yield from self._state.receive_data(received)
            self._flush()

    def _flush(self) -> None:
        if pending := self._state.data_to_send():
            self._socket.sendall(pending)
