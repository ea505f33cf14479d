"""Each invariant notices what it is there for: harm done by hand is listed under its name."""

from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.identity.api import Merchant
from tests.builders.supply import make_customer, make_offering, make_slot
from tests.builders.visits import Shop
from tests.simulation.checks import InvariantBroken, Watcher
from tests.simulation.forward import backward_steps
from tests.simulation.invariants import ALWAYS, AT_REST, Charge, journal_breaches

_TELL_AGAIN = (
    "INSERT INTO inbox_message SELECT merchant_id, gen_random_uuid(), customer_id, kind, title,"
    " text, order_number, created_at, read_at FROM inbox_message"
)
_UNDECIDE = "UPDATE payment_attempt SET state = 'pending', paid_at = NULL, transaction_id = NULL"
_CHARGE = {"kind": "charge", "out_trade_no": "P1", "amount_fen": 480}
_REFUND = {"kind": "refund", "out_trade_no": "P1", "amount_fen": 480}
_CANCEL_UNPRICED = (
    "WITH fact AS (INSERT INTO order_fact SELECT merchant_id, id, gen_random_uuid(), 'cancelled',"
    " now(), 'staff', NULL, '{\"fee_fen\": 1}' FROM customer_order)"
    " UPDATE booking SET cancelled_at = app_now(), cancelled_by = 'staff'"
)
_UNGUARDED = "SET session_replication_role = replica"


@pytest.fixture
async def booked(shop: Shop, merchant: Merchant) -> UUID:
    """A slot with one booked order; everything is at rest."""
    offering = await make_offering(shop.database, merchant.merchant_id)
    starts_in = timedelta(days=2)
    slot = await make_slot(shop.database, merchant.merchant_id, offering, starts_in=starts_in)
    customer = await make_customer(shop.database, merchant.merchant_id)
    number = await shop.place_and_register(customer, slot)
    attempt = await shop.start_payment(customer, number)
    await shop.pay(attempt)
    await shop.deliver_notices()
    await shop.live(60, 30)
    return slot


class TestEachNotices:
    @pytest.mark.parametrize(
        ("name", "harm"),
        [
            ("places taken", "UPDATE slot SET places_taken = 0"),
            ("places sold", "UPDATE booking SET party_size = 2"),
            ("every ledger transaction", "DELETE FROM ledger_entry WHERE account = 'revenue'"),
            ("every charge is in the ledger", "DELETE FROM ledger_transaction"),
            ("every charge is in the ledger", "UPDATE payment_attempt SET id = order_id"),
            ("the price charged", "UPDATE payment_attempt SET amount_fen = 1"),
            ("the price charged", "UPDATE customer_order SET payable_fen = 1"),
            ("confirmed orders", "DELETE FROM booking"),
            ("confirmed orders", "UPDATE customer_order SET state = 'expired'"),
            ("confirmed orders", "UPDATE hold SET state = 'released', ended_at = app_now()"),
            ("a confirmed order that costs", "UPDATE payment SET settled_attempt_id = order_id"),
            ("what is earned", "UPDATE booking SET cancelled_at = now(), cancelled_by = 'staff'"),
            ("a cancelled booking costs", _CANCEL_UNPRICED),
            ("a place is kept", "UPDATE payment SET state = 'stopping'"),
            ("nothing is told more often", _TELL_AGAIN),
        ],
    )
    async def test_harm_is_noticed_at_once(
        self, shop: Shop, booked: UUID, name: str, harm: str
    ) -> None:
        await Watcher(shop).look()
        await shop.owner.execute(_UNGUARDED)
        await shop.owner.execute(harm)

        with pytest.raises(InvariantBroken, match=name):
            await Watcher(shop).look()

    @pytest.mark.parametrize(
        ("name", "harm"),
        [
            ("every event reached", "UPDATE outbox_delivery SET delivered_at = NULL"),
            ("every event was relayed", "UPDATE outbox SET relayed_at = NULL"),
            ("every notice was read", "UPDATE provider_notice SET processed_at = NULL"),
            ("every attempt is decided", _UNDECIDE),
            ("every order has come", "UPDATE customer_order SET payment_state = 'refunding'"),
            ("an order's payment state", "UPDATE customer_order SET payment_state = 'refunded'"),
            ("only booked places", "UPDATE slot SET places_taken = 0"),
            (
                "no money waits",
                "UPDATE ledger_entry SET account = 'exception' WHERE amount_fen < 0",
            ),
            ("everything was told", "DELETE FROM inbox_message WHERE kind = 'confirmed'"),
            ("unknown to us", "UPDATE payment_attempt SET out_trade_no = reverse(out_trade_no)"),
            ("the ledger says", "UPDATE ledger_entry SET amount_fen = amount_fen * 2"),
        ],
    )
    async def test_harm_is_noticed_at_rest(
        self, shop: Shop, booked: UUID, name: str, harm: str
    ) -> None:
        await Watcher(shop).look_at_rest()
        await shop.owner.execute(_UNGUARDED)
        await shop.owner.execute(harm)

        with pytest.raises(InvariantBroken, match=name):
            await Watcher(shop).look_at_rest()

    async def test_every_invariant_has_a_name_of_its_own(self) -> None:
        names = [one.name for one in (*ALWAYS, *AT_REST)]

        assert len(set(names)) == len(names)


class TestJournal:
    @pytest.mark.parametrize(
        ("journal", "charge"),
        [
            ([_CHARGE], Charge("P1", 480, kept_fen=0, refunded_fen=0)),
            ([_CHARGE, _REFUND], Charge("P1", 480, kept_fen=480, refunded_fen=480)),
            ([_CHARGE, _REFUND], Charge("P1", 480, kept_fen=0, refunded_fen=0)),
            ([_CHARGE, _REFUND], Charge("P1", 480, kept_fen=96, refunded_fen=480)),
            ([_CHARGE], Charge("P1", 479, kept_fen=479, refunded_fen=0)),
            ([_CHARGE, _CHARGE], Charge("P1", 480, kept_fen=480, refunded_fen=0)),
            ([], Charge("P1", 480, kept_fen=480, refunded_fen=0)),
        ],
    )
    def test_charge_that_is_neither_booking_nor_refund_is_named(
        self, journal: list[dict[str, object]], charge: Charge
    ) -> None:
        moved_fen = sum(480 if one["kind"] == "charge" else -480 for one in journal)

        assert [line for line in journal_breaches(journal, [charge], moved_fen) if "P1" in line]

    def test_booked_and_refunded_charges_are_fine(self) -> None:
        other = _CHARGE | {"out_trade_no": "P2"}
        charges = [
            Charge("P1", 480, kept_fen=0, refunded_fen=480),
            Charge("P2", 480, kept_fen=480, refunded_fen=0),
        ]

        assert journal_breaches([_CHARGE, _REFUND, other], charges, 480) == []


class TestForward:
    def test_state_that_goes_back_is_named(self) -> None:
        before = {"1": ("confirmed", "paid"), "2": ("expired", "refunded"), "3": ("placed", "none")}
        before["3"] = ("awaiting_payment", "pending")
        after = {
            "1": ("expired", "paid"),
            "2": ("expired", "refunding"),
            "3": ("confirmed", "paid"),
        }

        assert [line.split(":")[0] for line in backward_steps(before, after)] == ["1", "2"]
