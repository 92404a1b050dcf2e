"""``/admin/v1/edges`` for operators, ``/edge/v1`` for the edges themselves."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.params import Parameter

from control_plane.directory.feed import CursorGone, Feed
from control_plane.directory.pages import KEY_FIRST, encode
from control_plane.directory.tenants import UnknownTenant
from control_plane.edges.credentials import EdgeCredentials
from control_plane.edges.schemas import EdgeBody, EdgeSecret, EdgeView, HeartbeatBody
from control_plane.edges.service import EdgeExists, Edges, UnknownEdge
from control_plane.identifiers import bic11, bic_fault
from control_plane.problems import FieldFault, Problem

KEYS_TYPE = "application/vnd.vop.keys"
PAGE_TYPE = "application/vnd.vop.feed-page"
WAIT_MS_MAX = 5_000
"""A poll waits at the head for at most this long."""
SEQ_MAX = 2**63 - 1

Nonce = Annotated[str, Parameter(header="x-vop-nonce", pattern="^[0-9a-f]{32}$")]
Generation = Annotated[str, Parameter(pattern="^[0-9a-f]{32}$")]
OptionalKey = Annotated[str | None, Parameter(pattern="^[0-9a-f]{32}$")]
OptionalSeq = Annotated[int | None, Parameter(ge=0, le=SEQ_MAX)]
WaitMs = Annotated[int, Parameter(ge=0, le=WAIT_MS_MAX)]


class EdgeAdminController(Controller):
    """Edges, as their operators see them."""

    path = "/edges"
    tags = ("edges",)

    @post(summary="Register an edge")
    async def register_edge(self, data: EdgeBody, edges: Edges) -> EdgeSecret:
        """Register an edge; its secret is in this answer and never again."""
        faults = [
            FieldFault(f"tenants[{position}]", reason)
            for position, bic in enumerate(data.tenants)
            if (reason := bic_fault(bic))
        ]
        if faults:
            raise Problem(400, "The edge can't be taken.", faults)
        bics = sorted({bic11(bic) for bic in data.tenants})
        try:
            secret = await edges.register(data.id, bics)
        except EdgeExists as error:
            raise Problem(409, "There is an edge with this id.") from error
        except UnknownTenant as error:
            fault = FieldFault("tenants", "must all be tenants: create them first")
            raise Problem(400, "The edge can't be taken.", [fault]) from error
        return EdgeSecret(data.id, bics, secret)

    @get(summary="List the edges")
    async def list_edges(self, edges: Edges) -> list[EdgeView]:
        """All edges with their last heartbeats."""
        return await edges.list()

    @delete("/{edge_id:str}", summary="Delete an edge")
    async def delete_edge(self, edge_id: str, edges: Edges) -> None:
        """Delete an edge: it can't connect any more."""
        try:
            await edges.delete(edge_id)
        except UnknownEdge as error:
            raise Problem(404, "There is no such edge.") from error


def authenticated_edge(request: Request[Any, Any, Any], edges: Edges) -> EdgeCredentials:
    """The edge that sent a request."""
    edge = edges.authenticate(request.headers.get("authorization", ""))
    if edge is None:
        raise Problem(401, "An edge needs its own credentials.")
    return edge


class EdgeController(Controller):
    """Keys, feed and heartbeat: ``docs/formats.md``, section 4."""

    path = "/edge/v1"
    tags = ("edge",)
    include_in_schema = False

    @get("/keys")
    async def get_keys(self, edge: EdgeCredentials, edges: Edges, nonce: Nonce) -> Response[bytes]:
        """The edge's key package."""
        package = await edges.key_package(edge, bytes.fromhex(nonce))
        return Response(package, media_type=KEYS_TYPE)

    @get("/feed/{bic:str}")
    async def get_feed(
        self,
        bic: str,
        edge: EdgeCredentials,
        feed: Feed,
        nonce: Nonce,
        generation: Generation,
        mode: str,
        as_of: OptionalSeq = None,
        after_key: OptionalKey = None,
        after: OptionalSeq = None,
        wait_ms: WaitMs = 0,
    ) -> Response[bytes]:
        """One page of a tenant's feed."""
        if bic not in edge.tenants:
            raise Problem(404, "This is no tenant of this edge.")
        try:
            if mode == "snapshot" and after is None and (as_of is None) == (after_key is None):
                start = bytes.fromhex(after_key) if after_key else KEY_FIRST
                page = await feed.snapshot(bytes.fromhex(generation), bic, as_of, start)
            elif mode == "changes" and after is not None and as_of is None and after_key is None:
                page = await feed.changes(bytes.fromhex(generation), bic, after, wait_ms)
            else:
                raise Problem(400, "The query must be that of a snapshot or of changes.")
        except CursorGone as error:
            raise Problem(410, "Fetch the keys and take a new snapshot.") from error
        body = encode(page, bytes.fromhex(nonce), edge.edge_id, edge.page_key)
        return Response(body, media_type=PAGE_TYPE)

    @post("/heartbeat", status_code=204)
    async def post_heartbeat(self, data: HeartbeatBody, edge: EdgeCredentials, edges: Edges) -> None:
        """The edge's report."""
        await edges.heartbeat(edge, data)
