"""The edge's secret, and what of it Envoy is told (formats section 2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from control_plane.errors import StartError
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET_VARIABLE = "VOP_EDGE_SECRET"  # noqa: S105  (the variable's name, not the secret)


def envoy_environment(environment: Mapping[str, str], edge_id: str) -> dict[str, str]:
    """Return the whole environment of Envoy: the replicator's secret, and the header value of every request.

    Raises:
        StartError: there is no secret, or it has the wrong form.

    """
    secret = environment.get(SECRET_VARIABLE, "")
    if not secret:
        raise StartError(f"{SECRET_VARIABLE}: is missing; registering the edge at the control plane gives it")
    if not re.fullmatch(r"[0-9a-f]{64}", secret):
        raise StartError(f"{SECRET_VARIABLE}: must be 64 hex digits")
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vop/token/v1")
    token = derivation.derive(bytes.fromhex(secret)).hex()
    return {SECRET_VARIABLE: secret, AUTHORIZATION_VARIABLE: f"Bearer {edge_id}:{token}"}
