"""Changing what an offering's rules are, version by version."""

from uuid import UUID

from shunyue.catalog import queries
from shunyue.catalog.errors import InvalidRules, OfferingNotFound, RulesChangedMeanwhile
from shunyue.catalog.events import RulesChanged
from shunyue.catalog.policy import changes_between, check_rules
from shunyue.catalog.records import RuleSet
from shunyue.kernel import audit
from shunyue.kernel.database import Transaction


async def change_rules(
    tx: Transaction, *, offering_id: UUID, seen_version: int, rules: RuleSet
) -> int:
    """Add a version of the rules, from now on the newest; returns its number.

    Orders keep the version they were made with. Rules that change nothing add no version. Raises
    `InvalidRules` with every wrong field, and `RulesChangedMeanwhile` when `seen_version` is not
    the newest any more.
    """
    if wrong := check_rules(rules):
        raise InvalidRules(*wrong)
    newest = await queries.lock_rules(tx, offering_id)
    if newest is None:
        raise OfferingNotFound
    newest_version, newest_rules = newest
    if newest_version != seen_version:
        raise RulesChangedMeanwhile(version=newest_version)
    if newest_rules == rules:
        return newest_version
    version = newest_version + 1
    await queries.add_rules_version(tx, offering_id, version, rules)
    await audit.record(
        tx,
        "rules.changed",
        offering_id,
        version=version,
        changes=changes_between(newest_rules, rules),
    )
    tx.emit(RulesChanged(offering_id=offering_id, version=version))
    tx.announce(f"rules:{tx.merchant_id}")
    return version
