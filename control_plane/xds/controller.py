"""``POST /v3/discovery:extension_configs``: Envoy's REST long poll for the filter (formats section 4.4)."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency

from control_plane.edges.credentials import EdgeCredentials
from control_plane.problems import Problem
from control_plane.xds.listener import FILTER
from control_plane.xds.publisher import Publisher

REQUEST_BYTES_MAX = 1_048_576
"""Envoy names its 516 extensions in every poll: about 77 KB, which are not decoded."""


class _Metadata(msgspec.Struct):
    boot: str = ""


class _Node(msgspec.Struct):
    id: str = ""
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Poll(msgspec.Struct):
    """What we need of Envoy's `DiscoveryRequest`."""

    node: _Node
    version_info: str = ""
    resource_names: list[str] = msgspec.field(default_factory=list)


class DiscoveryController(Controller):
    """Polls of Envoys. Who polls is told by the edge's credentials, never by the node id alone."""

    path = "/v3"
    include_in_schema = False

    @post("/discovery:extension_configs", status_code=200, request_max_body_size=REQUEST_BYTES_MAX)
    async def poll_extension_configs(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[EdgeCredentials],
        publisher: NamedDependency[Publisher],
    ) -> Response[bytes | None]:
        """Answer 200 with the filter, or 304 when there is no news for this boot."""
        try:
            poll = msgspec.json.decode(await request.body(), type=_Poll)
        except msgspec.DecodeError as error:
            raise Problem(400, "This is no discovery request.") from error
        if poll.node.id != edge.edge_id or poll.resource_names != [FILTER]:
            raise Problem(400, f"An edge may poll as itself, for the resource {FILTER}.")
        release = await publisher.poll(edge.edge_id, poll.node.metadata.boot, poll.version_info)
        if release is None:
            return Response(None, status_code=304)
        return Response(release.response(), media_type="application/json")
