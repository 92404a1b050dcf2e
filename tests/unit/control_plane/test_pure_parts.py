"""Limits, seals and forms of the control plane's pure parts."""

from __future__ import annotations

import json
import secrets

import pytest

from control_plane.accounts.files import (
    CSV_TYPE,
    FAULTS_SHOWN_MAX,
    LINE_CHARACTERS_MAX,
    NDJSON_TYPE,
    read_file,
)
from control_plane.accounts.schemas import AccountBody, Alias, Holder, Identification
from control_plane.accounts.validation import account_faults
from control_plane.decisions.record import DecisionError, DecisionOutcome, DecisionRecord, RequestKind
from control_plane.decisions.sealing import DecisionSealer, open_decision
from control_plane.directory.sealing import SealBrokenError, lookup_key, open_sealed, seal
from control_plane.errors import StartError
from control_plane.identifiers import iban_fault, lei_fault
from control_plane.settings import Settings
from control_plane.verifications.faults import FAULT_COUNT, Fault
from control_plane.verifications.parsing import VerificationRequest, parse_request
from control_plane.verifications.replies import response_timestamp

BIC, IBAN = "VOPBDEFFXXX", "DE89370400440532013000"
ENVIRONMENT = {
    "VOP_VAULT_ADDR": "http://127.0.0.1:8200",
    "VOP_VAULT_ROLE_ID": "role",
    "VOP_VAULT_SECRET_ID": "hidden-secret-id",
    "VOP_ADMIN_TOKEN": "hidden-admin-token",
    "VOP_DATABASE_URL": "postgresql://vop:hidden-password@127.0.0.1/vop",
}
HEADERS = [
    (b":method", b"POST"),
    (b":path", b"/vop/v1/payee-verifications"),
    (b"x-request-id", b"0f8fad5b-d9cb-469f-a165-70867728950e"),
    (b"x-request-timestamp", b"2026-11-24T10:00:00Z"),
    (b"content-type", b"application/json"),
]


def request(**members: object) -> bytes:
    agent = {"financialInstitutionId": {"bicfi": "VOPBDEFF"}}
    body = {
        "party": {"name": "A"},
        "partyAccount": {"iban": IBAN},
        "partyAgent": agent,
        "requestingAgent": agent,
    }
    return json.dumps(body | members).encode()


def fields(**members: object) -> list[str]:
    body = {"bic": BIC, "iban": IBAN, "holders": [Holder("person", "A")], **members}
    return [fault.field for fault in account_faults(AccountBody(**body))]  # type: ignore[arg-type]


def test_settings_show_no_secret() -> None:
    assert "hidden" not in repr(Settings.from_environment(ENVIRONMENT))


@pytest.mark.parametrize("name", sorted(ENVIRONMENT.keys() - {"VOP_DATABASE_URL"}))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(StartError, match=f"^{name}: is missing$"):
        Settings.from_environment({**ENVIRONMENT, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOP_VAULT_ADDR", "vault"),
        ("VOP_ADMIN_TOKEN", "t" * 15),
        ("VOP_DATABASE_URL", "mysql://x"),
        ("VOP_DATABASE_URL", "sqlite://"),
        ("VOP_LISTEN_PORT", "65536"),
        ("VOP_LISTEN_HOST", "0.0.0.0"),  # noqa: S104  (is refused)
        ("VOP_LISTEN_HOST", "::"),
        ("VOP_LISTEN_HOST", "128.0.0.0"),
        ("VOP_LISTEN_HOST", "localhost"),
    ],
)
def test_an_invalid_setting_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(StartError, match=f"^{name}: must|^{name}: SQLite") as caught:
        Settings.from_environment({**ENVIRONMENT, name: value})
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.255.255", "::1"])
def test_the_control_plane_may_listen_on_any_loopback_address(host: str) -> None:
    assert Settings.from_environment({**ENVIRONMENT, "VOP_LISTEN_HOST": host}).listen_host == host


@pytest.mark.parametrize("value", ["10001", "86400000"])
def test_an_edge_may_answer_from_a_directory_older_than_two_long_polls_and_up_to_a_day(value: str) -> None:
    environment = {**ENVIRONMENT, "VOP_WARN_AFTER_MS": "1", "VOP_ANSWER_UNTIL_MS": value}
    assert Settings.from_environment(environment).answer_until_ms == int(value)


@pytest.mark.parametrize("value", ["10000", "86400001", "0", "-1", "1e6"])
def test_another_age_is_refused_with_its_bounds(value: str) -> None:
    expected = "^VOP_ANSWER_UNTIL_MS: must be a number from 10001 to 86400000$"
    with pytest.raises(StartError, match=expected):
        Settings.from_environment({**ENVIRONMENT, "VOP_ANSWER_UNTIL_MS": value})


def test_several_processes_on_sqlite_are_refused() -> None:
    with pytest.raises(StartError, match="needs PostgreSQL"):
        Settings.from_environment(
            {**ENVIRONMENT, "VOP_DATABASE_URL": "sqlite:///x.db", "VOP_DATABASE_PROCESSES": "2"}
        )


@pytest.mark.parametrize(
    "iban",
    [
        IBAN,
        "GB82WEST12345698765432",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "MK07250120000058984",
    ],
)
def test_ibans_of_the_registry_are_taken_and_one_digit_off_is_not(iban: str) -> None:
    assert iban_fault(iban) is None
    assert iban_fault(f"{iban[:-1]}{'1' if iban[-1] != '1' else '2'}") is not None
    assert iban_fault(iban[:-1]) is not None


def test_an_lei_needs_its_check_digits() -> None:
    assert lei_fault("5493001KJTIIGC8Y1R12") is None
    assert lei_fault("5493001KJTIIGC8Y1R13") == "has wrong check digits"


def test_an_account_is_taken_up_to_each_limit_and_refused_beyond_it() -> None:
    tax = Identification("v" * 256, scheme="TXID", issuer="i" * 35)
    assert fields(holders=[Holder("person", "n" * 140)] * 64, identifications=[tax] * 64) == []
    assert fields(holders=[Holder("person", "A", [Alias("B")] * 127)]) == []
    assert fields(holders=[]) == fields(holders=[Holder("person", "A")] * 65) == ["holders"]
    assert fields(holders=[Holder("person", "A", [Alias("B")] * 128)]) == ["holders"]
    assert fields(holders=[Holder("person", "n" * 141)]) == ["holders[0].name"]
    assert fields(holders=[Holder("person", "A", [Alias("\x00")])]) == ["holders[0].aliases[0].name"]
    assert fields(identifications=[tax] * 65) == ["identifications"]
    assert fields(identifications=[Identification("v" * 257, scheme="TXID")]) == ["identifications[0].value"]
    assert fields(identifications=[Identification("v", proprietary="p" * 36)]) == [
        "identifications[0].proprietary"
    ]
    assert fields(identifications=[Identification("v", scheme="XXXX")]) == ["identifications[0].scheme"]
    assert fields(identifications=[Identification("v")]) == ["identifications[0]"]


def test_an_import_counts_all_faults_and_names_the_first() -> None:
    header = "bic,iban,kind,names,aliases,identifications,disclosure,status\n"
    file = read_file((header + "x\n" * 150).encode(), CSV_TYPE, frozenset({BIC}))
    assert (file.fault_count, len(file.faults), file.faults[0].line) == (150, FAULTS_SHOWN_MAX, 2)


def test_an_account_that_comes_twice_in_a_file_is_a_fault_whatever_the_form_of_its_bic() -> None:
    rows = f"bic,iban,kind,names,aliases,identifications,disclosure,status\nVOPBDEFF,{IBAN},person,A,,,,\n"
    file = read_file(f"{rows}{BIC},{IBAN},person,A,,,,\n".encode(), CSV_TYPE, frozenset({BIC}))
    assert [(fault.line, fault.reason) for fault in file.faults] == [(3, "stands in line 2 already")]


def test_a_sealed_record_opens_only_with_everything_it_is_bound_to() -> None:
    key, lookup = bytes(32), lookup_key(bytes(32), BIC, IBAN)
    sealed = seal(key, BIC, IBAN, lookup, 1, 2, b"plain")
    assert open_sealed(key, BIC, IBAN, lookup, 1, 2, sealed) == b"plain"
    flipped = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    wrong = [
        (b"\x01" * 32, BIC, IBAN, lookup, 1, 2, sealed),
        (key, "OTHRDEFFXXX", IBAN, lookup, 1, 2, sealed),
        (key, BIC, "DE02120300000000202051", lookup, 1, 2, sealed),
        (key, BIC, IBAN, bytes(16), 1, 2, sealed),
        (key, BIC, IBAN, lookup, 2, 2, sealed),
        (key, BIC, IBAN, lookup, 1, 3, sealed),
        *((key, BIC, IBAN, lookup, 1, 2, changed) for changed in [*flipped, sealed[:-1], b""]),
    ]
    for arguments in wrong:
        with pytest.raises(SealBrokenError):
            open_sealed(*arguments)


def test_a_sealed_decision_opens_whole_or_not_at_all() -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415

    audit = X25519PrivateKey.generate()
    sealer = DecisionSealer(audit.public_key().public_bytes_raw(), "edge-1", secrets.token_bytes(16), 3)
    record = DecisionRecord(
        request=RequestKind.NAME, outcome=DecisionOutcome.CMTC, reasons=(1, 2), typed="Ü", matched_name="Y"
    )
    n, sealed = sealer.seal(record)
    opened = open_decision(audit, "edge-1", sealed)
    assert (opened.vm, opened.n, n, opened.record) == (3, 1, 1, record)
    flipped = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    for changed in [*flipped, sealed[:-1], b""]:
        with pytest.raises(DecisionError):
            open_decision(audit, "edge-1", changed)
    with pytest.raises(DecisionError):
        open_decision(audit, "edge-2", sealed)


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({"x": [[[[[[[]]]]]]]}, True),
        ({"x": [[[[[[[[]]]]]]]]}, False),
        ({"x": [0] * 32}, True),
        ({"x": [0] * 33}, False),
        ({"n" * 128: 0}, True),
        ({"n" * 129: 0}, False),
        ({"x": 10**4000}, True),
        ({"x": float("nan")}, False),
        ({"x": "\ud800"}, False),
    ],
)
def test_json_is_taken_up_to_each_limit_and_refused_beyond_it(more: dict[str, object], good: bool) -> None:
    result = parse_request(HEADERS, request(**more))
    assert isinstance(result, VerificationRequest) if good else result == Fault(7)


@pytest.mark.parametrize(
    "body", [b"", b"[" * 16_000, b'{"a":1,"a":2}', b"\xef\xbb\xbf{}", b"\xff", b"{} {}", b"{'a':1}"]
)
def test_what_is_not_strict_json_is_fault_7(body: bytes) -> None:
    assert parse_request(HEADERS, body) == Fault(7)


def test_the_body_may_have_16384_bytes() -> None:
    assert isinstance(parse_request(HEADERS, request().ljust(16_384)), VerificationRequest)
    assert parse_request(HEADERS, request().ljust(16_385)) == Fault(6)


def test_the_faults_are_numbered_as_in_the_contract() -> None:
    assert FAULT_COUNT == 58
    assert Fault(39).detail == "partyAccount.iban: has the wrong form"
    assert Fault(57).detail == "unstructuredRemittanceInformation[]: must have 1 to 140 characters"


def test_the_response_timestamp_has_no_trailing_zeros() -> None:
    assert response_timestamp(1_000) == "1970-01-01T00:00:01Z"
    assert response_timestamp(1_100) == "1970-01-01T00:00:01.1Z"
    assert response_timestamp(1_007) == "1970-01-01T00:00:01.007Z"


def test_a_line_of_an_import_may_have_65536_characters() -> None:
    line = json.dumps({"bic": BIC, "iban": IBAN, "holders": [{"kind": "person", "name": "A"}]})
    taken = read_file(line.ljust(LINE_CHARACTERS_MAX).encode(), NDJSON_TYPE, frozenset({BIC}))
    refused = read_file(line.ljust(LINE_CHARACTERS_MAX + 1).encode(), NDJSON_TYPE, frozenset({BIC}))
    assert (len(taken.accounts), taken.faults) == (1, [])
    assert [fault.reason for fault in refused.faults] == ["has more than 65536 characters"]


def test_a_file_may_have_as_many_accounts_as_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("control_plane.accounts.files.IMPORT_ROWS_MAX", 2)
    header = "bic,iban,kind,names,aliases,identifications,disclosure,status\n"
    rows = [f"{BIC},{iban},person,A,,,,\n" for iban in (IBAN, "GB82WEST12345698765432", "NO9386011117947")]
    taken = read_file((header + "".join(rows[:2])).encode(), CSV_TYPE, frozenset({BIC}))
    refused = read_file((header + "".join(rows)).encode(), CSV_TYPE, frozenset({BIC}))
    assert (len(taken.accounts), taken.fault_count) == (2, 0)
    assert [(fault.line, fault.reason) for fault in refused.faults] == [
        (4, "is beyond the 2 accounts that a file may have")
    ]
