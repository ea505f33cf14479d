"""Queues notices and decides when each is tried, tried again, or given up."""

import copy

from paysim.faults import fire
from paysim.records import Delivery, Notice, NoticeFault
from paysim.simulation import Simulation

# What WeChat Pay publishes: 15s 15s 30s 3m 10m 20m 30m three
# times, 60m, 3h three times, 6h twice: 24 h 4 min in all.
RETRY_SECONDS = (
    15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600,
)  # fmt: skip
FALSIFICATIONS: tuple[NoticeFault, ...] = (
    "amount_mismatch",
    "mchid_mismatch",
    "currency_mismatch",
)
LONGEST_WAIT_FOR_NEXT_SECONDS = 60.0


def enqueue(sim: Simulation, notice: Notice) -> None:
    """Queue a notice as it is, or as the faults of the moment want it."""
    route = f"notice.{notice.kind}"
    _falsify(sim, notice, route)
    delay = fire(sim, "notice_delayed", route=route, mchid=notice.account)
    if delay is not None:
        notice.due_at += delay.seconds or 0.0
    reorder = fire(sim, "notice_reordered", route=route, mchid=notice.account)
    if reorder is not None:
        notice.is_waiting_for_next = True
        notice.due_at += reorder.seconds or LONGEST_WAIT_FOR_NEXT_SECONDS
    if fire(sim, "notice_dropped", route=route, mchid=notice.account) is not None:
        notice.status = "dropped"
    _add(sim, notice)
    duplicate = fire(sim, "notice_duplicated", route=route, mchid=notice.account)
    for _ in range(duplicate.times if duplicate is not None else 0):
        twin = copy.deepcopy(notice)
        twin.number = sim.next_number()
        _add(sim, twin)


def record_delivery(sim: Simulation, notice: Notice, delivery: Delivery) -> None:
    """Note how an attempt ended; plan the next one or let those go that waited for this."""
    notice.deliveries.append(delivery)
    sim.note_change()
    if delivery.is_accepted:
        notice.status = "delivered"
    elif len(notice.deliveries) > len(RETRY_SECONDS):
        notice.status = "given_up"
    else:
        # Counted from the planned time, so that a jump of the clock catches up on every attempt.
        notice.due_at += RETRY_SECONDS[len(notice.deliveries) - 1]
        plan_delivery(sim, notice)
    for other in sim.state.notices.values():
        if other.is_waiting_for_next and other is not notice and other.account == notice.account:
            other.is_waiting_for_next = False
            other.due_at = sim.now()
            plan_delivery(sim, other)


def plan_delivery(sim: Simulation, notice: Notice) -> None:
    """Put a queued notice on the agenda."""
    if notice.status == "queued":
        sim.agenda.plan(notice.due_at, "notice", str(notice.number))


def _add(sim: Simulation, notice: Notice) -> None:
    sim.state.notices[notice.number] = notice
    sim.note_change()
    plan_delivery(sim, notice)


def _falsify(sim: Simulation, notice: Notice, route: str) -> None:
    for kind in FALSIFICATIONS:
        if fire(sim, kind, route=route, mchid=notice.account) is not None:
            notice.flaws.append(kind)
    amount = notice.content["amount"]
    assert isinstance(amount, dict)
    if "amount_mismatch" in notice.flaws:
        amount["total"] += 1
    if "currency_mismatch" in notice.flaws:
        amount["currency"] = "USD"
    if "mchid_mismatch" in notice.flaws:
        notice.content["mchid"] = "1999999999"
