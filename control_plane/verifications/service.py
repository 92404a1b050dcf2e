"""Answer verification requests from the database: the fallback of the edges."""

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

import matcher
from control_plane.accounts.content import account_content
from control_plane.accounts.models import Account
from control_plane.accounts.service import find_account
from control_plane.clock import now_ms
from control_plane.db.engine import Database
from control_plane.decisions.models import FallbackDecision
from control_plane.decisions.record import DecisionOutcome, DecisionRecord, NoapCause, RequestKind
from control_plane.decisions.sealing import DecisionSealer
from control_plane.secrets.keyring import Keyring
from control_plane.telemetry.service import Telemetry
from control_plane.verifications.faults import Fault
from control_plane.verifications.parsing import VerificationRequest

READ_SECONDS_MAX = 1.0
"""Longest wait for the account; then the answer is NOAP."""

WRITE_SECONDS_MAX = 1.0
"""Longest wait until the decision is stored; then the answer is NOAP: what can't be audited isn't told."""

CLOSE_SECONDS_MAX = 10.0
"""Longest wait for late work at the end: twice what SQLite waits for its lock."""

EDGE_ID = "fallback"

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class Verifications:
    """Decides, seals the decision and stores it, in this order, before anything is answered."""

    def __init__(self, database: Database, keyring: Keyring, telemetry: Telemetry) -> None:
        self._database = database
        self._keyring = keyring
        self._telemetry = telemetry
        self._policy = matcher.DEFAULT_POLICY
        self._tables_hash = bytes.fromhex(matcher.tables_hash())[:8]
        self._configuration = hashlib.sha256(self._policy.encode()).digest()[:8]
        self._sealer: DecisionSealer | None = None
        self._late: set[asyncio.Future[Any]] = set()

    async def verify(self, request: VerificationRequest) -> matcher.Decision:
        """Answer a request that was understood. A database that fails makes it NOAP, never an error."""
        started_ns = time.monotonic_ns()
        account: Account | None = None
        try:
            account = await self._in_time(self._find(request), READ_SECONDS_MAX)
            decision, cause = self._decide(request, account)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            decision, cause = _not_possible(), NoapCause.OTHER
            self._telemetry.count_database_failure("read")
            _log.warning("the account couldn't be read: %s", type(error).__name__)
        record = self._record(request, account, decision, cause, started_ns)
        if not await self._stored(record):
            decision = _not_possible()
        self._telemetry.count_outcome(decision.outcome.name)
        return decision

    async def refuse(self, fault: Fault, request_id: str | None) -> None:
        """Note that a request was refused."""
        self._telemetry.count_outcome("REFUSED")
        await self._stored(
            DecisionRecord(
                request=RequestKind.NOT_UNDERSTOOD,
                outcome=DecisionOutcome.REFUSED,
                cause=fault.number,
                wall_ms=now_ms(),
                tables_hash=self._tables_hash,
                configuration_version=self._configuration,
                request_id=request_id or "",
            )
        )

    async def close(self) -> None:
        """Wait for late work: a loop that ends while SQLite's driver still unwinds would never end."""
        if self._late:
            await asyncio.wait(self._late, timeout=CLOSE_SECONDS_MAX)

    async def _find(self, request: VerificationRequest) -> Account | None:
        async with self._database.read() as session:
            return await find_account(session, request.party_bic, request.iban)

    def _decide(
        self, request: VerificationRequest, account: Account | None
    ) -> tuple[matcher.Decision, NoapCause]:
        if account is None:
            known = self._keyring.has_seal_keys(request.party_bic)
            return _not_possible(), NoapCause.UNKNOWN_ACCOUNT if known else NoapCause.NOT_A_TENANT
        content = account_content(account)
        decision = matcher.decide(request.typed, content, self._policy)
        if content.status is matcher.AccountStatus.CLOSED:
            return decision, NoapCause.CLOSED
        not_held = matcher.Reason.IDENTIFICATION_NOT_HELD in decision.reasons
        return decision, NoapCause.IDENTIFICATION_NOT_HELD if not_held else NoapCause.OTHER

    def _record(
        self,
        request: VerificationRequest,
        account: Account | None,
        decision: matcher.Decision,
        cause: NoapCause,
        started_ns: int,
    ) -> DecisionRecord:
        return DecisionRecord(
            request=RequestKind.NAME if isinstance(request.typed, str) else RequestKind.IDENTIFICATION,
            outcome=DecisionOutcome(decision.outcome),
            cause=cause,
            score=decision.score,
            reasons=tuple(decision.reasons),
            holder=decision.holder,
            name=decision.name,
            revision=account.revision if account else 0,
            time_us=(time.monotonic_ns() - started_ns) // 1_000,
            wall_ms=now_ms(),
            tables_hash=self._tables_hash,
            configuration_version=self._configuration,
            request_id=request.request_id,
            requesting_bic=request.requesting_bic,
            party_bic=request.party_bic,
            iban=request.iban,
            typed=typed_text(request.typed),
            matched_name=decision.matched_name or "",
        )

    async def _stored(self, record: DecisionRecord) -> bool:
        """Seal and store a decision; tells whether that worked."""
        if self._sealer is None:
            boot = secrets.token_bytes(16)
            self._sealer = DecisionSealer(self._keyring.audit_public_key, EDGE_ID, boot, vm=0)
        n, sealed = self._sealer.seal(record)
        row = FallbackDecision(boot=self._sealer.boot, n=n, sealed=sealed, created_ms=record.wall_ms)
        try:
            await self._in_time(self._insert(row), WRITE_SECONDS_MAX)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            self._telemetry.count_database_failure("write")
            _log.warning("decision %d of the fallback couldn't be stored: %s", n, type(error).__name__)
            return False
        return True

    async def _insert(self, row: FallbackDecision) -> None:
        async with self._database.write() as session:
            session.add(row)

    async def _in_time(self, work: Awaitable[_Result], seconds: float) -> _Result:
        """Return the work's result, or raise TimeoutError: late work is cancelled, and unwinds by itself."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            self._late.add(task)
            task.add_done_callback(self._forget)
            task.cancel()
            raise TimeoutError
        return task.result()

    def _forget(self, task: asyncio.Future[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()


def typed_text(typed: str | tuple[matcher.Identification, ...]) -> str:
    """Return what was typed, as a decision tells it: the name, or one line for each identification."""
    if isinstance(typed, str):
        return typed
    return "\n".join(f"{entry.kind:d}:{entry.scheme}:{entry.issuer}:{entry.value}" for entry in typed)


def _not_possible() -> matcher.Decision:
    return matcher.Decision(matcher.Outcome.NOAP, None, 0, ())
