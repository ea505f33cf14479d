"""Notices: verified before anything is believed, stored once, acted on once."""

from uuid import UUID

import httpx
import pytest

from shunyue.kernel.timers import Due
from shunyue.kernel.tokens import Actor
from shunyue.payments.api import Attempt
from tests.builders.visits import Shop


@pytest.fixture
async def attempt(shop: Shop, customer: Actor, slot: UUID) -> Attempt:
    """An attempt that was paid; its notice waits at the provider."""
    number = await shop.place_and_register(customer, slot)
    attempt = await shop.start_payment(customer, number)
    await shop.pay(attempt)
    return attempt


async def stored(shop: Shop) -> int:
    """Count stored notices."""
    count: int = await shop.value("SELECT count(*) FROM provider_notice")
    return count


@pytest.mark.req("PY-01")
class TestReceiving:
    @pytest.mark.parametrize(
        "fault",
        [
            "wrong_signature",
            "unknown_serial",
            "stale_timestamp",
            "signtest_probe",
            "tampered_body",
            "wrong_apiv3_key",
        ],
    )
    async def test_notice_that_proves_nothing_is_refused_and_its_repetition_taken(
        self, shop: Shop, attempt: Attempt, fault: str
    ) -> None:
        await shop.break_simulator(fault)

        await shop.deliver_notices()
        stored_at_first = await stored(shop)
        await shop.deliver_notices()

        assert stored_at_first == 0
        assert await stored(shop) == 1
        deliveries = (await shop.notices("delivered"))[0]["deliveries"]
        assert [one["outcome"] for one in deliveries] == ["401", "204"]

    async def test_missing_signature_type_means_the_usual_one(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await shop.break_simulator("missing_signature_type")

        await shop.deliver_notices()

        assert await stored(shop) == 1

    async def test_duplicates_are_stored_and_acted_on_once(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        await shop.break_simulator("notice_duplicated", times=4)
        number = await shop.place_and_register(customer, slot)
        await shop.pay(await shop.start_payment(customer, number))

        await shop.deliver_notices()
        acted_on = await shop.read_notices()

        assert len(await shop.notices("delivered")) == 5
        assert (await stored(shop), acted_on) == (1, 1)

    async def test_reading_a_notice_again_changes_nothing(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await shop.deliver_notices()
        await shop.read_notices()
        notice_id = await shop.value("SELECT id FROM provider_notice")

        await shop.desk.notice_due(shop.database, Due(shop.merchant_id, notice_id, 1))

        assert await shop.value("SELECT outcome FROM provider_notice") == "settled"
        assert await shop.balances() == {"channel_clearing": 48000, "customer_prepayment": -48000}

    @pytest.mark.req("PY-11")
    async def test_notice_whose_reading_fails_is_read_again(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await shop.deliver_notices()
        await shop.owner.execute("ALTER TABLE ledger_entry RENAME TO ledger_entry_gone")
        await shop.read_notices()
        unread = await shop.value("SELECT count(*) FROM provider_notice WHERE processed_at IS NULL")

        await shop.owner.execute("ALTER TABLE ledger_entry_gone RENAME TO ledger_entry")
        await shop.move_clock(2)
        await shop.read_notices()

        assert unread == 1
        assert await shop.value("SELECT outcome FROM provider_notice") == "settled"
        assert await shop.value("SELECT count(*) FROM timer WHERE kind = 'payments.notice'") == 0

    @pytest.mark.parametrize("fault", ["amount_mismatch", "currency_mismatch", "mchid_mismatch"])
    async def test_untrue_notice_is_not_booked_and_the_question_tells_the_truth(
        self, shop: Shop, customer: Actor, slot: UUID, fault: str
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.break_simulator(fault)
        await shop.pay(await shop.start_payment(customer, number))

        await shop.deliver_notices()
        await shop.read_notices()
        outcome = await shop.value("SELECT outcome FROM provider_notice")
        booked_at_first = await shop.bookings(number)
        await shop.live(30)

        assert (outcome, booked_at_first) == ("mismatch", 0)
        assert await shop.value("SELECT count(*) FROM audit_entry") == 1
        assert (await shop.order(number)).state == "confirmed"

    async def test_notice_about_a_number_we_never_gave_is_kept_for_people(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await shop.deliver_notices()
        await shop.value("UPDATE payment_attempt SET out_trade_no = 'P' || substr(out_trade_no, 2)")

        await shop.read_notices()

        assert await shop.value("SELECT outcome FROM provider_notice") == "unknown_number"

    async def test_unknown_address_is_refused(self, shop: Shop) -> None:
        channel_id = await shop.value("SELECT id FROM payment_channel")
        async with httpx.AsyncClient(base_url=shop.url) as stranger:
            nobody = await stranger.post(f"/notify/wechat/{UUID(int=1)}", content=b"{}")
            other_kind = await stranger.post(f"/notify/alipay/{channel_id}", content=b"{}")
            unsigned = await stranger.post(f"/notify/wechat/{channel_id}", content=b"{}")

        statuses = [one.status_code for one in (nobody, other_kind, unsigned)]
        assert statuses == [404, 404, 401]
