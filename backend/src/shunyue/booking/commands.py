"""From a held slot to a booking: confirming, keeping, giving back."""

from uuid import UUID

from shunyue.booking import queries
from shunyue.booking.errors import (
    HoldExpired,
    HoldNotFound,
    PartyTooLarge,
    PolicyChanged,
    PriceChanged,
    SlotClosed,
    SlotFull,
    SlotPast,
    SlotTaken,
    SlotTooEarly,
    SlotTooLate,
    TooManyOpenBookings,
)
from shunyue.booking.records import Hold, Placement
from shunyue.catalog.api import CancellationPolicy, Offering, offering_by_id
from shunyue.identity.api import merchant_by_id
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import IdempotencyKeyReused
from shunyue.kernel.ids import new_id
from shunyue.ordering.api import (
    Order,
    Terms,
    TermsOffering,
    TermsResource,
    TermsSlot,
    lock_order_of_hold,
    place_order,
    price_of,
)
from shunyue.scheduling.api import Resource, Slot, SlotNotFound, resource_by_id, slot_by_id


def refuse_placement(placement: Placement) -> None:
    """Raise the refusal of a wish that got no places; returns for one that did."""
    left = {"places_left": placement.places_left, "capacity": placement.capacity}
    match placement.outcome:
        case "held" | "replayed":
            return
        case "full":
            raise SlotFull(**left)
        case "taken":
            raise SlotTaken
        case "closed":
            raise SlotClosed
        case "past":
            raise SlotPast
        case "too_late":
            raise SlotTooLate
        case "too_early":
            raise SlotTooEarly
        case "not_found":
            raise SlotNotFound
    _refuse_wish(placement)


def _refuse_wish(placement: Placement) -> None:
    """Raise what is wrong with the wish rather than with its slot."""
    match placement.outcome:
        case "too_many_open":
            raise TooManyOpenBookings(count=placement.places_left, limit=placement.capacity)
        case "party_too_large":
            raise PartyTooLarge(max_party=placement.capacity)
        case "key_reused":
            raise IdempotencyKeyReused


async def own_hold(tx: Transaction, hold_id: UUID) -> Hold:
    """Read a hold of the acting customer; raises `HoldNotFound` for anybody else's."""
    hold = await queries.hold_by_id(tx, hold_id)
    if hold is None or hold.customer_id != tx.actor_id:
        raise HoldNotFound
    return hold


async def confirm_hold(
    tx: Transaction,
    *,
    hold_id: UUID,
    shown_fen: int | None = None,
    shown_policy: CancellationPolicy | None = None,
) -> Order:
    """Issue the order for held places, on today's terms; confirming twice finds the same order.

    Raises `HoldExpired`; `PriceChanged` and `PolicyChanged` when the customer was shown another
    price or another cost of cancelling.
    """
    hold = await queries.lock_hold(tx, hold_id)
    if hold is None or hold.customer_id != tx.actor_id:
        raise HoldNotFound
    if hold.state == "confirmed" and (order := await lock_order_of_hold(tx, hold_id)) is not None:
        return order
    if hold.state != "active" or hold.expires_at is None or hold.expires_at <= tx.now:
        raise HoldExpired
    terms, time_zone = await terms_of(tx, hold.slot_id, hold.party_size)
    if shown_fen is not None and shown_fen != terms.price.payable_fen:
        raise PriceChanged(payable_fen=terms.price.payable_fen)
    if shown_policy is not None and shown_policy != terms.policy:
        raise PolicyChanged
    await tx.connection.execute(
        "UPDATE hold SET state = 'confirmed', confirmed_at = $3 WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        hold_id,
        tx.now,
    )
    return await place_order(
        tx,
        hold_id=hold_id,
        customer_id=hold.customer_id,
        party_size=hold.party_size,
        terms=terms,
        register_by=hold.expires_at,
        time_zone=time_zone,
    )


async def release_hold(tx: Transaction, *, hold_id: UUID) -> None:
    """Give places back before an order was issued; doing it twice is fine.

    Raises `HoldNotFound` for somebody else's hold. A confirmed one is left to its order.
    """
    await own_hold(tx, hold_id)
    # The slot first, as everybody does; then nobody can confirm the hold meanwhile.
    await queries.lock_slot_of_hold(tx, hold_id)
    hold = await queries.lock_hold(tx, hold_id)
    if hold is not None and hold.state == "active":
        await give_back(tx, hold_id)


async def keep_hold(tx: Transaction, hold_id: UUID) -> None:
    """Stop the 15-minute clock of a confirmed hold: its order was registered in time.

    Raises `HoldExpired` from the instant of expiry on, whether or not a sweep came by. Its busy
    time is kept in the same breath; if somebody took the resource first, it is over too.
    """
    is_busy_time_kept = await tx.connection.fetchval(
        "WITH kept AS (UPDATE hold SET expires_at = NULL WHERE merchant_id = $1 AND id = $2"
        "  AND state = 'confirmed' AND expires_at > $3 RETURNING merchant_id, slot_id),"
        " busy AS (UPDATE occupancy o SET expires_at = NULL FROM kept k"
        "  WHERE o.merchant_id = k.merchant_id AND o.slot_id = k.slot_id RETURNING o.resource_id)"
        " SELECT NOT s.is_occupying_when_taken OR (SELECT count(*) FROM busy) ="
        "  (SELECT count(*) FROM slot_resource r WHERE r.merchant_id = $1 AND r.slot_id = s.id)"
        " FROM kept k JOIN slot s ON s.merchant_id = k.merchant_id AND s.id = k.slot_id",
        tx.merchant_id,
        hold_id,
        tx.now,
    )
    if not is_busy_time_kept:
        raise HoldExpired


async def take_again(tx: Transaction, order: Order) -> UUID | None:
    """Take the places of an order's slot once more, for money that came late.

    Returns the new hold, kept without a clock, or None when they are gone or it is too late.
    """
    row = await tx.connection.fetchrow(
        queries.TAKE_PLACES,
        tx.merchant_id,
        [order.slot_id],
        [order.party_size],
        [order.customer_id],
        [new_id()],
        [new_id()],
        None,
        False,
    )
    assert row is not None
    placement = queries.placement_of(row)
    if placement.outcome != "held":
        return None
    _announce(tx)
    return placement.hold_id


async def give_back(tx: Transaction, hold_id: UUID) -> bool:
    """Give the places of a hold back; returns whether it still had any."""
    is_given = bool(await queries.give_places_back(tx, [hold_id], "released"))
    _announce(tx)
    return is_given


async def book(tx: Transaction, order: Order) -> None:
    """Turn an order's held places into the agreed use of its slot."""
    await tx.connection.execute(
        "INSERT INTO booking (merchant_id, id, order_id, hold_id, slot_id, party_size, booked_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.merchant_id,
        new_id(),
        order.id,
        order.hold_id,
        order.slot_id,
        order.party_size,
        tx.now,
    )


async def cancel(tx: Transaction, order: Order) -> None:
    """End the agreed use of a slot: the booking does not count any more, its places are free.

    Asserts that it stood: the caller holds the order's lock, and cancels once.
    """
    cancelled = await tx.connection.fetchval(
        "UPDATE booking SET cancelled_at = $3, cancelled_by = $4"
        " WHERE merchant_id = $1 AND order_id = $2 AND cancelled_at IS NULL RETURNING true",
        tx.merchant_id,
        order.id,
        tx.now,
        tx.actor.kind,
    )
    assert cancelled, f"order {order.number} has no booking to cancel"
    is_given = await give_back(tx, order.hold_id)
    assert is_given, f"the places of order {order.number} were gone"


async def terms_of(tx: Transaction, slot_id: UUID, party_size: int) -> tuple[Terms, str]:
    """Put together what is promised for a slot now; returns the merchant's time zone too."""
    slot = await slot_by_id(tx, slot_id)
    assert slot is not None
    offering = await offering_by_id(tx, slot.offering_id)
    resource = await resource_by_id(tx, slot.resource_id) if slot.resource_id else None
    merchant = await merchant_by_id(tx.connection, tx.merchant_id)
    return _terms(offering, slot, resource, party_size, merchant.payee_name), merchant.time_zone


def _terms(
    offering: Offering, slot: Slot, resource: Resource | None, party_size: int, payee: str
) -> Terms:
    return Terms(
        offering=TermsOffering(
            id=offering.id,
            name=offering.name,
            kind=offering.kind,
            cover_url=offering.cover_url,
            price_unit=offering.price_unit,
            duration_minutes=offering.duration_minutes,
            location_mode=offering.location_mode,
        ),
        slot=TermsSlot(id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at),
        resource=_terms_resource(resource) if resource else None,
        location=offering.location,
        policy=offering.policy,
        rules_version=offering.rules.version,
        price=price_of(offering.price_fen, party_size),
        payee=payee,
    )


def _terms_resource(resource: Resource) -> TermsResource:
    return TermsResource(
        id=resource.id,
        kind=resource.kind,
        name=resource.name,
        title=resource.title,
        photo_url=resource.photo_url,
    )


def _announce(tx: Transaction) -> None:
    tx.announce(f"slots:{tx.merchant_id}")
    tx.announce("outbox")
