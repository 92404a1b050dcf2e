"""Load by `wrk`: a few requests in turn over some connections, each sent as soon as it can be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
"""Requests under way at a time."""
GRACE_SECONDS = 10
"""What `wrk` may take beyond the time it was given, before it is ended."""


class LoadError(Exception):
    """The load could not be made, or some of it was not answered with status 200."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to send; `wrk` adds the headers Host and Content-Length."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one run of `wrk` saw, and what it cost the process that answered."""

    requests_per_second: float
    p50_us: float
    p99_us: float
    cpu_us: float
    """Processor time of one request."""


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has had, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def find_wrk() -> str:
    """Find the load generator.

    Raises:
        LoadError: it is not installed.

    """
    path = shutil.which("wrk")
    if path is None:
        raise LoadError("wrk is not installed; on Debian and Ubuntu: apt-get install wrk")
    return path


def _quote(value: bytes) -> str:
    """Write bytes as a Lua string."""
    return '"' + "".join(f"\\{byte:03d}" for byte in value) + '"'


def script(calls: list[Call]) -> str:
    """Write the Lua program that sends the calls in turn and prints what was measured as one JSON line."""
    lines = ["local calls = {}", "init = function()"]
    for call in calls:
        headers = ", ".join(f"[{_quote(n.encode())}]={_quote(v.encode())}" for n, v in call.headers)
        method, path = _quote(call.method.encode()), _quote(call.path.encode())
        lines.append(
            f"  calls[#calls + 1] = wrk.format({method}, {path}, {{{headers}}}, {_quote(call.body)})"
        )
    lines += [
        "end",
        "local next = 0",
        "request = function()",
        "  next = next % #calls + 1",
        "  return calls[next]",
        "end",
        "done = function(summary, latency)",
        "  local e = summary.errors",
        "  io.write(string.format(",
        '    \'\\nRESULT {"requests":%d,"us":%d,"p50":%f,"p99":%f,"errors":%d}\\n\',',
        "    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),",
        "    e.connect + e.read + e.write + e.status + e.timeout))",
        "end",
    ]
    return "\n".join(lines) + "\n"


def run(wrk: str, address: str, pid: int, program: Path, seconds: int, cpu: int | None) -> Measurement:
    """Send the calls of a program to `host:port`, where process `pid` answers, from core `cpu`.

    Raises:
        LoadError: `wrk` failed, or a call was not answered with a status below 400.

    """
    pin = ["taskset", "--cpu-list", str(cpu)] if cpu is not None and shutil.which("taskset") else []
    options = ["--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s"]
    before = cpu_seconds(pid)
    done = subprocess.run(
        [*pin, wrk, *options, "--script", str(program), f"http://{address}"],
        capture_output=True,
        text=True,
        timeout=seconds + GRACE_SECONDS,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not lines:
        raise LoadError(
            f"wrk ended with status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
        )
    result = json.loads(lines[-1].removeprefix("RESULT "))
    if result["errors"]:
        raise LoadError(f"{result['errors']} of {result['requests']} requests to {address} failed")
    spent_us = (cpu_seconds(pid) - before) * 1e6
    rate, count = result["requests"] / result["us"] * 1e6, result["requests"]
    return Measurement(rate, result["p50"], result["p99"], spent_us / count)
