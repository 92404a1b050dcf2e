"""``POST /admin/v1/imports``: many accounts in one call."""

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from control_plane.accounts.files import CSV_TYPE, IMPORT_BYTES_MAX, NDJSON_TYPE, read_file
from control_plane.accounts.service import Accounts, ImportCounts
from control_plane.directory.tenants import Tenants
from control_plane.problems import Problem, documented


@dataclass
class _ImportOperation(Operation):
    """Says that the body is a file, which the framework can't know."""

    def __post_init__(self) -> None:
        file = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        self.request_body = RequestBody(content={CSV_TYPE: file, NDJSON_TYPE: file}, required=True)


class ImportController(Controller):
    """Accounts, many at a time."""

    path = "/imports"
    tags = ("accounts",)

    @post(
        summary="Import an accounts file",
        status_code=200,
        request_max_body_size=IMPORT_BYTES_MAX,
        operation_class=_ImportOperation,
        responses=documented(400, 401, 413, 415),
    )
    async def import_accounts(
        self,
        request: Request[Any, Any, Any],
        accounts: NamedDependency[Accounts],
        tenants: NamedDependency[Tenants],
    ) -> ImportCounts:
        """Create or replace all accounts of a CSV or NDJSON file; none if there is a fault.

        400 lists the first faults with their lines, and counts all. Accounts are committed in batches: who
        gets no answer sends all of them again, and nothing is doubled. The file isn't kept.
        """
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in {CSV_TYPE, NDJSON_TYPE}:
            raise Problem(415, f"An accounts file is {CSV_TYPE} or {NDJSON_TYPE}.")
        content = await request.body()
        file = await asyncio.to_thread(read_file, content, media_type, frozenset(await tenants.list()))
        if file.fault_count:
            raise Problem(
                400,
                "Nothing was imported.",
                fault_count=file.fault_count,
                faults=msgspec.to_builtins(file.faults),
            )
        return await accounts.upsert(file.accounts)
