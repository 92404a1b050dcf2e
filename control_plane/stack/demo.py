"""What the demo asks, and what must come back."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from control_plane.errors import StartError
from control_plane.stack.access_log import entries
from control_plane.xds.listener import VERIFICATION_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from control_plane.stack.stack import Stack

REQUESTER = "VOPBFRPPXXX"
GERMAN, DUTCH = "VOPBDEFFXXX", "VOPBNL2AXXX"
LOG_SECONDS_MAX = 5.0
CHANGE_SECONDS_MAX = 10.0
POLL_SECONDS = 0.002


class Question(msgspec.Struct, frozen=True):
    """One request and the answer that it must get."""

    shows: str
    iban: str
    party: dict[str, Any]
    expected: dict[str, Any]
    agent: str = GERMAN
    by: str = "edge"
    status: int = 200

    @property
    def typed(self) -> str:
        """What the payer typed."""
        return str(self.party.get("name") or self.party.get("identification") or "")


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    body: dict[str, Any]
    milliseconds: float
    by: str
    """`edge` or `fallback`, by the access log's upstream."""

    def fits(self, question: Question) -> bool:
        """Whether this is the expected answer, from the expected side."""
        return (self.status, self.body, self.by) == (question.status, question.expected, question.by)


class Proof(msgspec.Struct, frozen=True):
    """One change made through the admin API, and how soon the edge's answer showed it."""

    change: str
    before: dict[str, Any]
    after: dict[str, Any]
    expected: tuple[dict[str, Any], dict[str, Any]]
    """Before and after."""
    milliseconds: float

    @property
    def holds(self) -> bool:
        """Whether both answers were the expected ones."""
        return (self.before, self.after) == self.expected


def _name(
    shows: str,
    iban: str,
    typed: str,
    result: str,
    matched: str | None = None,
    *,
    agent: str = GERMAN,
    by: str = "edge",
) -> Question:
    expected = {"partyNameMatch": result} | ({"matchedName": matched} if matched else {})
    return Question(shows, iban, {"name": typed}, expected, agent=agent, by=by)


def _lei(shows: str, iban: str, lei: str, result: str) -> Question:
    return Question(
        shows, iban, {"identification": {"organisationId": {"lei": lei}}}, {"partyIdMatch": result}
    )


PERSON, UMLAUT, JOINT = "DE93999999020000000001", "DE66999999020000000002", "DE39999999020000000003"
COMPANY, CLOSED, DISCREET = "DE12999999020000000004", "DE82999999020000000005", "DE55999999020000000006"
TRADER, OWNERS, UNKNOWN = "DE28999999020000000007", "DE98999999020000000008", "DE33999999020000000014"
DUTCH_PERSON = "NL90VOPB0000000001"

QUESTIONS = (
    _name("the holder's name", PERSON, "Marlene Harkort", "MTCH"),
    _name("capitals and spaces have no effect", PERSON, "  MARLENE   HARKORT ", "MTCH"),
    _name("surname first", PERSON, "Harkort, Marlene", "MTCH"),
    _name("a title", PERSON, "Dr. Marlene Harkort", "MTCH"),
    _name("an initial: close, and the name is told", PERSON, "M. Harkort", "CMTC", "Marlene Harkort"),
    _name("a typing error: close", PERSON, "Marlene Harkrot", "CMTC", "Marlene Harkort"),
    _name("the surname alone discloses nothing", PERSON, "Harkort", "NMTC"),
    _name("somebody else", PERSON, "Otto Grünberg", "NMTC"),
    _name("umlauts written out", UMLAUT, "Joerg Weissmueller", "MTCH"),
    _name("umlauts left out", UMLAUT, "Jorg Weismuller", "MTCH"),
    _name("joint account, one holder", JOINT, "Peter Tannhof", "MTCH"),
    _name("joint account, both", JOINT, "Peter und Anna Tannhof", "MTCH"),
    _name("company with its legal form", COMPANY, "Nordlicht Segelmacher GmbH", "MTCH"),
    _name("company without it", COMPANY, "Nordlicht Segelmacher", "MTCH"),
    _name(
        "another legal form: close", COMPANY, "Nordlicht Segelmacher AG", "CMTC", "Nordlicht Segelmacher GmbH"
    ),
    _lei("identification code held", COMPANY, "9999VOPEXAMPLE000163", "MTCH"),
    _lei("another identification code", COMPANY, "9999VOPEXAMPLE000260", "NMTC"),
    _name("trade name", TRADER, "Keramik am Deich", "MTCH"),
    _name("a name that may never be told", DISCREET, "T. Sonnleitner", "NMTC"),
    _name("closed account", CLOSED, "Rolf Altmann", "NOAP"),
    _name("unknown account", UNKNOWN, "Marlene Harkort", "NOAP"),
    _name("another bank's account", DUTCH_PERSON, "Sanne de Wit", "MTCH", agent=DUTCH),
    _name("too many owners for the edge", OWNERS, "Ida Lindqvist", "MTCH", by="fallback"),
    _name(
        "a bank that we don't answer for",
        UNKNOWN,
        "Marlene Harkort",
        "NOAP",
        agent="VOPBITRRXXX",
        by="fallback",
    ),
    Question(
        "malformed: no name and no code",
        PERSON,
        {},
        {
            "type": "urn:vop:fault:format-error",
            "code": "FORMAT_ERROR",
            "title": "The request breaks the schema",
            "status": 400,
            "detail": "party: must have exactly one of name and identification",
        },
        status=400,
    ),
)


def sample_accounts() -> bytes:
    """Read the accounts file that the questions ask about; its names are invented."""
    return files("control_plane.stack").joinpath("sample_accounts.csv").read_bytes()


class Asker:
    """Sends verification requests to the edge of a stack, and finds out in its access log who answered."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client = httpx.Client(base_url=f"http://{stack.edge}", timeout=10, trust_env=False)

    def close(self) -> None:
        """Close the connection to the edge."""
        self._client.close()

    def ask(self, question: Question) -> Answer:
        """Send one request and wait for its line in the access log."""
        request_id, status, body, seconds = self.send(question)
        return Answer(status, body, seconds * 1000, self._who(request_id))

    def send(self, question: Question) -> tuple[str, int, dict[str, Any], float]:
        """Send one request; return its id, the status, the body and the time it took in seconds."""
        request_id = str(uuid.uuid4())
        body = {
            "party": question.party,
            "partyAccount": {"iban": question.iban},
            "partyAgent": {"financialInstitutionId": {"bicfi": question.agent}},
            "requestingAgent": {"financialInstitutionId": {"bicfi": REQUESTER}},
        }
        headers = {"x-request-id": request_id, "x-request-timestamp": datetime.now(UTC).isoformat()}
        begin = time.perf_counter()
        reply = self._client.post(VERIFICATION_PATH, json=body, headers=headers)
        return request_id, reply.status_code, reply.json(), time.perf_counter() - begin

    def _who(self, request_id: str) -> str:
        deadline = time.monotonic() + LOG_SECONDS_MAX
        while time.monotonic() < deadline:
            for entry in entries(self._stack.access_log):
                if entry.request_id == request_id:
                    return entry.upstream or "edge"
            time.sleep(POLL_SECONDS)
        raise StartError("the access log does not show who answered")


def prove_replacement(stack: Stack, asker: Asker) -> Proof:
    """Give an account to another holder, and ask until the edge knows it."""
    question = QUESTIONS[0]
    with stack.admin_api() as api:
        account = api.find_account(GERMAN, PERSON)
        body = {
            key: account[key] for key in ("bic", "iban", "holders", "identifications", "status", "disclosure")
        }
        body["holders"] = [{"kind": "person", "name": "Ottilie Brandmeier"}]
        return _prove(
            asker,
            question,
            "the holder becomes Ottilie Brandmeier",
            lambda: api.replace_account(account["id"], body),
            {"partyNameMatch": "NMTC"},
        )


def prove_deletion(stack: Stack, asker: Asker) -> Proof:
    """Delete an account, and ask until the edge knows it."""
    question = next(question for question in QUESTIONS if question.iban == TRADER)
    with stack.admin_api() as api:
        account = api.find_account(GERMAN, TRADER)
        return _prove(
            asker,
            question,
            "the account is deleted",
            lambda: api.delete_account(account["id"]),
            {"partyNameMatch": "NOAP"},
        )


def _prove(
    asker: Asker, question: Question, change: str, make: Callable[[], object], expected: dict[str, Any]
) -> Proof:
    before = asker.send(question)[2]
    make()
    begin = time.monotonic()
    after = asker.send(question)[2]
    while after != expected and time.monotonic() - begin < CHANGE_SECONDS_MAX:
        time.sleep(POLL_SECONDS)
        after = asker.send(question)[2]
    milliseconds = (time.monotonic() - begin) * 1000
    return Proof(f"{question.typed}: {change}", before, after, (question.expected, expected), milliseconds)
