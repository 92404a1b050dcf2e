"""Settings of the control plane, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from control_plane.errors import StartError
from control_plane.loopback import require_loopback

ADMIN_TOKEN_LENGTH_MIN = 16
"""Characters an admin token needs at least."""

AGE_MS_MAX = 86_400_000
"""No directory may answer when it is older than a day."""

ANSWER_UNTIL_MS_MIN = 10_001
"""Above two long polls of 5 s each: with less, even a connected edge would be too old now and then."""

DATABASE_URL_DEFAULT = "sqlite+aiosqlite:///vop.db"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. Secrets never show in ``repr``."""

    vault_addr: str
    """Base URL of Vault or OpenBao."""
    vault_role_id: str
    """AppRole role id."""
    vault_secret_id: str = field(repr=False)
    """AppRole secret id."""
    admin_token: str = field(repr=False)
    """Bearer token of the admin API."""
    database_url: str = field(default=DATABASE_URL_DEFAULT, repr=False)
    """SQLAlchemy URL; may hold a password, so it isn't shown."""
    database_processes: int = 1
    """Control-plane processes that share the database; more than one needs PostgreSQL."""
    listen_host: str = "127.0.0.1"
    listen_port: int = 8080
    warn_after_ms: int = 30_000
    """Age of an edge's directory from which it says that it is old."""
    answer_until_ms: int = 900_000
    """Age of an edge's directory beyond which it hands every request over."""
    otlp_endpoint: str | None = None
    """Base URL of an OTLP/HTTP collector; none: traces and metrics stay in the process."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            StartError: a variable is missing or invalid; the text names it and never shows a secret.

        """
        settings = cls(
            vault_addr=_http_url(environment, "VOP_VAULT_ADDR"),
            vault_role_id=_required(environment, "VOP_VAULT_ROLE_ID"),
            vault_secret_id=_required(environment, "VOP_VAULT_SECRET_ID"),
            admin_token=_admin_token(environment),
            database_url=_database_url(environment),
            database_processes=_integer(environment, "VOP_DATABASE_PROCESSES", 1, 1, 64),
            listen_host=require_loopback(
                "VOP_LISTEN_HOST", environment.get("VOP_LISTEN_HOST") or "127.0.0.1"
            ),
            listen_port=_integer(environment, "VOP_LISTEN_PORT", 8080, 1, 65535),
            warn_after_ms=_integer(environment, "VOP_WARN_AFTER_MS", 30_000, 1, AGE_MS_MAX),
            answer_until_ms=_integer(
                environment, "VOP_ANSWER_UNTIL_MS", 900_000, ANSWER_UNTIL_MS_MIN, AGE_MS_MAX
            ),
            otlp_endpoint=environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None,
        )
        if settings.warn_after_ms > settings.answer_until_ms:
            raise StartError("VOP_WARN_AFTER_MS: must not be above VOP_ANSWER_UNTIL_MS")
        if settings.database_processes > 1 and settings.database_url.startswith("sqlite"):
            raise StartError(
                "VOP_DATABASE_PROCESSES: more than 1 needs PostgreSQL; SQLite serves one process"
            )
        return settings


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise StartError(f"{name}: is missing")
    return value


def _http_url(environment: Mapping[str, str], name: str) -> str:
    value = _required(environment, name)
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise StartError(f"{name}: must be an http or https URL")
    return value.rstrip("/")


def _admin_token(environment: Mapping[str, str]) -> str:
    token = _required(environment, "VOP_ADMIN_TOKEN")
    if len(token) < ADMIN_TOKEN_LENGTH_MIN or not token.isascii() or not token.isprintable() or " " in token:
        raise StartError(
            f"VOP_ADMIN_TOKEN: must have at least {ADMIN_TOKEN_LENGTH_MIN} visible ASCII characters"
        )
    return token


def _database_url(environment: Mapping[str, str]) -> str:
    value = environment.get("VOP_DATABASE_URL") or DATABASE_URL_DEFAULT
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in _DRIVERS:
        raise StartError("VOP_DATABASE_URL: must begin with sqlite:// or postgresql://")
    if _DRIVERS[scheme].startswith("sqlite") and (rest.lstrip("/") == "" or ":memory:" in rest):
        raise StartError("VOP_DATABASE_URL: SQLite needs a file")
    return f"{_DRIVERS[scheme]}://{rest}"


def _integer(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = environment.get(name) or str(default)
    if not (
        value.isascii() and value.isdigit() and len(value) <= len(str(high)) and low <= int(value) <= high
    ):
        raise StartError(f"{name}: must be a number from {low} to {high}")
    return int(value)
