"""The pages a payer uses, as a browser without scripts would."""

import re
from urllib.parse import quote

import httpx
import pytest

from tests.paysim.merchant_client import MerchantClient, new_number
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")

MARK = "模拟收银台，不会真的扣款"
BACK_URL = "https://shop.example/orders/1?from=cashier&x=1"


class TestCashier:
    def test_it_shows_what_is_to_be_paid(self, merchant: MerchantClient) -> None:
        number = new_number()
        page = _get(merchant, _cashier(merchant, number, description="<b>陶艺</b> & 茶"))

        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert MARK in page.text
        assert _text(page, "payee") == "陶然手作"
        assert _text(page, "number") == number
        assert _text(page, "description") == "&lt;b&gt;陶艺&lt;/b&gt; &amp; 茶"
        assert ">¥</small>128.00<" in page.text
        seconds = re.search(r'data-seconds="(\d+)"', page.text)
        assert seconds is not None
        assert 7190 <= int(seconds[1]) <= 7200
        for name in ("pay", "cancel", "fail", "later"):
            assert f'data-testid="{name}"' in page.text

    def test_it_loads_nothing_from_elsewhere(self, merchant: MerchantClient) -> None:
        page = _get(merchant, _cashier(merchant, new_number()))

        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.search(r'(src|href)="(https?:)?//', page.text)

    def test_paying_takes_the_payer_back(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        path = _cashier(merchant, number)

        answer = _act(merchant, path, "pay", BACK_URL)
        page = _get(merchant, path, redirect_url=BACK_URL)

        assert (answer.status_code, answer.headers["location"]) == (303, BACK_URL)
        assert merchant.state(number) == "SUCCESS"
        assert len(simulator.get("journal")) == 1
        assert 'data-outcome="paid"' in page.text
        assert 'data-testid="back"' in page.text

    def test_without_a_way_back_the_result_is_shown(self, merchant: MerchantClient) -> None:
        path = _cashier(merchant, new_number())

        answer = _act(merchant, path, "pay")
        page = _get(merchant, answer.headers["location"])

        assert 'data-outcome="paid"' in page.text

    def test_cancelling_takes_the_payer_back_unpaid(self, merchant: MerchantClient) -> None:
        number = new_number()
        path = _cashier(merchant, number)

        with_way_back = _act(merchant, path, "cancel", BACK_URL)
        without = _act(merchant, path, "cancel")
        page = _get(merchant, without.headers["location"])

        assert with_way_back.headers["location"] == BACK_URL
        assert 'data-outcome="cancelled"' in page.text
        assert 'data-testid="again"' in page.text
        assert merchant.state(number) == "NOTPAY"

    def test_a_failed_payment_stays_and_may_be_tried_again(self, merchant: MerchantClient) -> None:
        number = new_number()
        path = _cashier(merchant, number)

        failing = _act(merchant, path, "fail", BACK_URL)
        page = _get(merchant, failing.headers["location"])
        unpaid = merchant.state(number)
        _act(merchant, path, "pay")

        assert 'data-outcome="failed"' in page.text
        assert 'data-testid="pay"' in page.text
        assert quote(BACK_URL, safe="") in page.text
        assert (unpaid, merchant.state(number)) == ("NOTPAY", "SUCCESS")

    def test_paying_later_happens_after_ten_seconds(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        path = _cashier(merchant, number)

        answer = _act(merchant, path, "later")
        page = _get(merchant, answer.headers["location"])
        simulator.advance(8)
        before = merchant.state(number)
        simulator.advance(3)

        assert 'data-outcome="later"' in page.text
        assert (before, merchant.state(number)) == ("NOTPAY", "SUCCESS")

    def test_paying_later_fails_silently_when_the_trade_is_closed_meanwhile(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        answer = _act(merchant, _cashier(merchant, number), "later", BACK_URL)
        merchant.close(number)

        simulator.advance(11)

        assert answer.headers["location"] == BACK_URL
        assert merchant.state(number) == "CLOSED"
        assert simulator.get("journal") == []

    @pytest.mark.parametrize("outcome", ["closed", "code_expired", "expired"])
    def test_what_cannot_be_paid_says_why(
        self, merchant: MerchantClient, simulator: SimulatorProcess, outcome: str
    ) -> None:
        number = new_number()
        path = _cashier(merchant, number)
        if outcome == "closed":
            merchant.close(number)
        else:
            simulator.advance(2 * 3600 + 1 if outcome == "code_expired" else 8 * 86400)

        paying = _act(merchant, path, "pay")
        page = _get(merchant, paying.headers["location"])

        assert f'data-outcome="{outcome}"' in page.text
        assert 'data-testid="pay"' not in page.text
        assert simulator.get("journal") == []

    def test_an_unknown_code_is_not_found(self, merchant: MerchantClient) -> None:
        page = _get(merchant, "/_sim/cashier/nothing")

        assert page.status_code == 404
        assert 'data-outcome="unknown"' in page.text
        assert _act(merchant, "/_sim/cashier/nothing", "pay").status_code == 404

    def test_unknown_deeds_are_refused(self, merchant: MerchantClient) -> None:
        answer = _act(merchant, _cashier(merchant, new_number()), "steal")

        assert answer.status_code in (400, 404)

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "data:x", "http://["])
    def test_only_web_addresses_lead_back(self, merchant: MerchantClient, url: str) -> None:
        path = _cashier(merchant, new_number())

        page = _get(merchant, path, redirect_url=url)
        answer = _act(merchant, path, "pay", url)

        assert url not in page.text
        assert answer.headers["location"].startswith("/_sim/cashier/")


class TestWaysIn:
    @pytest.mark.parametrize("kind", ["jsapi", "app"])
    def test_a_prepay_id_opens_the_cashier(self, merchant: MerchantClient, kind: str) -> None:
        prepay_id = merchant.create(kind).json()["prepay_id"]

        assert 'data-testid="pay"' in _get(merchant, f"/_sim/cashier/{prepay_id}").text

    def test_a_code_url_opens_the_cashier(self, merchant: MerchantClient) -> None:
        code_url = merchant.create().json()["code_url"]

        answer = _get(merchant, "/_sim/cashier", code_url=code_url)

        assert answer.status_code == 303
        assert answer.headers["location"] == "/_sim/cashier/" + code_url.partition("pr=")[2]

    def test_an_h5_link_takes_an_appended_way_back(self, merchant: MerchantClient) -> None:
        number = new_number()
        h5_url = merchant.create("h5", out_trade_no=number).json()["h5_url"]

        page = merchant.simulator.http.get(h5_url + "&redirect_url=" + quote(BACK_URL, safe=""))
        action = re.search(r'data-testid="pay" formaction="([^"]+)"', page.text)
        assert action is not None
        answer = merchant.simulator.http.post(action[1])

        assert answer.headers["location"] == BACK_URL
        assert merchant.state(number) == "SUCCESS"

    @pytest.mark.parametrize(
        ("referer", "status"),
        [("https://shop.example/pay", 200), ("https://evil.example/", 403), (None, 403)],
    )
    def test_an_h5_link_opens_from_the_named_domain_only(
        self, merchant: MerchantClient, referer: str | None, status: int
    ) -> None:
        merchant.register(h5_domains=["shop.example"])
        try:
            h5_url = merchant.create("h5").json()["h5_url"]
            headers = {"Referer": referer} if referer else {}
            page = merchant.simulator.http.get(h5_url, headers=headers)
        finally:
            merchant.register()

        assert page.status_code == status
        assert ('data-outcome="wrong_domain"' in page.text) == (status == 403)

    def test_the_start_page_lists_open_trades(self, merchant: MerchantClient) -> None:
        empty = _get(merchant, "/_sim/").text
        numbers = [new_number(), new_number(), new_number()]
        for number in numbers:
            merchant.create(out_trade_no=number)
        merchant.close(numbers[0])
        merchant.simulator.post("pay", out_trade_no=numbers[1])

        page = _get(merchant, "/_sim/")
        link = re.search(rf'href="([^"]+)" data-testid="open-{numbers[2]}"', page.text)

        assert "open-" not in empty
        assert link is not None
        assert page.text.count('data-testid="open-') == 1
        assert 'data-testid="pay"' in _get(merchant, link[1]).text


def _cashier(merchant: MerchantClient, number: str, **changes: str) -> str:
    code_url = merchant.create(out_trade_no=number, **changes).json()["code_url"]
    return "/_sim/cashier/" + str(code_url).partition("pr=")[2]


def _get(merchant: MerchantClient, path: str, **query: str) -> httpx.Response:
    url = httpx.URL(path)
    return merchant.simulator.http.get(url.copy_merge_params(query))


def _act(
    merchant: MerchantClient, path: str, deed: str, redirect_url: str | None = None
) -> httpx.Response:
    query = {"redirect_url": redirect_url} if redirect_url else {}
    return merchant.simulator.http.post(f"{path}/{deed}", params=query)


def _text(page: httpx.Response, testid: str) -> str:
    found = re.search(rf'data-testid="{testid}"[^>]*>([^<]*)<', page.text)
    assert found is not None
    return found[1]
