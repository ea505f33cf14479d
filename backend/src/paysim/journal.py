"""Writes down every movement of money, in order; statements will be made from nothing else."""

from paysim.records import Movement
from paysim.simulation import Simulation


def record_movement(sim: Simulation, movement: Movement) -> None:
    """Append one movement."""
    sim.state.journal.append(movement)
    sim.note_change()


def movements_of(sim: Simulation, mchid: str | None) -> list[Movement]:
    """List movements of one account, or of all."""
    return [entry for entry in sim.state.journal if mchid in (None, entry.mchid)]
