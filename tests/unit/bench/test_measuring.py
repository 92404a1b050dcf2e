"""The measurement measures what it says: the same listener, right answers, and ratios of the same round."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from bench import load, report, traffic, yardstick
from bench.__main__ import main
from bench.pace import Latencies
from control_plane.accounts.schemas import AccountBody
from control_plane.accounts.validation import account_faults
from control_plane.xds.bootstrap import bootstrap
from control_plane.xds.settings import Address, EdgeSettings
from matcher import DEFAULT_POLICY, decide
from matcher.model import Account, AccountStatus, Holder, HolderKind, Name

SETTINGS = EdgeSettings(
    edge_id="yardstick",
    boot="00" * 16,
    listen=Address("127.0.0.1", 1),
    control_plane=Address("127.0.0.1", 2),
    runtime=Path("runtime"),
    access_log=Path("access.json"),
    replicator=Path("replicator.wasm"),
)


def test_the_empty_filter_stands_in_the_edges_own_listener_and_nothing_else_differs() -> None:
    built = yardstick.configuration(SETTINGS, Address("127.0.0.1", 3), Path("empty.wasm"), 520)
    edge = bootstrap(SETTINGS)["static_resources"]["listeners"][0]
    listener, direct = built["static_resources"]["listeners"]
    for each in (edge, listener):
        del each["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"][0]
    assert listener == edge
    assert direct["name"] == "direct"
    assert "bootstrap_extensions" not in built


def test_every_account_of_the_traffic_may_be_imported() -> None:
    bodies = msgspec.convert(list(traffic.accounts(1_000)), list[AccountBody])
    assert len({body.iban for body in bodies}) == 1_000
    assert [fault for body in bodies for fault in account_faults(body)] == []


ACCOUNTS = {account["iban"]: account for account in traffic.accounts(20_000)}


@pytest.mark.parametrize("exchange", traffic.exchanges(20_000))
def test_every_expected_answer_is_what_the_matcher_decides(exchange: traffic.Exchange) -> None:
    request, answer = json.loads(exchange.call.body), json.loads(exchange.answer)
    account = ACCOUNTS.get(request["partyAccount"]["iban"])
    if account is None:
        assert answer == {"partyNameMatch": "NOAP"}
        return
    kind = HolderKind[account["holders"][0]["kind"].upper()]
    holder = Holder(kind, (Name(account["holders"][0]["name"]),))
    decision = decide(request["party"]["name"], Account(AccountStatus.ACTIVE, (holder,)), DEFAULT_POLICY)
    assert decision.outcome.name == answer["partyNameMatch"]
    assert decision.matched_name == answer.get("matchedName")


def test_requests_go_to_sixteen_places_of_the_directory() -> None:
    asked = [json.loads(exchange.call.body)["partyAccount"]["iban"] for exchange in traffic.exchanges(20_000)]
    numbers = [int(iban[-10:]) for iban in asked if iban in ACCOUNTS]
    assert len({number // 1_200 for number in numbers}) == traffic.PLACES
    assert len(asked) - len(numbers) == traffic.PLACES


def test_every_figure_is_the_median_of_what_was_compared_within_a_round() -> None:
    rounds = [_round(100, 80, 150, 4, 200), _round(10, 9, 18, 1, 40), _round(1000, 500, 800, 10, 1000)]
    assert report.ratio(rounds, report.EDGE, report.EMPTY) == pytest.approx(0.8)
    paces = [report.Pace(Latencies([100]), Latencies([110]), Latencies([4_000]))] * 3
    figures = report.figures(rounds, paces)
    assert figures["edge_over_empty_filter"] == pytest.approx(0.8)
    assert figures["edge_over_direct_response"] == pytest.approx(0.4)
    assert figures["edge_over_fallback"] == pytest.approx(20.0)
    assert figures["added_cpu_us"] == pytest.approx(1e6 / 80 - 1e6 / 100)
    assert figures["added_p50_us"] == figures["added_p99_us"] == pytest.approx(10)
    assert figures["p999_at_70_ms"] == pytest.approx(4)
    assert figures["two_workers_cpu_ratio"] == pytest.approx(round(80 / 150, 3))


def _round(*rates: float) -> dict[str, load.Measurement]:
    return {
        subject: load.Measurement(rate, 1000, 2000, 1e6 / rate)
        for subject, rate in zip(report.SUBJECTS, rates, strict=True)
    }


def test_the_load_program_holds_every_byte_of_a_request_as_a_number() -> None:
    program = load.script([load.Call("POST", "/", (("X-Request-ID", '"'),), b'{"a":"\xc3\xbc\n"}')])
    assert r'"\123\034\097\034\058\034\195\188\010\034\125"' in program
    assert r'["\088\045\082\101\113\117\101\115\116\045\073\068"]="\034"' in program


def test_without_the_load_generator_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ended = CliRunner().invoke(main, ["--only", "edge"])
    assert ended.exit_code == 1
    assert ended.output == "bench: wrk is not installed; on Debian and Ubuntu: apt-get install wrk\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rounds", "0"],
        ["--rounds", "51"],
        ["--seconds", "31"],
        ["--accounts", "9999"],
        ["--only", "matcher"],
    ],
)
def test_the_time_it_takes_is_bounded(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2
