"""A child of the stack ends when it is told to."""

from __future__ import annotations

import os
import signal
import sys
import threading

from control_plane.stack.child import Child

LEAVES_ONE_BEHIND = """
import signal, subprocess, sys
left = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
print(left.pid, flush=True)
signal.pause()
"""


def test_a_child_stops_while_a_process_of_its_own_still_holds_the_pipe() -> None:
    heard: list[str] = []
    child = Child(
        "parent", [sys.executable, "-c", LEAVES_ONE_BEHIND], {}, lambda _name, line: heard.append(line)
    )
    child.wait_until(lambda: bool(heard), "starting", 20)
    stopping = threading.Thread(target=child.stop, daemon=True)
    try:
        stopping.start()
        stopping.join(10)
        assert not stopping.is_alive()
    finally:
        os.kill(int(heard[0]), signal.SIGKILL)
    assert child.status == -signal.SIGTERM
