"""Our WeChat Pay client against the simulator, which has cryptography of its own."""

from datetime import timedelta

import httpx
import pytest

from shunyue.payments.providers import port
from tests.payments.providers.paysim_attempts import make_attempt, new_number, paid_attempt
from tests.payments.providers.paysim_process import Shop
from tests.payments.providers.wechat_vectors import KEYS, usable

pytestmark = [pytest.mark.req("PY-01"), pytest.mark.asyncio]

RESPONSE_FLAWS = [
    "wrong_signature",
    "unknown_serial",
    "stale_timestamp",
    "signtest_probe",
    "tampered_body",
]


class TestCreate:
    async def test_code_leads_to_the_cashier(self, shop: Shop) -> None:
        attempt = make_attempt(shop)

        prompt = await shop.provider().create(attempt, port.NativeScene())

        async with shop.sim.http() as payer:
            page = await payer.get(
                "/_sim/cashier", params={"code_url": prompt.code_url or ""}, follow_redirects=True
            )
        assert page.status_code == 200
        assert attempt.out_trade_no in page.text

    async def test_h5_payer_comes_back_to_our_page(self, shop: Shop) -> None:
        attempt = make_attempt(shop)
        back = "https://shop.example.com/m/qihe/#/orders/261123042178?checking=1&步骤=付款"

        scene = port.H5Scene(payer_ip="192.0.2.7", return_url=back)
        prompt = await shop.provider().create(attempt, scene)

        assert prompt.h5_url is not None
        url = httpx.URL(prompt.h5_url)
        async with shop.sim.http() as payer:
            page = await payer.get(url)
            paid = await payer.post(
                f"/_sim/cashier/{url.path.rpartition('/')[2]}/pay",
                params={"redirect_url": url.params["redirect_url"]},
            )
        assert page.status_code == 200
        assert httpx.URL(paid.headers["Location"]) == httpx.URL(back)

    async def test_jsapi_order_gives_a_prepay_id(self, shop: Shop) -> None:
        scene = port.JsapiScene(payer_id="oTEST0000000000000001")

        prompt = await shop.provider().create(make_attempt(shop), scene)

        assert prompt.app_params is not None
        assert prompt.app_params["package"].startswith("prepay_id=wx")

    async def test_repeat_gives_a_fresh_code_of_the_same_order(self, shop: Shop) -> None:
        attempt = make_attempt(shop)

        first = await shop.provider().create(attempt, port.NativeScene())
        second = await shop.provider().create(attempt, port.NativeScene())

        assert first.code_url != second.code_url
        await shop.pay(attempt.out_trade_no)

    async def test_number_cannot_change_its_price(self, shop: Shop) -> None:
        attempt = make_attempt(shop)
        await shop.provider().create(attempt, port.NativeScene())
        cheaper = make_attempt(shop, 100, attempt.out_trade_no)

        with pytest.raises(port.ProviderRefused) as refusal:
            await shop.provider().create(cheaper, port.NativeScene())

        assert refusal.value.code == "OUT_TRADE_NO_USED"
        assert refusal.value.request_id

    async def test_longest_description_is_accepted(self, shop: Shop) -> None:
        attempt = port.AttemptOrder(
            out_trade_no=new_number(),
            description="理" * 500,
            amount_fen=1,
            expires_at=shop.sim.now() + timedelta(minutes=30),
        )

        assert (await shop.provider().create(attempt, port.NativeScene())).code_url

    async def test_lost_answer_is_unknown_and_the_same_call_succeeds(self, shop: Shop) -> None:
        attempt = make_attempt(shop)
        await shop.break_with("response_lost", route="create")

        with pytest.raises(port.ProviderUnreachable, match="no_answer"):
            await shop.provider().create(attempt, port.NativeScene())
        repeated = await shop.provider().create(attempt, port.NativeScene())

        assert repeated.code_url


class TestQuery:
    async def test_attempt_goes_from_absent_over_pending_to_paid(self, shop: Shop) -> None:
        provider, attempt = shop.provider(), make_attempt(shop)

        before = await provider.query(attempt.out_trade_no)
        await provider.create(attempt, port.NativeScene())
        pending = await provider.query(attempt.out_trade_no)
        await shop.pay(attempt.out_trade_no)
        paid = await provider.query(attempt.out_trade_no)

        assert (before.state, pending.state, paid.state) == ("absent", "pending", "paid")
        assert (paid.amount_fen, paid.currency) == (19_800, "CNY")
        assert (paid.merchant_account_id, paid.app_id) == (shop.mchid, KEYS["appid"])
        assert paid.transaction_id
        assert paid.paid_at is not None
        assert abs(paid.paid_at - shop.sim.now()) < timedelta(seconds=10)

    async def test_coupon_of_the_provider_does_not_lower_the_amount(self, shop: Shop) -> None:
        attempt = await paid_attempt(shop, coupon_fen=1_000)

        paid = await shop.provider().query(attempt.out_trade_no)

        assert paid.amount_fen == 19_800

    @pytest.mark.parametrize("flaw", RESPONSE_FLAWS)
    async def test_answer_with_a_flaw_is_never_believed(self, shop: Shop, flaw: str) -> None:
        attempt = await paid_attempt(shop)
        await shop.break_with(flaw, route="query")

        with pytest.raises(port.AnswerUnusable):
            await shop.provider().query(attempt.out_trade_no)

        assert (await shop.provider().query(attempt.out_trade_no)).state == "paid"

    @pytest.mark.parametrize("flaw", RESPONSE_FLAWS)
    async def test_absence_with_a_flaw_is_not_believed_either(self, shop: Shop, flaw: str) -> None:
        await shop.break_with(flaw, route="query")

        with pytest.raises(port.AnswerUnusable):
            await shop.provider().query("261123042178P0000000")

    async def test_missing_signature_type_is_harmless(self, shop: Shop) -> None:
        attempt = await paid_attempt(shop)
        await shop.break_with("missing_signature_type", route="query")

        assert (await shop.provider().query(attempt.out_trade_no)).state == "paid"

    @pytest.mark.parametrize(
        ("kind", "terms", "code"),
        [
            ("error_before", {"status": 500}, "SYSTEM_ERROR"),
            ("error_after", {"status": 502}, "SYSTEM_ERROR"),
            ("error_before", {"status": 429}, "FREQUENCY_LIMITED"),
            ("response_lost", {}, "no_answer"),
            ("timeout_before", {"seconds": 0.2}, "no_answer"),
            ("slow_response", {"seconds": 3}, "no_answer"),
        ],
    )
    async def test_trouble_on_the_way_is_unknown(
        self, shop: Shop, kind: str, terms: dict[str, object], code: str
    ) -> None:
        attempt = await paid_attempt(shop)
        await shop.break_with(kind, route="query", **terms)

        with pytest.raises(port.ProviderUnreachable, match=code):
            await shop.provider().query(attempt.out_trade_no)

        assert (await shop.provider().query(attempt.out_trade_no)).state == "paid"


class TestSettings:
    async def test_wrong_merchant_key_is_told(self, shop: Shop) -> None:
        provider = shop.provider(merchant_private_key=usable(KEYS["stranger"]["private_key"]))

        assert await misconfiguration(provider) == "SIGN_ERROR"

    async def test_wrong_certificate_serial_is_told(self, shop: Shop) -> None:
        assert await misconfiguration(shop.provider(merchant_serial="0" * 40)) == "SIGN_ERROR"

    async def test_unknown_merchant_is_told(self, shop: Shop) -> None:
        assert await misconfiguration(shop.provider(mchid="1800000000")) == "MCH_NOT_EXISTS"

    @pytest.mark.parametrize("minutes", [-10, 10])
    async def test_wrong_clock_is_told(self, shop: Shop, minutes: int) -> None:
        provider = shop.provider(clock=lambda: shop.sim.now() + timedelta(minutes=minutes))

        assert await misconfiguration(provider) == "SIGN_ERROR"

    async def test_app_of_another_merchant_is_told(self, shop: Shop) -> None:
        provider = shop.provider(appid="wx9999999999999999")

        with pytest.raises(port.ProviderMisconfigured) as error:
            await provider.create(make_attempt(shop), port.NativeScene())

        assert error.value.code == "APPID_MCHID_NOT_MATCH"

    async def test_wrong_platform_key_proves_nothing(self, shop: Shop) -> None:
        keys = dict.fromkeys(shop.platform_keys, KEYS["stranger"]["public_key"])
        attempt = await paid_attempt(shop)

        with pytest.raises(port.AnswerUnusable):
            await shop.provider(platform_keys=keys).query(attempt.out_trade_no)


class TestClose:
    async def test_unpaid_attempt_closes_once(self, shop: Shop) -> None:
        provider, attempt = shop.provider(), make_attempt(shop)
        await provider.create(attempt, port.NativeScene())

        await provider.close(attempt.out_trade_no)

        assert (await provider.query(attempt.out_trade_no)).state == "closed"
        with pytest.raises(port.CloseRefused):
            await provider.close(attempt.out_trade_no)
        with pytest.raises(port.ProviderRefused):
            await provider.create(attempt, port.NativeScene())

    async def test_paid_attempt_does_not_close(self, shop: Shop) -> None:
        attempt = await paid_attempt(shop)

        with pytest.raises(port.CloseRefused):
            await shop.provider().close(attempt.out_trade_no)

        assert (await shop.provider().query(attempt.out_trade_no)).state == "paid"

    async def test_absent_attempt_does_not_close(self, shop: Shop) -> None:
        with pytest.raises(port.CloseRefused):
            await shop.provider().close("261123042178P0000000")

    async def test_payment_may_win_the_race_after_all(self, shop: Shop) -> None:
        provider, attempt = shop.provider(), make_attempt(shop)
        await provider.create(attempt, port.NativeScene())
        await shop.break_with("close_race")

        await provider.close(attempt.out_trade_no)

        assert (await provider.query(attempt.out_trade_no)).state == "paid"

    @pytest.mark.parametrize("flaw", [flaw for flaw in RESPONSE_FLAWS if flaw != "tampered_body"])
    async def test_unproven_204_closes_nothing(self, shop: Shop, flaw: str) -> None:
        provider, attempt = shop.provider(), make_attempt(shop)
        await provider.create(attempt, port.NativeScene())
        await shop.break_with(flaw, route="close")

        with pytest.raises(port.AnswerUnusable):
            await provider.close(attempt.out_trade_no)


async def misconfiguration(provider: port.PaymentProvider) -> str:
    with pytest.raises(port.ProviderMisconfigured) as error:
        await provider.query("261123042178P0000000")
    return error.value.code
