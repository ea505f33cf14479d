"""Today's board: every state of a slot has its block, and the figures are those of the books."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from shunyue.backoffice.board import today
from shunyue.backoffice.schemas import Block, TodayView
from shunyue.booking.api import PlaceTaker, Wish, confirm_hold
from shunyue.identity.api import Merchant
from shunyue.journey.api import submit_registration
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor, system_actor
from tests.backoffice.conftest import Console
from tests.builders.supply import make_customer, make_offering, make_resource, make_slot
from tests.product import RunningProduct

_ANSWERS = {"name": "许知行", "phone": "13805712468", "experience": "first_time"}


class Board:
    """A merchant with one teacher and one lesson of tomorrow."""

    def __init__(self, database: Database, pool: asyncpg.Pool, merchant: Merchant) -> None:
        self.database, self.merchant = database, merchant
        self._places = PlaceTaker(pool, lambda _: None)

    async def furnish(self) -> None:
        """Add the teacher and the lesson."""
        merchant_id = self.merchant.merchant_id
        self.teacher = await make_resource(self.database, merchant_id)
        offering = await make_offering(self.database, merchant_id)
        self.slot = await make_slot(self.database, merchant_id, offering, resource_id=self.teacher)
        self.customer = await make_customer(self.database, merchant_id, name="许知行")

    async def hold(self, customer: Actor | None = None) -> UUID:
        """Have the lesson chosen."""
        customer_id = (customer or self.customer).id or new_id()
        wish = Wish(self.slot, 1, customer_id, new_id())
        return (await self._places.hold(self.merchant.merchant_id, wish)).hold_id

    async def order(self) -> str:
        """Have the lesson ordered; returns the number."""
        hold_id = await self.hold()
        async with self.database.begin(self.customer) as tx:
            return (await confirm_hold(tx, hold_id=hold_id)).number

    async def register(self) -> str:
        """Have the lesson ordered and registered."""
        number = await self.order()
        async with self.database.begin(self.customer) as tx:
            await submit_registration(tx, number=number, answers=_ANSWERS)
        return number

    async def change(self, what: str) -> None:
        """Change rows of the merchant (`$1`) about the lesson (`$2`)."""
        merchant_id = self.merchant.merchant_id
        async with self.database.begin(system_actor(merchant_id)) as tx:
            await tx.connection.execute(
                f"{what} WHERE merchant_id = $1 AND $2::uuid = $2", merchant_id, self.slot
            )

    async def read(self) -> TodayView:
        """Read the board of the lesson's day."""
        async with self.database.begin(system_actor(self.merchant.merchant_id)) as tx:
            starts_at: datetime = await tx.connection.fetchval(
                "SELECT starts_at FROM slot WHERE merchant_id = $1 AND id = $2",
                tx.merchant_id,
                self.slot,
            )
            day = starts_at.astimezone(ZoneInfo(self.merchant.time_zone)).date()
            return await today(tx, self.merchant, day)

    async def block(self) -> Block:
        """Read the lesson's block."""
        view = await self.read()
        (block,) = view.lanes[0].blocks
        assert view.lanes[0].resource.id == self.teacher
        return block


@pytest.fixture
async def board(database: Database, pool: asyncpg.Pool, merchant: Merchant) -> Board:
    """The board of a merchant with one lesson."""
    board = Board(database, pool, merchant)
    await board.furnish()
    return board


@pytest.mark.req("MC-01")
class TestBlocks:
    async def test_free(self, board: Board) -> None:
        block = await board.block()

        assert (block.kind, block.title, block.subtitle) == ("free", "可约", "私教")
        assert (block.places_taken, block.capacity) == (0, 1)

    async def test_held_while_somebody_chooses(self, board: Board) -> None:
        await board.hold()

        block = await board.block()

        assert (block.kind, block.title, block.order_number) == ("held", "许知行", None)
        assert block.expires_at is not None

    async def test_held_with_its_number_while_somebody_registers(self, board: Board) -> None:
        number = await board.order()

        block = await board.block()

        assert (block.kind, block.order_number) == ("held", number)

    async def test_awaiting_payment_until_the_window_ends(self, board: Board) -> None:
        number = await board.register()

        block = await board.block()
        view = await board.read()

        assert (block.kind, block.order_number) == ("awaiting_payment", number)
        assert block.expires_at is not None
        assert view.server_time < block.expires_at <= view.server_time + timedelta(minutes=30)

    @pytest.mark.parametrize(
        ("kind", "starts"),
        [("confirmed", "20 hours"), ("live", "-30 minutes"), ("done", "-2 hours")],
    )
    async def test_of_a_booking_follow_the_clock(
        self, board: Board, kind: str, starts: str
    ) -> None:
        number = await board.register()
        await board.change("UPDATE customer_order SET state = 'confirmed'")
        await board.change(
            f"UPDATE slot SET starts_at = app_now() + interval '{starts}',"
            f" ends_at = app_now() + interval '{starts}' + interval '1 hour',"
            f" closes_at = app_now() + interval '{starts}'"
        )

        block = await board.block()

        assert (block.kind, block.order_number) == (kind, number)

    @pytest.mark.parametrize(("reason", "kind"), [("break", "break"), ("holiday", "closed")])
    async def test_closed_with_the_reason(self, board: Board, reason: str, kind: str) -> None:
        await board.change(
            f"UPDATE slot SET state = 'closed', closed_reason = '{reason}', closed_text = '午休'"
        )

        block = await board.block()

        assert (block.kind, block.title) == (kind, "午休")

    async def test_free_again_at_the_instant_of_the_expiry(self, board: Board) -> None:
        await board.hold()
        await board.change("UPDATE hold SET expires_at = app_now()")
        await board.change("UPDATE occupancy SET expires_at = app_now()")

        block = await board.block()

        assert (block.kind, block.places_taken) == ("free", 0)

    async def test_of_somebody_without_a_name_show_a_masked_number(
        self, board: Board, database: Database, merchant: Merchant
    ) -> None:
        await board.hold(await make_customer(database, merchant.merchant_id))

        block = await board.block()

        assert block.title.startswith("138****")


@pytest.mark.req("MC-01")
class TestDayOff:
    async def test_is_said_with_its_name(self, board: Board) -> None:
        await board.change(
            "UPDATE slot SET state = 'closed', closed_reason = 'day_off', closed_text = '店休'"
        )
        async with board.database.begin(system_actor(board.merchant.merchant_id)) as tx:
            await tx.connection.execute(
                "INSERT INTO calendar_exception (merchant_id, id, resource_id, on_date, is_open,"
                " name) SELECT $1, $2, $3, (starts_at AT TIME ZONE 'Asia/Shanghai')::date, false,"
                " '培训' FROM slot WHERE merchant_id = $1",
                tx.merchant_id,
                new_id(),
                board.teacher,
            )

        view = await board.read()

        assert view.lanes[0].day_off == "培训"

    async def test_is_none_while_something_is_open(self, board: Board) -> None:
        view = await board.read()

        assert view.lanes[0].day_off is None

    async def test_of_a_day_without_any_slot_is_one(self, board: Board) -> None:
        async with board.database.begin(system_actor(board.merchant.merchant_id)) as tx:
            view = await today(tx, board.merchant, date(2031, 1, 1))

        assert (view.lanes[0].day_off, view.lanes[0].blocks) == ("今天休息", [])


@pytest.mark.req("MC-03")
class TestFigures:
    async def test_count_what_happened_to_one_order(self, board: Board) -> None:
        await board.register()
        async with board.database.begin(system_actor(board.merchant.merchant_id)) as tx:
            figures = (await today(tx, board.merchant, None)).figures

        assert (figures.bookings, figures.registrations, figures.payments) == (1, 1, 0)
        assert (figures.awaiting_payment.count, figures.awaiting_payment.amount_fen) == (1, 48000)
        assert (figures.holding.count, figures.received_fen, figures.methods) == (0, 0, [])

    def test_of_the_demo_are_those_of_ledger_and_facts(
        self, product: RunningProduct, owner_console: Console
    ) -> None:
        [(received,)] = product.sql(
            "SELECT coalesce(sum(amount_fen), 0)::bigint"
            " FROM ledger_entry JOIN ledger_transaction t ON t.id = transaction_id"
            " WHERE account = 'channel_clearing' AND (posted_at AT TIME ZONE 'Asia/Shanghai')::date"
            " = (app_now() AT TIME ZONE 'Asia/Shanghai')::date"
        )
        facts = dict(
            product.sql(
                "SELECT kind, count(*) FROM order_fact"
                " WHERE (at AT TIME ZONE 'Asia/Shanghai')::date"
                " = (app_now() AT TIME ZONE 'Asia/Shanghai')::date GROUP BY kind"
            )
        )

        figures = owner_console.get("today")["figures"]

        assert figures["received_fen"] == received
        assert figures["payments"] == facts.get("paid", 0) + facts.get("booked_again", 0)
        assert figures["bookings"] == facts.get("placed", 0)
        assert figures["registrations"] == facts.get("registered", 0)
        assert sum(one["count"] for one in figures["methods"]) == figures["payments"]

    def test_of_a_payment_appear_at_once(
        self, product: RunningProduct, owner_console: Console
    ) -> None:
        customer = product.customer()
        before = owner_console.get("today")["figures"]

        number = customer.place_order(customer.free_slots("event")[0]["id"])
        order = customer.register(number)
        customer.pay_at_cashier(customer.start_payment(number))
        customer.wait_for_state(number, "confirmed")

        after = owner_console.get("today")
        figures, price = after["figures"], order["price"]["payable_fen"]
        assert figures["received_fen"] == before["received_fen"] + price
        assert figures["payments"] == before["payments"] + 1
        assert figures["bookings"] == before["bookings"] + 1
        assert number in {one["order_number"] for one in after["feed"]}
