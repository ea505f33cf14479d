"""What the console shows of a cancelled booking: the fee that stays, and nothing that went back."""

from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.backoffice import board, orders
from shunyue.backoffice.schemas import Figures, OrderDetail
from shunyue.identity.api import Merchant
from shunyue.kernel.tokens import Actor
from tests.builders.supply import make_slot
from tests.builders.visits import Shop


async def detail_of(shop: Shop, number: str) -> OrderDetail:
    """Read an order as the console shows it."""
    async with shop.database.begin(shop.system) as tx:
        return await orders.read_order(tx, number, is_contact_shown=True)


async def figures_of(shop: Shop, merchant: Merchant) -> Figures:
    """Read today in numbers."""
    async with shop.database.begin(shop.system) as tx:
        return (await board.today(tx, merchant, None)).figures


@pytest.mark.req("MC-01", "MC-03", "PY-13")
class TestOrder:
    async def test_says_what_came_what_went_back_and_what_stays(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)
        await shop.cancel(customer, number, 9600)
        await shop.live(60, 10)

        detail = await detail_of(shop, number)

        totals = detail.totals
        assert (totals.received_fen, totals.refunded_fen, totals.kept_fen) == (48000, 38400, 9600)
        told = {row.kind: (row.detail, row.change_fen, row.balance_fen) for row in detail.timeline}
        assert told["cancelled"] == ("客户取消，按规则收取 ¥96.00", None, 48000)
        assert told["refunded"] == ("客户取消", -38400, 9600)

    async def test_of_the_merchant_is_in_the_audit_with_its_reason(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)
        await shop.cancel_for_merchant(number, note="停电")

        detail = await detail_of(shop, number)

        assert [(one.action, one.reason) for one in detail.audit] == [("取消预约", "停电")]
        assert detail.order.cancel_now is None


@pytest.mark.req("MC-03")
class TestToday:
    async def test_channels_count_what_is_kept(
        self, shop: Shop, merchant: Merchant, customer: Actor, offering: UUID
    ) -> None:
        slot = await make_slot(
            shop.database, merchant.merchant_id, offering, capacity=3, starts_in=timedelta(days=1)
        )
        await shop.book(customer, slot)
        late = await shop.book(customer, slot)
        forgiven = await shop.book(customer, slot)
        await shop.cancel(customer, late, 9600)
        await shop.cancel_for_merchant(forgiven)
        await shop.live(60, 10)

        figures = await figures_of(shop, merchant)

        assert [(one.channel, one.count, one.amount_fen) for one in figures.methods] == [
            ("wechat", 2, 57600)
        ]
        assert figures.received_fen == 57600
