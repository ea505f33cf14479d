"""Every request to WeChat Pay is signed as sent and says who calls; no log tells a secret."""

import logging
import re

import pytest

from shunyue.payments.providers import port
from tests.payments.providers.wechat_gateway import Gateway, signed
from tests.payments.providers.wechat_orders import ATTEMPT, NUMBER, TRADE, verify_merchant
from tests.payments.providers.wechat_vectors import CERTIFICATE_SERIAL, KEYS, PUBLIC_KEY_ID, usable

pytestmark = [pytest.mark.req("PY-01"), pytest.mark.asyncio]


class TestRequest:
    async def test_signature_covers_the_bytes_sent(self) -> None:
        gateway = Gateway(signed(200, {"code_url": "weixin://wxpay/bizpayurl?pr=T"}))

        await gateway.provider().create(ATTEMPT, port.NativeScene())

        request = gateway.requests[0]
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        assert scheme == "WECHATPAY2-SHA256-RSA2048"
        assert fields["mchid"] == "1900000001"
        assert fields["serial_no"] == KEYS["merchant"]["serial"]
        assert re.fullmatch(r"[0-9a-f]{32}", fields["nonce_str"])
        head = ["POST", "/v3/pay/transactions/native", fields["timestamp"], fields["nonce_str"]]
        message = "\n".join([*head, ""]).encode() + request.content + b"\n"
        verify_merchant(fields["signature"], message)

    async def test_query_string_and_odd_number_are_signed_as_sent(self) -> None:
        gateway = Gateway(signed(200, TRADE | {"out_trade_no": "26|11*23_-"}))

        await gateway.provider().query("26|11*23_-")

        request = gateway.requests[0]
        target = request.url.raw_path.decode()
        assert target == "/v3/pay/transactions/out-trade-no/26%7C11%2A23_-?mchid=1900000001"
        fields = dict(re.findall(r'(\w+)="([^"]*)"', request.headers["Authorization"]))
        message = f"GET\n{target}\n{fields['timestamp']}\n{fields['nonce_str']}\n\n"
        verify_merchant(fields["signature"], message.encode())

    async def test_headers_say_who_calls_and_which_key_is_known(self) -> None:
        gateway = Gateway(signed(200, TRADE))

        await gateway.provider().query(NUMBER)

        headers = gateway.requests[0].headers
        assert headers["Accept"] == "application/json"
        assert headers["User-Agent"] == "Shunyue"
        assert headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
        assert "Content-Type" not in headers

    async def test_merchant_with_certificates_only_declares_no_key(self) -> None:
        certificate = KEYS["platform_certificate"]["certificate"]
        gateway = Gateway(signed(500))

        with pytest.raises(port.ProviderUnreachable):
            await gateway.provider(platform_keys={CERTIFICATE_SERIAL: certificate}).query(NUMBER)

        assert "Wechatpay-Serial" not in gateway.requests[0].headers

    async def test_logs_hold_no_secret(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        gateway = Gateway(signed(200, TRADE))

        await gateway.provider().query(NUMBER)

        assert KEYS["apiv3_key"] not in caplog.text
        assert usable(KEYS["merchant"]["private_key"]).splitlines()[1] not in caplog.text
        assert "4200000000202611230000000001" not in caplog.text
