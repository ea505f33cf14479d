"""Decides, repeatably, when something goes wrong.

A fault draws from its own seed and its own count of draws only, so the same seed and the same
calls fail in the same places, whatever other faults are set.
"""

import random
from typing import get_args

from paysim.records import Fault, FaultKind, MessageFault
from paysim.simulation import Simulation

MESSAGE_FAULTS: tuple[str, ...] = get_args(MessageFault)


def fire(sim: Simulation, *kinds: FaultKind, route: str, mchid: str) -> Fault | None:
    """Give the first fault that strikes here, and count the strike."""
    for fault in sim.state.faults:
        if fault.kind in kinds and _strikes(sim, fault, route, mchid):
            return fault
    return None


def fire_message_flaws(sim: Simulation, *, route: str, mchid: str) -> list[str]:
    """Give every flaw the next signed message on this route has."""
    return [
        fault.kind
        for fault in sim.state.faults
        if fault.kind in MESSAGE_FAULTS and _strikes(sim, fault, route, mchid)
    ]


def _strikes(sim: Simulation, fault: Fault, route: str, mchid: str) -> bool:
    if fault.count is not None and fault.hits >= fault.count:
        return False
    if fault.mchid is not None and fault.mchid != mchid:
        return False
    if not _covers(fault, route):
        return False
    draw = random.Random(f"{fault.seed}:{fault.draws}").random()  # noqa: S311  # no secret
    fault.draws += 1
    is_hit = draw < fault.probability
    fault.hits += is_hit
    sim.note_change()
    return is_hit


def _covers(fault: Fault, route: str) -> bool:
    wanted = fault.route
    if wanted is None:
        # A flaw without a route means notices: they are what a shop must never trust unread.
        wanted = "notice" if fault.kind in MESSAGE_FAULTS else route
    return route == wanted or route.startswith(wanted + ".")
