"""Burn a share of one core in bursts of 2 ms, as the replicator does: `python -m bench.burner 0.6`."""

from __future__ import annotations

import sys
from time import perf_counter, process_time, sleep

BURST_SECONDS = 0.002


def main(share: float) -> None:
    """Burn until killed. The share counts over all the time, so a burst that came late is made up for."""
    began, burnt_before = perf_counter(), process_time()
    while True:
        end = process_time() + BURST_SECONDS
        while process_time() < end:
            pass
        ahead = (process_time() - burnt_before) / share - (perf_counter() - began)
        if ahead > 0:
            sleep(ahead)


if __name__ == "__main__":
    main(float(sys.argv[1]))
