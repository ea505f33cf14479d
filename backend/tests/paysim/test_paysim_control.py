"""Merchants, clock, journal, settings and reset."""

import time
from typing import Any

import pytest

from tests.paysim.merchant_client import MerchantClient, new_number
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")


class TestMerchants:
    def test_registering_again_keeps_the_platforms_key(self, merchant: MerchantClient) -> None:
        again = merchant.register()

        assert again == {
            "public_key_id": merchant.public_key_id,
            "public_key": merchant.platform_public_key,
        }
        assert again["public_key_id"].startswith("PUB_KEY_ID_")

    def test_registering_again_changes_the_rest(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        other = MerchantClient(simulator, "1900000003", merchant.notify_url)
        other.register(appids=["wx0000000000000009"])

        assert other.create().json()["code"] == "APPID_MCHID_NOT_MATCH"
        assert other.create(appid="wx0000000000000009").status_code == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"apiv3_key": "short"},
            {"apiv3_key": "密" * 32},
            {"merchant_public_key": "no key"},
            {"merchant_public_key": ""},
            {"appids": "wx0000000000000001"},
            {"payee_name": ""},
            {"surprise": 1},
        ],
    )
    def test_bad_registrations_are_refused(
        self, merchant: MerchantClient, simulator: SimulatorProcess, changes: dict[str, Any]
    ) -> None:
        body = merchant.registration(**changes)

        answer = simulator.http.put("/_sim/wechat/merchants/1900000001", json=body)

        assert answer.status_code == 400
        assert merchant.create().status_code == 200


class TestClock:
    def test_the_offset_is_absolute(self, simulator: SimulatorProcess) -> None:
        for offset in (3600.0, 7200.0, -3600.0):
            simulator.post("clock", offset_seconds=offset)

            assert abs(simulator.now() - time.time() - offset) < 2
            assert simulator.get("clock")["offset_seconds"] == offset

    def test_advancing_adds_up(self, simulator: SimulatorProcess) -> None:
        simulator.post("advance_clock", seconds=60)
        answer = simulator.post("advance_clock", seconds=30.5)

        assert answer["offset_seconds"] == 90.5

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("advance_clock", {"seconds": -1}),
            ("advance_clock", {"seconds": 1e12}),
            ("clock", {"offset_seconds": 1e12}),
            ("clock", {"offset_seconds": -1e12}),
            ("clock", {}),
        ],
    )
    def test_impossible_moves_are_refused(
        self, simulator: SimulatorProcess, path: str, body: dict[str, Any]
    ) -> None:
        answer = simulator.http.post(f"/_sim/{path}", json=body)

        assert answer.status_code == 400
        assert simulator.get("clock")["offset_seconds"] == 0.0

    def test_every_timestamp_follows_the_virtual_clock(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        simulator.post("clock", offset_seconds=400 * 86400)
        number = merchant.paid_trade()

        year = simulator.get("clock")["now"][:4]

        # `call` has verified the timestamp of the answer's signature against the same clock.
        assert merchant.query(number).json()["success_time"].startswith(year)
        assert simulator.get("journal")[0]["moved_at"].startswith(year)


class TestJournal:
    def test_it_lists_every_movement_in_order(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        first, second, refund_no = merchant.paid_trade(), merchant.paid_trade(), new_number()
        simulator.post("settings", refund_delay_seconds=120)
        merchant.refund(first, 5000, out_refund_no=refund_no)
        simulator.advance(121)

        journal = simulator.get("journal", mchid=merchant.mchid)

        assert [(each["kind"], each["out_trade_no"], each["amount_fen"]) for each in journal] == [
            ("charge", first, 12800),
            ("charge", second, 12800),
            ("refund", first, 5000),
        ]
        assert journal[2]["out_refund_no"] == refund_no
        assert journal[2]["refund_id"].startswith("5000")
        assert journal[2]["accepted_at"] < journal[2]["moved_at"]
        assert journal[2]["transaction_id"] == journal[0]["transaction_id"]
        assert journal == sorted(journal, key=lambda each: each["number"])
        assert simulator.get("journal", mchid="1900000009") == []


class TestSettings:
    def test_some_change_and_the_others_stay(self, simulator: SimulatorProcess) -> None:
        settings = simulator.post("settings", refund_delay_seconds=9)

        assert settings == {
            "refund_delay_seconds": 9.0,
            "refund_spacing_seconds": 60.0,
            "notice_timeout_seconds": 5.0,
            "is_delivering": True,
        }

    @pytest.mark.parametrize(
        "body", [{}, {"refund_delay_seconds": -1}, {"is_delivering": "no"}, {"speed": 2}]
    )
    def test_bad_settings_are_refused(
        self, simulator: SimulatorProcess, body: dict[str, Any]
    ) -> None:
        assert simulator.http.post("/_sim/settings", json=body).status_code == 400


class TestReset:
    def test_only_merchants_stay(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        merchant.paid_trade()
        simulator.add_fault("error_before", route="refund")
        simulator.post("settings", refund_delay_seconds=9)
        simulator.post("clock", offset_seconds=60)

        simulator.post("reset")

        assert [simulator.get(each) for each in ("trades", "journal", "notices", "faults")] == [
            [],
            [],
            [],
            [],
        ]
        assert simulator.get("settings")["refund_delay_seconds"] == 1.0
        assert simulator.get("clock")["offset_seconds"] == 0.0
        assert merchant.register()["public_key_id"] == merchant.public_key_id


def test_trades_tell_where_their_cashier_is(
    merchant: MerchantClient, simulator: SimulatorProcess
) -> None:
    number = new_number()
    code_url = merchant.create(out_trade_no=number).json()["code_url"]

    (trade,) = simulator.get("trades")
    simulator.advance(2 * 3600 + 1)
    (later,) = simulator.get("trades")

    assert trade["out_trade_no"] == number
    assert trade["cashier_id"] == code_url.partition("pr=")[2]
    assert trade["cashier_url"] == f"{simulator.url}/_sim/cashier/{trade['cashier_id']}"
    assert later["cashier_url"] is None
    assert simulator.get("trades", mchid="1900000009") == []


def test_it_says_that_it_lives(simulator: SimulatorProcess) -> None:
    assert simulator.http.get("/healthz").json() == {"status": "ok"}
