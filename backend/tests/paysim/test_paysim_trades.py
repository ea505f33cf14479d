"""Ordering a payment, with every limit of the provider."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.paysim.merchant_client import TRADES, MerchantClient, new_number
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")


class TestCreate:
    @pytest.mark.parametrize(
        ("kind", "field", "pattern"),
        [
            ("jsapi", "prepay_id", r"wx\w{36}"),
            ("app", "prepay_id", r"wx\w{36}"),
            ("native", "code_url", r"weixin://wxpay/bizpayurl\?pr=\w{9}"),
            ("h5", "h5_url", r"http://127\.0\.0\.1:\d+/_sim/h5/wx\w{36}\?package=\d{10}"),
        ],
    )
    def test_each_scene_answers_its_own_way(
        self, merchant: MerchantClient, kind: str, field: str, pattern: str
    ) -> None:
        answer = merchant.create(kind)

        assert answer.status_code == 200
        assert list(answer.json()) == [field]
        assert re.fullmatch(pattern, answer.json()[field])

    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("/out_trade_no", {"out_trade_no": "short"}),
            ("/out_trade_no", {"out_trade_no": "x" * 33}),
            ("/out_trade_no", {"out_trade_no": "SY 2026 11 23"}),
            ("/out_trade_no", {"out_trade_no": "SY@2026"}),
            ("/out_trade_no", {"out_trade_no": "订单号订单号"}),
            ("/out_trade_no", {"out_trade_no": "SY20261123\n"}),
            ("/out_trade_no", {"out_trade_no": 20261123000000000001}),
            ("/out_trade_no", {"out_trade_no": None}),
            ("/description", {"description": None}),
            ("/description", {"description": ""}),
            ("/description", {"description": "  "}),
            ("/description", {"description": "陶" * 128}),
            ("/attach", {"attach": "a" * 129}),
            ("/amount", {"amount": None}),
            ("/amount/total", {"amount": {"currency": "CNY"}}),
            ("/amount/total", {"amount": {"total": 0}}),
            ("/amount/total", {"amount": {"total": -1}}),
            ("/amount/total", {"amount": {"total": 1.5}}),
            ("/amount/total", {"amount": {"total": 10**30}}),
            ("/amount/total", {"amount": {"total": "100"}}),
            ("/amount/total", {"amount": {"total": True}}),
            ("/amount/currency", {"amount": {"total": 1, "currency": "USD"}}),
            ("/notify_url", {"notify_url": None}),
            ("/notify_url", {"notify_url": "ftp://shop.example/notify"}),
            ("/notify_url", {"notify_url": "https://shop.example/notify?channel=1"}),
            ("/notify_url", {"notify_url": "https://shop.example/notify?"}),
            ("/notify_url", {"notify_url": "https://shop.example/notify#1"}),
            ("/notify_url", {"notify_url": "https://shop.example/no tify"}),
            ("/notify_url", {"notify_url": "https://[shop"}),
            ("/notify_url", {"notify_url": "notify"}),
            ("/notify_url", {"notify_url": "https://shop.example/" + "n" * 240}),
            ("/time_expire", {"time_expire": "2026-11-23 17:30:00"}),
            ("/time_expire", {"time_expire": "2026-11-23T17:30:00"}),
            ("/time_expire", {"time_expire": "2026-13-23T17:30:00+08:00"}),
            ("/mchid", {"mchid": "1900000002"}),
            ("/appid", {"appid": ""}),
        ],
    )
    def test_bad_fields_are_named(
        self, merchant: MerchantClient, field: str, changes: dict[str, Any]
    ) -> None:
        answer = merchant.create(**changes)

        assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
        assert answer.json()["detail"]["field"] == field
        assert answer.json()["detail"]["location"] == "body"

    @pytest.mark.parametrize(
        ("kind", "field", "changes"),
        [
            ("jsapi", "/payer", {"payer": None}),
            ("jsapi", "/payer/openid", {"payer": {"openid": ""}}),
            ("jsapi", "/payer/openid", {"payer": {"openid": "o 1"}}),
            ("h5", "/scene_info", {"scene_info": None}),
            ("h5", "/scene_info/h5_info", {"scene_info": {"payer_client_ip": "::1"}}),
            (
                "h5",
                "/scene_info/h5_info/type",
                {"scene_info": {"payer_client_ip": "::1", "h5_info": {"type": "wap"}}},
            ),
        ],
    )
    def test_scenes_have_fields_of_their_own(
        self, merchant: MerchantClient, kind: str, field: str, changes: dict[str, Any]
    ) -> None:
        answer = merchant.create(kind, **changes)

        assert answer.json()["code"] == "PARAM_ERROR"
        assert answer.json()["detail"]["field"] == field

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"null", b'{"appid":"\xff"}', b'{"appid":"\\ud800"}']
    )
    def test_what_is_no_json_object_is_refused(self, merchant: MerchantClient, body: bytes) -> None:
        answer = merchant.call("POST", f"{TRADES}/native", body)

        assert answer.status_code == 400
        assert answer.json()["code"] in ("INVALID_REQUEST", "PARAM_ERROR")

    def test_the_longest_texts_are_accepted(self, merchant: MerchantClient) -> None:
        answer = merchant.create(
            description="陶" * 127, attach="附" * 128, out_trade_no=new_number().ljust(32, "|")
        )

        assert answer.status_code == 200

    def test_an_app_of_somebody_else_is_refused(self, merchant: MerchantClient) -> None:
        answer = merchant.create(appid="wx0000000000000002")

        assert (answer.status_code, answer.json()["code"]) == (400, "APPID_MCHID_NOT_MATCH")


class TestRepeating:
    def test_the_same_terms_give_a_fresh_code_of_the_same_trade(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        terms = merchant.terms()

        codes = {
            merchant.call("POST", f"{TRADES}/native", terms).json()["code_url"] for _ in range(3)
        }

        assert len(codes) == 3
        assert len(simulator.get("trades")) == 1
        for code_url in list(codes)[:1]:
            simulator.post("pay", cashier_id=code_url)
        assert merchant.state(terms["out_trade_no"]) == "SUCCESS"

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": {"total": 12801, "currency": "CNY"}},
            {"description": "亲子陶艺课"},
            {"attach": "1"},
            {"notify_url": "https://shop.example/notify/wechat/2"},
        ],
    )
    def test_other_terms_under_the_same_number_are_refused(
        self, merchant: MerchantClient, changes: dict[str, Any]
    ) -> None:
        out_trade_no = new_number()
        merchant.create(out_trade_no=out_trade_no)

        answer = merchant.create(out_trade_no=out_trade_no, **changes)

        assert (answer.status_code, answer.json()["code"]) == (403, "OUT_TRADE_NO_USED")

    def test_another_scene_under_the_same_number_is_refused(self, merchant: MerchantClient) -> None:
        terms = merchant.terms("native")
        merchant.call("POST", f"{TRADES}/native", terms)

        answer = merchant.call("POST", f"{TRADES}/app", terms)

        assert answer.json()["code"] == "OUT_TRADE_NO_USED"

    def test_the_order_of_fields_does_not_matter(self, merchant: MerchantClient) -> None:
        terms = merchant.terms()
        merchant.call("POST", f"{TRADES}/native", terms)

        answer = merchant.call("POST", f"{TRADES}/native", dict(reversed(terms.items())))

        assert answer.status_code == 200

    def test_a_paid_or_closed_number_is_used_up(self, merchant: MerchantClient) -> None:
        paid, closed = merchant.terms(), merchant.terms()
        for terms in (paid, closed):
            merchant.call("POST", f"{TRADES}/native", terms)
        merchant.simulator.post("pay", out_trade_no=paid["out_trade_no"])
        merchant.close(closed["out_trade_no"])

        again = [merchant.call("POST", f"{TRADES}/native", each) for each in (paid, closed)]

        assert [each.json()["code"] for each in again] == ["ORDERPAID", "ORDER_CLOSED"]


class TestExpiry:
    @pytest.mark.parametrize(
        ("life", "is_accepted"),
        [
            (timedelta(seconds=-1), False),
            (timedelta(seconds=57), False),
            (timedelta(seconds=63), True),
            (timedelta(days=89), True),
            (timedelta(days=91), False),
        ],
    )
    def test_time_expire_lies_between_a_minute_and_ninety_days(
        self, merchant: MerchantClient, life: timedelta, *, is_accepted: bool
    ) -> None:
        answer = merchant.create(time_expire=_in_beijing(merchant, life))

        assert answer.status_code == (200 if is_accepted else 400)

    def test_expiry_is_fixed_by_the_first_call_and_stops_payment_without_closing(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        terms = merchant.terms(time_expire=_in_beijing(merchant, timedelta(minutes=2)))
        number = terms["out_trade_no"]
        merchant.call("POST", f"{TRADES}/native", terms)

        simulator.advance(90)
        half_a_minute_before = merchant.call("POST", f"{TRADES}/native", terms)
        simulator.advance(60)
        after = merchant.call("POST", f"{TRADES}/native", terms)
        paying = simulator.http.post("/_sim/pay", json={"out_trade_no": number})

        assert half_a_minute_before.status_code == 200
        assert after.json()["code"] == "ORDER_CLOSED"
        assert (paying.status_code, paying.json()["detail"]) == (409, "expired")
        assert merchant.state(number) == "NOTPAY"
        assert merchant.close(number).status_code == 204

    def test_without_time_expire_a_trade_can_be_paid_for_seven_days(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        numbers = [new_number(), new_number()]
        for number in numbers:
            merchant.create(out_trade_no=number)

        simulator.advance(7 * 86400 - 60)
        simulator.post("pay", out_trade_no=numbers[0])
        simulator.advance(120)
        late = simulator.http.post("/_sim/pay", json={"out_trade_no": numbers[1]})

        assert merchant.state(numbers[0]) == "SUCCESS"
        assert late.json()["detail"] == "expired"

    @pytest.mark.parametrize(
        ("kind", "field", "lifetime_seconds"),
        [("native", "code_url", 7200), ("jsapi", "prepay_id", 7200), ("h5", "h5_url", 300)],
    )
    def test_codes_live_shorter_than_trades(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        kind: str,
        field: str,
        lifetime_seconds: int,
    ) -> None:
        terms = merchant.terms(kind)
        path = f"{TRADES}/{kind}"
        old = _code(merchant.call("POST", path, terms).json()[field])

        simulator.advance(lifetime_seconds + 1)
        expired = simulator.http.post("/_sim/pay", json={"cashier_id": old})
        fresh = _code(merchant.call("POST", path, terms).json()[field])
        simulator.advance(lifetime_seconds - 5)
        paid = simulator.post("pay", cashier_id=fresh)

        assert expired.json()["detail"] == "code_expired"
        assert paid["trade_state"] == "SUCCESS"


def _in_beijing(merchant: MerchantClient, life: timedelta) -> str:
    now = datetime.fromtimestamp(int(merchant.simulator.now()), tz=UTC)
    beijing = (now + life + timedelta(hours=8)).replace(tzinfo=None)
    return beijing.isoformat() + "+08:00"


def _code(answer: str) -> str:
    return answer.rsplit("/", 1)[-1].partition("?package")[0].rpartition("pr=")[2]
