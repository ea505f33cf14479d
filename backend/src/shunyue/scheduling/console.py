"""Rules of offerings in the console: reading, trying out in words, changing."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from shunyue.catalog.api import (
    InvalidRules,
    OfferingNotFound,
    RulesChangedMeanwhile,
    RuleSet,
    change_rules,
    check_rules,
    offering_by_id,
    rules_versions,
)
from shunyue.identity.api import merchant_by_id
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import (
    Forbidden,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    RequestInProgress,
    Unauthenticated,
)
from shunyue.kernel.http import once, problems
from shunyue.kernel.tokens import Actor
from shunyue.scheduling.commands import follow_rules
from shunyue.scheduling.rules_views import (
    ChangeRules,
    OfferingRulesView,
    RulesPreview,
    preview_of,
    rules_view,
)

ASKING = (Unauthenticated, Forbidden)
ONCE = (IdempotencyKeyMissing, IdempotencyKeyReused, RequestInProgress)
_HISTORY = 20


@get(
    "/offerings/{offering_id:uuid}/rules",
    opt={"permission": "rules.read"},
    responses=problems(*ASKING, OfferingNotFound),
)
async def read_rules(
    request: Request[Any, Any, Any], staff: Actor, offering_id: UUID
) -> OfferingRulesView:
    """Read an offering's rules and who changed what when."""
    async with request.app.state.database.begin(staff) as tx:
        return await _rules(tx, offering_id)


@get(
    "/rules-preview",
    opt={"permission": "rules.read"},
    responses=problems(*ASKING, InvalidRules),
)
async def preview_rules(
    *,
    max_party: int,
    notice_minutes: int,
    horizon_days: int,
    free_until_hours: int,
    fee_percent: int,
    max_open: int | None = None,
) -> RulesPreview:
    """Put rules that nobody has saved into words; without `max_open` there is no limit."""
    rules = RuleSet(
        max_open=max_open,
        max_party=max_party,
        notice_minutes=notice_minutes,
        horizon_days=horizon_days,
        free_until_hours=free_until_hours,
        fee_percent=fee_percent,
    )
    if wrong := check_rules(rules):
        raise InvalidRules(*wrong)
    return preview_of(rules)


@post(
    "/offerings/{offering_id:uuid}/rules",
    opt={"permission": "rules.write"},
    responses=problems(*ASKING, *ONCE, OfferingNotFound, InvalidRules, RulesChangedMeanwhile),
)
async def change_offering_rules(
    request: Request[Any, Any, Any], staff: Actor, offering_id: UUID, data: ChangeRules
) -> Response[OfferingRulesView]:
    """Set new rules for orders from now on; open pages of customers follow."""
    values = msgspec.structs.asdict(data)
    seen_version = values.pop("seen_version")

    async def work(tx: Transaction) -> OfferingRulesView:
        await change_rules(
            tx, offering_id=offering_id, seen_version=seen_version, rules=RuleSet(**values)
        )
        merchant = await merchant_by_id(tx.connection, tx.merchant_id)
        await follow_rules(tx, merchant, offering_id)
        return await _rules(tx, offering_id)

    return await once(request, staff, work)


async def _rules(tx: Transaction, offering_id: UUID) -> OfferingRulesView:
    offering = await offering_by_id(tx, offering_id)
    versions = await rules_versions(tx, offering_id, _HISTORY + 1)
    return rules_view(offering, versions, shown_at_most=_HISTORY)
