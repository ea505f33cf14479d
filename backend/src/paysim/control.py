"""Control calls for every provider: clock, faults, journal, notices, settings, reset."""

import asyncio
import time
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.exceptions import ClientException, NotFoundException
from msgspec import Meta

from paysim.clock import rfc3339
from paysim.deliverer import Deliverer
from paysim.journal import movements_of
from paysim.records import Fault, FaultKind, JsonObject, Movement, Notice, Settings
from paysim.simulation import Simulation

LONGEST_WAIT_SECONDS = 60.0
FARTHEST_OFFSET_SECONDS = 20 * 365 * 86400.0
Seconds = Annotated[float, Meta(ge=0, le=FARTHEST_OFFSET_SECONDS)]
_POLL_SECONDS = 0.005


class SetClock(msgspec.Struct, forbid_unknown_fields=True):
    """Set the distance between virtual and real time."""

    offset_seconds: float


class AdvanceClock(msgspec.Struct, forbid_unknown_fields=True):
    """Let virtual time pass at once."""

    seconds: Seconds


class AddFault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for a fault; see the table in README.md."""

    kind: FaultKind
    route: str | None = None
    mchid: str | None = None
    count: Annotated[int, Meta(ge=1)] | None = 1
    probability: Annotated[float, Meta(ge=0, le=1)] = 1.0
    seed: int = 0
    seconds: Seconds | None = None
    times: Annotated[int, Meta(ge=1, le=100)] = 1
    status: Annotated[int, Meta(ge=400, le=599)] = 500
    code: str | None = None


class ChangeSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Change some settings and leave the others."""

    refund_delay_seconds: Seconds | msgspec.UnsetType = msgspec.UNSET
    refund_spacing_seconds: Seconds | msgspec.UnsetType = msgspec.UNSET
    notice_timeout_seconds: Annotated[float, Meta(gt=0, le=60)] | msgspec.UnsetType = msgspec.UNSET
    is_delivering: bool | msgspec.UnsetType = msgspec.UNSET


class Settle(msgspec.Struct, forbid_unknown_fields=True):
    """Say how long to wait for quiet."""

    timeout_seconds: Annotated[float, Meta(gt=0, le=LONGEST_WAIT_SECONDS)] = 10.0


@get("/healthz")
async def healthz() -> JsonObject:
    """Say that the simulator answers."""
    return {"status": "ok"}


@get("/_sim/clock")
async def show_clock(sim: Simulation) -> JsonObject:
    """Show virtual time."""
    now = sim.now()
    offset_seconds = sim.state.clock_offset_seconds
    return {"now": rfc3339(now), "timestamp": now, "offset_seconds": offset_seconds}


@post("/_sim/clock", status_code=200)
async def set_clock(sim: Simulation, data: SetClock) -> JsonObject:
    """Set virtual time relative to real time."""
    return await _move_clock(sim, data.offset_seconds)


@post("/_sim/advance_clock", status_code=200)
async def advance_clock(sim: Simulation, data: AdvanceClock) -> JsonObject:
    """Let virtual time pass; what falls due happens right after."""
    return await _move_clock(sim, sim.state.clock_offset_seconds + data.seconds)


@get("/_sim/journal")
async def list_movements(sim: Simulation, mchid: str | None = None) -> list[Movement]:
    """List every movement of money in order."""
    return movements_of(sim, mchid)


@get("/_sim/notices")
async def list_notices(sim: Simulation, mchid: str | None = None) -> list[JsonObject]:
    """List notices with the outcome of every attempt."""
    notices = sim.state.notices.values()
    return [_notice_view(notice) for notice in notices if mchid in (None, notice.account)]


@post("/_sim/deliver_next", status_code=200)
async def deliver_next(deliverer: Deliverer) -> JsonObject:
    """Deliver the notice that is due first, now, and show how that went."""
    notice = await deliverer.deliver_next()
    return {"notice": None if notice is None else _notice_view(notice)}


@post("/_sim/settle", status_code=200)
async def settle(sim: Simulation, deliverer: Deliverer, data: Settle) -> JsonObject:
    """Wait until nothing is due and no notice is under way."""
    deadline = time.monotonic() + data.timeout_seconds
    while not deliverer.is_idle or sim.agenda.has_due_entries():
        if time.monotonic() > deadline:
            return {"is_settled": False}
        await asyncio.sleep(_POLL_SECONDS)
    return {"is_settled": True}


@get("/_sim/faults")
async def list_faults(sim: Simulation) -> list[Fault]:
    """List faults with how often they were drawn and struck."""
    return sim.state.faults


@post("/_sim/faults")
async def add_fault(sim: Simulation, data: AddFault) -> Fault:
    """Add a fault."""
    fault = Fault(id=sim.next_number(), **msgspec.structs.asdict(data))
    sim.state.faults.append(fault)
    sim.note_change()
    await sim.snapshot.flush()
    return fault


@delete("/_sim/faults")
async def remove_faults(sim: Simulation) -> None:
    """Remove all faults."""
    sim.state.faults.clear()
    sim.note_change()
    await sim.snapshot.flush()


@delete("/_sim/faults/{fault_id:int}")
async def remove_fault(sim: Simulation, fault_id: int) -> None:
    """Remove one fault."""
    rest = [fault for fault in sim.state.faults if fault.id != fault_id]
    if len(rest) == len(sim.state.faults):
        raise NotFoundException(detail="no such fault")
    sim.state.faults[:] = rest
    sim.note_change()
    await sim.snapshot.flush()


@get("/_sim/settings")
async def show_settings(sim: Simulation) -> Settings:
    """Show settings."""
    return sim.state.settings


@post("/_sim/settings", status_code=200)
async def change_settings(sim: Simulation, deliverer: Deliverer, data: ChangeSettings) -> Settings:
    """Change settings; allowing deliveries again sends what was held back."""
    changes = {
        name: value
        for name, value in msgspec.structs.asdict(data).items()
        if value is not msgspec.UNSET
    }
    if not changes:
        raise ClientException(detail="nothing to change")
    sim.state.settings = msgspec.structs.replace(sim.state.settings, **changes)
    deliverer.plan_all()
    sim.note_change()
    await sim.snapshot.flush()
    return sim.state.settings


@post("/_sim/reset", status_code=200)
async def reset(sim: Simulation) -> JsonObject:
    """Start afresh: only merchants and their keys stay."""
    sim.reset()
    await sim.snapshot.flush()
    return {"status": "ok"}


async def _move_clock(sim: Simulation, offset_seconds: float) -> JsonObject:
    if abs(offset_seconds) > FARTHEST_OFFSET_SECONDS:
        raise ClientException(detail="the clock moves twenty years at most")
    sim.set_clock_offset(offset_seconds)
    await sim.snapshot.flush()
    return {"now": rfc3339(sim.now()), "timestamp": sim.now(), "offset_seconds": offset_seconds}


def _notice_view(notice: Notice) -> JsonObject:
    return {
        "number": notice.number,
        "event_id": notice.event_id,
        "event_type": notice.event_type,
        "mchid": notice.account,
        "url": notice.url,
        "status": notice.status,
        "created_at": rfc3339(notice.created_at),
        "due_at": rfc3339(notice.due_at) if notice.status == "queued" else None,
        "content": notice.content,
        "flaws": notice.flaws,
        "deliveries": [
            {
                "attempted_at": rfc3339(delivery.attempted_at),
                "outcome": delivery.outcome,
                "is_accepted": delivery.is_accepted,
                "flaws": delivery.flaws,
            }
            for delivery in notice.deliveries
        ],
    }
