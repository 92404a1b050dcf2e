"""The report of a soak names every fault."""

from __future__ import annotations

from bench.soak import ACCOUNTS, GROWTH_BYTES_MAX, MATCH, NO_MATCH, NOT_POSSIBLE, Accounts, Report

MEMORY = 150 * 2**20


def _report(growth: int = 0) -> Report:
    """Return an hour's report in which memory grows during the last ten minutes."""
    resident = [(float(second), MEMORY + (growth if second > 3_000 else 0)) for second in range(3_600)]
    return Report(seconds=3_600, answers=1, resident=resident)


def test_a_run_without_a_fault_has_none() -> None:
    assert _report().faults() == []


def test_wrong_answers_failures_and_what_else_broke_are_faults() -> None:
    report = _report()
    report.wrong.append("MTCH for account 1")
    report.failed.append("status 503")
    report.broken.append("the edge counts 1 refused pages")
    assert report.faults() == [
        "wrong answer: MTCH for account 1",
        "failure: status 503",
        "the edge counts 1 refused pages",
    ]


def test_memory_may_differ_by_its_limit_and_no_more() -> None:
    assert _report(GROWTH_BYTES_MAX).faults() == []
    assert _report(GROWTH_BYTES_MAX + 1).faults() == ["memory has grown by 16 MiB"]


def test_memory_may_grow_in_the_beginning() -> None:
    report = _report()
    report.resident[:250] = [(float(second), 0) for second in range(250)]
    assert report.faults() == []


def test_an_account_has_either_name_while_it_changes_and_one_once_that_has_settled() -> None:
    accounts = Accounts()
    assert accounts.right(3, 0, 0.0) == {MATCH}
    assert accounts.right(3, 1, 0.0) == {NO_MATCH}
    during: list[set[str]] = []

    def send(_body: object) -> bool:
        during.append(accounts.right(3, 0, 1e12))
        return True

    accounts.rename(3, send)
    assert during == [{MATCH, NO_MATCH}]
    assert accounts.right(3, 0, 0.0) == {MATCH, NO_MATCH}
    assert accounts.right(3, 0, 1e12) == {NO_MATCH}
    assert accounts.right(3, 1, 1e12) == {MATCH}
    assert accounts.right(4, 0, 1e12) == {MATCH}


def test_an_account_that_is_none_is_not_possible() -> None:
    assert Accounts().right(ACCOUNTS, 0, 0.0) == {NOT_POSSIBLE}
