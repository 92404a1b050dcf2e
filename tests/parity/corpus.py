"""Hostile and ordinary requests that both parsers must read alike: `docs/formats.md` section 8."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Headers = tuple[tuple[str, str], ...]

GOOD_HEADERS: Headers = (
    (":method", "POST"),
    (":path", "/vop/v1/payee-verifications"),
    ("x-request-timestamp", "2026-11-24T15:38:46.1Z"),
    ("x-request-id", "5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab"),
    ("content-type", "application/json"),
)

GOOD_BODY: dict[str, Any] = {
    "party": {"name": "Ada Beispiel"},
    "partyAccount": {"iban": "DE02120300000000202051"},
    "partyAgent": {"financialInstitutionId": {"bicfi": "VOPBDEFF"}},
    "requestingAgent": {"financialInstitutionId": {"bicfi": "OTHRDEFFABC"}},
}

SCHEME_CODES = [
    "BANK", "CBID", "CHID", "CINC", "COID", "CUST", "DUNS",
    "EMPL", "GS1G", "SREN", "SRET", "TXID", "BDID", "BOID",
]  # fmt: skip
LEI = "5299000J2N45DDNE4Y28"


@dataclass(frozen=True)
class Case:
    """One request; `fault` is its number where the case is there to show one."""

    name: str
    headers: Headers
    body: bytes
    fault: int | None = None


def encoded(body: object) -> bytes:
    """Write JSON as it is usually written."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


NONE_OR_NUMBER: list[Any] = [None, 1]
NO_OBJECTS: list[Any] = [None, "x", []]


def changed(path: str, value: object) -> bytes:
    """Write the good body with the member at a dotted path replaced; `DELETED` takes it away."""
    body = deepcopy(GOOD_BODY)
    node: Any = body
    *parents, last = path.split(".")
    for name in parents:
        node = node.setdefault(name, {})
    if value is DELETED:
        del node[last]
    else:
        node[last] = value
    return encoded(body)


DELETED = object()


def identified(organisation: object) -> bytes:
    """Write the good body with an identification in place of the name."""
    body = deepcopy(GOOD_BODY)
    body["party"] = {"identification": {"organisationId": organisation}}
    return encoded(body)


def other(**members: object) -> bytes:
    """Write the good body with one entry of `others`."""
    entry: dict[str, object] = {"identification": "123", "schemeNameCode": "TXID"}
    return identified({"others": [{name: v for name, v in (entry | members).items() if v is not DELETED}]})


def with_header(name: str, value: str | None) -> Headers:
    """Return the good headers with one replaced or taken away."""
    rest = tuple(pair for pair in GOOD_HEADERS if pair[0] != name)
    return rest if value is None else (*rest, (name, value))


# The rows of the fault table, each with a body that shows it: the fault numbers count on from 9.
FIELD_FAULTS: list[list[bytes]] = [
    [changed("party", DELETED)],
    [changed("party", value) for value in [*NO_OBJECTS, 1, True]],
    [
        changed("party", {}),
        changed("party", {"name": "a", "identification": {}}),
        changed("party", {"Name": "a"}),
    ],
    [changed("party.name", value) for value in [*NONE_OR_NUMBER, {}, [], False]],
    [changed("party.name", value) for value in ("", "a" * 141, "\U0001f600" * 141)],
    [changed("party", {"identification": value}) for value in NO_OBJECTS],
    [changed("party", {"identification": {}})],
    [identified(value) for value in NO_OBJECTS],
    [identified({}), identified({"lei": LEI, "others": []}), identified({"anyBIC": "x", "anyBic": "x"})],
    [identified({"lei": value}) for value in [*NONE_OR_NUMBER, {}]],
    [
        identified({"lei": value})
        for value in ("", LEI[:-1], LEI + "0", LEI.lower(), LEI[:-1] + "A", " " + LEI)
    ],
    [identified({"anyBIC": None}), identified({"anyBic": 1})],
    [
        identified({"anyBIC": value})
        for value in ("", "VOPBDEF", "VOPBDEFFX", "vopbdeff", "VOPB1EFF", "VOPBDEFFÄÖÜ")
    ],
    [identified({"others": value}) for value in [*NONE_OR_NUMBER, {}, "x"]],
    [identified({"others": value}) for value in [NO_OBJECTS[2], [{}] * 9]],
    [identified({"others": [value]}) for value in NO_OBJECTS],
    [
        other(schemeNameCode=DELETED),
        other(schemeNameProprietary="x"),
        identified({"others": [{}]}),
        other(schemeNameProprietary=None),
    ],
    [other(identification=DELETED)],
    [other(identification=value) for value in NONE_OR_NUMBER],
    [other(identification=value) for value in ("", "a" * 257)],
    [other(schemeNameCode=value) for value in NONE_OR_NUMBER],
    [other(schemeNameCode=value) for value in ("", "txid", "TXI", "TXIDD", "VATN")],
    [other(schemeNameCode=DELETED, schemeNameProprietary=value) for value in NONE_OR_NUMBER],
    [other(schemeNameCode=DELETED, schemeNameProprietary=value) for value in ("", "a" * 36)],
    [other(issuer=value) for value in NONE_OR_NUMBER],
    [other(issuer=value) for value in ("", "a" * 36)],
    [changed("partyAccount", DELETED)],
    [changed("partyAccount", value) for value in (None, "DE02120300000000202051")],
    [changed("partyAccount", {}), changed("partyAccount", {"IBAN": "DE02120300000000202051"})],
    [changed("partyAccount.iban", value) for value in NONE_OR_NUMBER],
    [
        changed("partyAccount.iban", value)
        for value in (
            "",
            "DE02",
            "de02120300000000202051",
            "DE0212030000000020205ö",
            "DE02 1203",
            "DE02" + "1" * 31,
        )
    ],
    *[
        rows
        for agent in ("partyAgent", "requestingAgent")
        for rows in (
            [changed(agent, DELETED)],
            [changed(agent, None), changed(agent, "VOPBDEFF")],
            [changed(agent, {})],
            [changed(f"{agent}.financialInstitutionId", None)],
            [changed(f"{agent}.financialInstitutionId", {})],
            [changed(f"{agent}.financialInstitutionId.bicfi", value) for value in NONE_OR_NUMBER],
            [
                changed(f"{agent}.financialInstitutionId.bicfi", value)
                for value in (
                    "",
                    "VOPBDEF",
                    "vopbdeff",
                    "VOPBDEFFX",
                    "VOPBDEFFXXXX",
                    "VOPBDEFF\n",
                    "VOPBDÉFF",
                )
            ],
        )
    ],
    [changed("unstructuredRemittanceInformation", value) for value in [*NONE_OR_NUMBER, {}, "x"]],
    [changed("unstructuredRemittanceInformation", ["a", "b"])],
    [changed("unstructuredRemittanceInformation", [value]) for value in [*NONE_OR_NUMBER, ["a"]]],
    [changed("unstructuredRemittanceInformation", [value]) for value in ("", "a" * 141)],
]

TAKEN: list[bytes] = [
    encoded(GOOD_BODY),
    json.dumps(GOOD_BODY, indent=2).encode(),
    json.dumps(changed("party.name", "Ä\U0001f600").decode()).encode(),
    *(
        changed("party.name", name)
        for name in ("a", "a" * 140, "\U0001f600" * 140, "\x7f\x80\u2028", " ", '\0\t"\\/')
    ),
    *(
        changed("partyAccount.iban", iban)
        for iban in ("DE02a", "MT84malt011000012345mtlcast001s", "XX00" + "9" * 30)
    ),
    *(identified({name: "VOPBDEFF"}) for name in ("anyBIC", "anyBic")),
    identified({"anyBIC": "VOPBDEFFXYZ"}),
    identified({"lei": LEI}),
    identified({"others": [{"identification": str(n), "schemeNameCode": "TXID"} for n in range(8)]}),
    *(other(schemeNameCode=code) for code in SCHEME_CODES),
    other(identification="\u00e9" * 256, issuer="i" * 35),
    other(schemeNameCode=DELETED, schemeNameProprietary="\U0001f600" * 35),
    other(more=[{"deep": [[[[1]]]]}]),
    changed("unstructuredRemittanceInformation", []),
    changed("unstructuredRemittanceInformation", ["a" * 140]),
    changed("more", {"": [1, 2.5e-3, -0, True, False, None]}),
    encoded(GOOD_BODY) + b" \t\r\n",
    b"\n " + encoded(GOOD_BODY),
    encoded(GOOD_BODY).ljust(16_384),
    encoded(GOOD_BODY | {"n" * 128: 1}),
    encoded(GOOD_BODY | {"ä" * 64: 1}),
    encoded(GOOD_BODY | {"more": [0] * 32}),
    encoded(GOOD_BODY | {f"n{n}": n for n in range(28)}),
    encoded(GOOD_BODY | {"more": [[[[[[[]]]]]]]}),
]


def extended(member: str) -> bytes:
    """Write the good body with raw text for one more member in front."""
    return b"{" + member.encode("utf-8", "surrogateescape") + b"," + encoded(GOOD_BODY)[1:]


NOT_JSON: list[bytes] = [
    b"",
    b" ",
    b"{",
    b"}",
    b"{]",
    b"[1,]",
    b"[,1]",
    b"[1 2]",
    b'{"a":1,}',
    b'{,"a":1}',
    b'{"a" 1}',
    b'{"a":}',
    b"{a:1}",
    b"{'a':1}",
    b"{1:1}",
    b'"',
    b'"\\"',
    b'"\\u12"',
    b'"\\u12g4"',
    b'"\\u 123"',
    b'"\\x41"',
    b'"\\\n"',
    b'"\t"',
    b'"\n"',
    b'"\x00"',
    b'"\x1f"',
    b"\x0b1",
    b"\xc2\xa01",
    b"01",
    b"-",
    b"-01",
    b"+1",
    b"1.",
    b".5",
    b"1e",
    b"1e+",
    b"0x1",
    b"1_0",
    b"\xd9\xa1",
    b"1\xd9\xa1",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"True",
    b"tru",
    b"truee",
    b"nul",
    b"nulll",
    b"//c\n1",
    b"/**/1",
    b"1 1",
    b"{}{}",
    b"{}x",
    b"{}\x00",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b'"\xc3"',
    b'"\xc0\xaf"',
    b'"\xe0\x80\xaf"',
    b'"\xed\xa0\x80"',
    b'"\xed\xbf\xbf"',
    b'"\xf4\x90\x80\x80"',
    b'"\xf8\x88\x80\x80\x80"',
    b'"\x80"',
    b'"\\ud800"',
    b'"\\udc00"',
    b'"\\ud800\\u0041"',
    b'"\\ud800\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\ud800x"',
    b'{"\\ud800":1}',
    b"[" * 16_384,
    b"[" * 9 + b"]" * 9,
    b'{"a":' * 9 + b"1" + b"}" * 9,
    extended('"party":1'),
    extended('"more":{"a":1,"a":1}'),
    extended('"more":[[{"a":1,"\\u0061":1}]]'),
    extended('"\\u0070arty":{"name":"Mallory"}'),
    extended('"more":{"\\ud83d\\ude00":1,"\U0001f600":1}'),
    extended('"more":{"":1,"":1}'),
    encoded(GOOD_BODY | {"n" * 129: 1}),
    encoded(GOOD_BODY | {"ä" * 64 + "n": 1}),
    encoded(GOOD_BODY | {"more": [0] * 33}),
    encoded(GOOD_BODY | {f"n{n}": n for n in range(29)}),
    encoded(GOOD_BODY | {"more": [[[[[[[[]]]]]]]]}),
    encoded(GOOD_BODY)[:-1],
    encoded(GOOD_BODY) + b"\x00",
    encoded(GOOD_BODY).replace(b"Ada", b"Ad\xe4"),
]

NO_OBJECT: list[bytes] = [
    b"1",
    b"-0.5E+10",
    b'"x"',
    b"[]",
    b"null",
    b"true",
    b'"\\ud83d\\ude00"',
    b"9" * 5_000,
]

TIMESTAMPS_GOOD = [
    "2026-11-24T15:38:46Z",
    "2026-11-24T15:38:46.1Z",
    "2026-11-24T15:38:46.123456789Z",
    "2026-11-24T15:38:46.000+00:00",
    "2026-11-24T15:38:46-23:59",
    "2024-02-29T23:59:59Z",
    "2000-02-29T00:00:00+01:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
]
TIMESTAMPS_BAD = [
    "", "x", "2026-11-24", "2026-11-24T15:38:46", "2026-11-24t15:38:46Z", "2026-11-24T15:38:46z",
    "2026-11-24 15:38:46Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-00T00:00:00Z",
    "2026-11-24T24:00:00Z", "2026-11-24T23:60:00Z", "2026-11-24T23:59:60Z", "2026-11-24T15:38:46.Z",
    "2026-11-24T15:38:46.1234567890Z", "2026-11-24T15:38:46,1Z", "2026-11-24T15:38:46+24:00",
    "2026-11-24T15:38:46+00:60", "2026-11-24T15:38:46+0000",
    "2026-11-24T15:38:46+00", "2026-11-24T15:38:46ZZ",
    "+2026-11-24T15:38:46Z", "26-11-24T15:38:46Z", "2026-11-24T15:38Z", " 2026-11-24T15:38:46Z",
    "2026-11-24T15:38:46Z\n", "2026-11-24T15:38:46 Z", "2026-1\u00b2-24T15:38:46Z", "20261124T153846Z",
]  # fmt: skip

REQUEST_IDS_GOOD = ["5F0C1C9E-4A0B-4C1E-9F5A-0123456789AB", "00000000-0000-0000-0000-000000000000"]
REQUEST_IDS_BAD = [
    "", "x", "5f0c1c9e4a0b4c1e9f5a0123456789ab", "{5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab}",
    "5f0c1c9e-4a0b-4c1e-9f5a-0123456789a", "5f0c1c9e-4a0b-4c1e-9f5a-0123456789abc",
    "5g0c1c9e-4a0b-4c1e-9f5a-0123456789ab", "5f0c1c9-e4a0b-4c1e-9f5a-0123456789ab",
    "5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab ", "5f0c1c9e-4a0b-4c1e-9f5a-0123456789\u00e4b", "x" * 200,
]  # fmt: skip

CONTENT_TYPES_GOOD = [
    "APPLICATION/json", "application/json;charset=utf-8", 'application/json ; Charset = "UTF-8"',
    "application/json;", "application/json; profile=x; charset=utf-8", "application/json;;x",
    "application/json; charset=utf-8; charset=UTF-8",
]  # fmt: skip
CONTENT_TYPES_BAD = [
    "", "text/json", "application/jsonx", "application/problem+json", "application/json, application/json",
    "application/json; charset=latin-1", "application/json; charset=", "application/json; charset",
    "application/json; charset=utf8", 'application/json; charset="utf-8', "application/json charset=utf-8",
    "application/json; charset=utf-8; charset=latin-1",
    "*/*", "application /json", "application/json; charset='utf-8'",
]  # fmt: skip


def _headers() -> Iterator[Case]:
    good = encoded(GOOD_BODY)
    for method in ("GET", "post", "PUT", "", None):
        yield Case(f"method {method}", with_header(":method", method), good, 0)
    path = "/vop/v1/payee-verifications"
    for wrong in ("/", path + "/", path.upper(), "/x" + path, path + "#x", "", None, path + "%20"):
        yield Case(f"path {wrong}", with_header(":path", wrong), good, 0)
    for query in ("?", "?a=b", "?/vop", "??"):
        yield Case(f"query {query}", with_header(":path", path + query), good)
    yield Case("method twice", (*GOOD_HEADERS, (":method", "POST")), good, 0)
    yield from _header_values("x-request-timestamp", TIMESTAMPS_GOOD, TIMESTAMPS_BAD, 2)
    yield from _header_values("x-request-id", REQUEST_IDS_GOOD, REQUEST_IDS_BAD, 4)
    yield from _header_values("content-type", CONTENT_TYPES_GOOD, CONTENT_TYPES_BAD, 5)
    for name, missing in (("x-request-timestamp", 1), ("x-request-id", 3), ("content-type", 5)):
        yield Case(f"{name} missing", with_header(name, None), good, missing)
    for name, fault in (("x-request-timestamp", 2), ("x-request-id", 4), ("content-type", 5)):
        twice = (*GOOD_HEADERS, next(pair for pair in GOOD_HEADERS if pair[0] == name))
        yield Case(f"{name} twice", twice, good, fault)
        yield Case(f"{name} three times", (*twice, twice[-1]), good, fault)
        yield Case(
            f"{name} in capitals",
            tuple((key.upper() if key == name else key, v) for key, v in GOOD_HEADERS),
            good,
        )
    for coding, refused in (
        ("identity", None),
        ("Identity", None),
        ("", None),
        ("gzip", 5),
        ("identity, gzip", 5),
    ):
        yield Case(f"content-encoding {coding}", (*GOOD_HEADERS, ("content-encoding", coding)), good, refused)
    twice = (*GOOD_HEADERS, ("content-encoding", "identity"), ("content-encoding", "identity"))
    yield Case("content-encoding twice", twice, good, 5)
    for count in range(1, len(GOOD_HEADERS)):
        yield Case(f"the first {count} headers only", GOOD_HEADERS[:count], b"x" * 17_000)


def _header_values(name: str, good: list[str], bad: list[str], fault: int) -> Iterator[Case]:
    body = encoded(GOOD_BODY)
    for value in good:
        yield Case(f"{name} {value!r}", with_header(name, value), body)
    for value in bad:
        yield Case(f"{name} {value!r}", with_header(name, value), body, fault)


def cases() -> list[Case]:
    """Return the whole corpus."""
    found = list(_headers())
    found += [Case(f"taken {n}", GOOD_HEADERS, body) for n, body in enumerate(TAKEN)]
    found += [Case(f"no JSON {n}", GOOD_HEADERS, body, 7) for n, body in enumerate(NOT_JSON)]
    found += [Case(f"no object {n}", GOOD_HEADERS, body, 8) for n, body in enumerate(NO_OBJECT)]
    found += [
        Case(f"too large {size}", GOOD_HEADERS, encoded(GOOD_BODY).ljust(size), 6)
        for size in (16_385, 65_535)
    ]
    for fault, bodies in enumerate(FIELD_FAULTS, start=9):
        found += [Case(f"fault {fault} {n}", GOOD_HEADERS, body, fault) for n, body in enumerate(bodies)]
    return found
