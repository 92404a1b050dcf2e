"""The core of the two modules, tested natively: own tests, known answers, random input against models."""

import subprocess
from pathlib import Path

from edge_filter import fuzz
from edge_filter.build import (
    SOURCES,
    TABLES,
    build,
    cache_options,
    module_options,
    zig_command,
)
from tests.unit.edge_filter.directory import BIC, EDGE_ID, SECRET, ControlPlane

IBAN = "DE02120300000000202051"
NONCE = bytes(range(16))


def zig_source(constants: dict[str, bytes | int]) -> str:
    """Write constants as a Zig file."""
    lines = []
    for name, value in constants.items():
        text = (
            str(value) if isinstance(value, int) else '"' + "".join(f"\\x{byte:02x}" for byte in value) + '"'
        )
        lines.append(f"pub const {name} = {text};\n")
    return "".join(lines)


def known_answers() -> dict[str, bytes | int]:
    """Compute with Python's cryptography what the Zig side must read."""
    control_plane = ControlPlane()
    tenant = control_plane.tenants[BIC]
    tenant.seal_keys[7] = b"t" * 32
    for number in range(3):
        tenant.put(f"DE{number:020d}", f"Person Nr. {number}")
    tenant.put(IBAN, "Ada Beispiel")
    tenant.put(IBAN, "Ada Muster")
    tenant.delete(f"DE{2:020d}")
    account = tenant.accounts[IBAN]
    assert account.plain is not None
    record = control_plane.record(tenant, account)
    return {
        "secret": SECRET,
        "edge_id": EDGE_ID.encode(),
        "nonce": NONCE,
        "generation": control_plane.generation,
        "package": control_plane.key_package(),
        "delivery": control_plane.delivery(NONCE),
        "bic": BIC.encode(),
        "iban": IBAN.encode(),
        "lookup_key": control_plane.lookup_key(BIC, IBAN),
        "epoch": account.epoch,
        "revision": account.revision,
        "plain": account.plain,
        "sealed": record[34:],
        "head": len(tenant.changes),
        "snapshot": control_plane.snapshot_page(BIC, NONCE, None, bytes(16)),
        "changes": control_plane.changes_page(BIC, NONCE, 0),
    }


def test_the_core_passes_its_own_tests_known_answers_and_random_input(tmp_path: Path) -> None:
    build()
    vectors = tmp_path / "vectors.zig"
    vectors.write_text(zig_source(known_answers()))
    command = [
        *zig_command(),
        "test",
        "--dep",
        "vectors",
        *module_options(SOURCES / "tests.zig", TABLES),
    ]
    finished = subprocess.run(
        [*command, f"-Mvectors={vectors}", *cache_options()], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


def test_the_replicator_never_traps_whatever_control_plane_and_host_do() -> None:
    assert fuzz.main(["--part", "replicator", "--seconds", "3"]) == 0


def test_the_sources_are_formatted() -> None:
    finished = subprocess.run(
        [*zig_command(), "fmt", "--check", str(SOURCES), str(SOURCES.parent / "bench")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
