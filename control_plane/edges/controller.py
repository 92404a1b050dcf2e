"""``/admin/v1/edges`` for operators, ``/edge/v1`` for the edges themselves."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, PathParameter

from control_plane.directory.feed import CursorGoneError, Feed
from control_plane.directory.pages import KEY_FIRST, Page, encode
from control_plane.directory.tenants import UnknownTenantError
from control_plane.edges.credentials import EdgeCredentials
from control_plane.edges.schemas import (
    EDGE_ID_PATTERN,
    TENANTS_MAX,
    EdgeBody,
    EdgeSecret,
    EdgeView,
    FeedQuery,
    HeartbeatBody,
)
from control_plane.edges.service import EdgeExistsError, Edges, UnknownEdgeError
from control_plane.identifiers import bic11, bic_fault
from control_plane.problems import FieldFault, Problem, decode_fault, documented

KEYS_TYPE = "application/vnd.vop.keys"
PAGE_TYPE = "application/vnd.vop.feed-page"

KnownEdgeId = Annotated[str, PathParameter(pattern=EDGE_ID_PATTERN)]
Nonce = Annotated[str, HeaderParameter(name="x-vop-nonce", pattern="^[0-9a-f]{32}$")]


class EdgeAdminController(Controller):
    """Edges, as their operators see them."""

    path = "/edges"
    tags = ("edges",)

    @post(summary="Register an edge", responses=documented(400, 401, 409))
    async def register_edge(self, data: JSONBody[EdgeBody], edges: NamedDependency[Edges]) -> EdgeSecret:
        """Register an edge; its secret is in this answer and never again."""
        faults = [
            FieldFault(f"tenants[{position}]", reason)
            for position, bic in enumerate(data.tenants)
            if (reason := bic_fault(bic))
        ]
        if not 1 <= len(data.tenants) <= TENANTS_MAX:
            faults = [FieldFault("tenants", f"must have 1 to {TENANTS_MAX} entries")]
        if faults:
            raise Problem(400, "The edge can't be taken.", faults)
        bics = sorted({bic11(bic) for bic in data.tenants})
        try:
            secret = await edges.register(data.id, bics)
        except EdgeExistsError as error:
            raise Problem(409, "There is an edge with this id.") from error
        except UnknownTenantError as error:
            fault = FieldFault("tenants", "must all be tenants: create them first")
            raise Problem(400, "The edge can't be taken.", [fault]) from error
        return EdgeSecret(data.id, bics, secret)

    @get(summary="List the edges", responses=documented(401))
    async def list_edges(self, edges: NamedDependency[Edges]) -> list[EdgeView]:
        """All edges with their last heartbeats."""
        return await edges.list()

    @delete("/{edge_id:str}", summary="Delete an edge", responses=documented(400, 401, 404))
    async def delete_edge(self, edge_id: KnownEdgeId, edges: NamedDependency[Edges]) -> None:
        """Delete an edge: it can't connect any more."""
        try:
            await edges.delete(edge_id)
        except UnknownEdgeError as error:
            raise Problem(404, "There is no such edge.") from error


def _feed_query(request: Request[Any, Any, Any]) -> FeedQuery:
    try:
        return msgspec.convert(dict(request.query_params), FeedQuery, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, "The query is not that of a feed.", [decode_fault(error)]) from error


def _gone() -> Problem:
    return Problem(410, "Fetch the keys and take a new snapshot.")


async def _page(feed: Feed, bic: str, query: FeedQuery) -> Page:
    generation = bytes.fromhex(query.generation)
    first = query.as_of is None and query.after_key is None
    try:
        if query.mode == "snapshot" and first:
            return await feed.snapshot(generation, bic, None, KEY_FIRST)
        if query.mode == "snapshot" and query.as_of is not None and query.after_key is not None:
            return await feed.snapshot(generation, bic, query.as_of, bytes.fromhex(query.after_key))
        if query.mode == "changes" and query.after is not None:
            return await feed.changes(generation, bic, query.after, query.wait_ms)
    except CursorGoneError as error:
        raise _gone() from error
    raise Problem(400, "The query must be that of a snapshot or of changes.")


class EdgeController(Controller):
    """Keys, feed and heartbeat: ``docs/formats.md``, section 4."""

    path = "/edge/v1"
    tags = ("edge",)
    include_in_schema = False

    @get("/keys")
    async def get_keys(
        self, edge: NamedDependency[EdgeCredentials], edges: NamedDependency[Edges], nonce: Nonce
    ) -> Response[bytes]:
        """Return the edge's key package."""
        package = await edges.key_package(edge, bytes.fromhex(nonce))
        return Response(package, media_type=KEYS_TYPE)

    @get("/feed/{bic:str}")
    async def get_feed(
        self,
        request: Request[Any, Any, Any],
        bic: FromPath[str],
        edge: NamedDependency[EdgeCredentials],
        edges: NamedDependency[Edges],
        feed: NamedDependency[Feed],
        nonce: Nonce,
    ) -> Response[bytes]:
        """Return one page of a tenant's feed."""
        if bic not in edge.tenants:
            raise Problem(404, "This is no tenant of this edge.")
        query = _feed_query(request)
        if query.generation != (await edges.generation_of(edge.edge_id)).id.hex():
            raise _gone()
        page = await _page(feed, bic, query)
        body = encode(page, bytes.fromhex(nonce), edge.edge_id, edge.page_key)
        return Response(body, media_type=PAGE_TYPE)

    @post("/heartbeat", status_code=204)
    async def post_heartbeat(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[EdgeCredentials],
        edges: NamedDependency[Edges],
    ) -> None:
        """Take the edge's report."""
        try:
            report = msgspec.json.decode(await request.body(), type=HeartbeatBody)
        except msgspec.ValidationError as error:
            raise Problem(400, "This is no heartbeat.", [decode_fault(error)]) from error
        except msgspec.DecodeError as error:
            raise Problem(400, "This is not JSON.") from error
        await edges.heartbeat(edge, report)
