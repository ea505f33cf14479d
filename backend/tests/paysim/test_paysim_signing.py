"""Who may call, and how answers prove where they come from."""

from typing import Any

import pytest

from tests.paysim.merchant_client import SERIAL_NO, TRADES, MerchantClient, new_number
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")


class TestAuthorization:
    @pytest.mark.parametrize(
        ("claims", "status", "code"),
        [
            ({"signature": "AAAA"}, 401, "SIGN_ERROR"),
            ({"signature": "not base64!"}, 401, "SIGN_ERROR"),
            ({"signature": ""}, 401, "SIGN_ERROR"),
            ({"serial_no": "00"}, 401, "SIGN_ERROR"),
            ({"nonce_str": ""}, 401, "SIGN_ERROR"),
            ({"nonce_str": "n" * 33}, 401, "SIGN_ERROR"),
            ({"timestamp": "soon"}, 401, "SIGN_ERROR"),
            ({"timestamp": "-1"}, 401, "SIGN_ERROR"),
            ({"timestamp": "0"}, 401, "SIGN_ERROR"),
            ({"timestamp": "99999999999"}, 401, "SIGN_ERROR"),
        ],
    )
    def test_unproven_callers_are_refused(
        self, merchant: MerchantClient, claims: dict[str, Any], status: int, code: str
    ) -> None:
        answer = merchant.call("GET", f"{TRADES}/id/1?mchid={merchant.mchid}", **claims)

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_serial_number_is_compared_without_case(self, merchant: MerchantClient) -> None:
        target = f"{TRADES}/id/1?mchid={merchant.mchid}"

        answer = merchant.call("GET", target, serial_no=SERIAL_NO.lower())

        assert answer.status_code == 404

    @pytest.mark.parametrize(("skew_seconds", "is_accepted"), [(290, True), (310, False)])
    @pytest.mark.parametrize("sign", [1, -1])
    def test_five_minutes_of_skew_are_tolerated(
        self, merchant: MerchantClient, skew_seconds: int, sign: int, *, is_accepted: bool
    ) -> None:
        timestamp = str(int(merchant.simulator.now()) + sign * skew_seconds)

        answer = merchant.call("GET", f"{TRADES}/id/1?mchid={merchant.mchid}", timestamp=timestamp)

        assert answer.status_code == (404 if is_accepted else 401)

    def test_a_replayed_request_is_refused(self, merchant: MerchantClient) -> None:
        target = f"{TRADES}/id/1?mchid={merchant.mchid}"
        headers = merchant.headers("GET", target, b"")

        first = merchant.simulator.http.get(target, headers=headers)
        second = merchant.simulator.http.get(target, headers=headers)

        assert (first.status_code, second.status_code) == (404, 401)
        assert second.json()["code"] == "SIGN_ERROR"

    def test_a_changed_body_is_refused_and_explained(self, merchant: MerchantClient) -> None:
        headers = merchant.headers("POST", f"{TRADES}/native", b'{"a":1}')

        answer = merchant.simulator.http.post(
            f"{TRADES}/native", content=b'{"a":2}', headers=headers
        )

        assert answer.status_code == 401
        assert answer.json()["detail"]["field"] == "signature"
        assert answer.json()["detail"]["sign_information"]["method"] == "POST"

    def test_the_query_is_part_of_what_is_signed(self, merchant: MerchantClient) -> None:
        target = f"{TRADES}/id/1?mchid={merchant.mchid}"
        headers = merchant.headers("GET", target, b"")

        answer = merchant.simulator.http.get(target + "&x=1", headers=headers)

        assert answer.json()["code"] == "SIGN_ERROR"

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "Bearer abc",
            'WECHATPAY2-SHA256-RSA2048 mchid="1900000001"',
            'WECHATPAY2-SM2-WITH-SM3 mchid="1900000001"',
            'WECHATPAY2-SHA256-RSA2048 mchid="1900000001",mchid="1900000001"',
        ],
    )
    def test_a_malformed_header_is_refused(self, merchant: MerchantClient, value: str) -> None:
        headers = merchant.headers("GET", "/v3/certificates", b"") | {"Authorization": value}

        answer = merchant.simulator.http.get("/v3/certificates", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")

    @pytest.mark.parametrize(
        "changes",
        [{"Accept": ""}, {"User-Agent": ""}, {"Wechatpay-Serial": "PUB_KEY_ID_1"}],
    )
    def test_required_headers_are_checked(
        self, merchant: MerchantClient, changes: dict[str, str]
    ) -> None:
        headers = merchant.headers("GET", "/v3/certificates", b"") | changes

        answer = merchant.simulator.http.get("/v3/certificates", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")

    def test_an_unknown_merchant_gets_an_unsigned_refusal(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        headers = merchant.headers("GET", "/v3/certificates", b"", mchid="1999999998")

        answer = simulator.http.get("/v3/certificates", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (400, "MCH_NOT_EXISTS")
        assert "wechatpay-signature" not in answer.headers


class TestAnswers:
    def test_every_answer_is_signed_even_the_empty_one(self, merchant: MerchantClient) -> None:
        out_trade_no = new_number()

        # `call` verifies the signature of each of these.
        answers = [
            merchant.create(out_trade_no=out_trade_no),
            merchant.create(out_trade_no="short"),
            merchant.query(out_trade_no),
            merchant.close(out_trade_no),
            merchant.query("SY0000000"),
        ]

        assert [each.status_code for each in answers] == [200, 400, 200, 204, 404]
        assert answers[3].content == b""
        assert all(each.headers["request-id"] for each in answers)

    def test_there_are_no_certificates_for_new_merchants(self, merchant: MerchantClient) -> None:
        answer = merchant.call("GET", "/v3/certificates")

        assert (answer.status_code, answer.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")

    @pytest.mark.parametrize(
        ("method", "target"),
        [
            ("GET", "/v3/unknown"),
            ("DELETE", f"{TRADES}/native"),
            ("GET", f"{TRADES}/out-trade-no/a%2Fb?mchid=1900000001"),
        ],
    )
    def test_unknown_paths_and_methods_are_not_found(
        self, merchant: MerchantClient, method: str, target: str
    ) -> None:
        answer = merchant.call(method, target)

        assert (answer.status_code, answer.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")

    def test_path_characters_may_be_escaped(self, merchant: MerchantClient) -> None:
        number = "SY|2026*" + new_number()[:12]
        merchant.create(out_trade_no=number)

        escaped = number.replace("|", "%7C").replace("*", "%2A")
        answer: Any = merchant.query(escaped)

        assert answer.json()["out_trade_no"] == number

    def test_an_oversized_body_is_refused(self, merchant: MerchantClient) -> None:
        answer = merchant.call("POST", f"{TRADES}/native", b" " * 300_000)

        assert answer.status_code == 401
