"""Booking rules and cancelling: what makes sense, what it costs, and how it reads. Pure."""

from datetime import datetime, timedelta

from shunyue.catalog.records import CancellationPolicy, Offering, RuleSet
from shunyue.kernel.copy import wording
from shunyue.kernel.errors import FieldProblem

# Least and most of each number, ends included.
RANGES = {
    "max_open": (1, 100),
    "max_party": (1, 1000),
    "notice_minutes": (0, 90 * 24 * 60),
    "horizon_days": (1, 365),
    "free_until_hours": (0, 90 * 24),
    "fee_percent": (0, 100),
}
_HOUR = 60
_DAY = 24 * 60


def free_until(policy: CancellationPolicy, starts_at: datetime) -> datetime:
    """Return the instant from which cancelling costs the fee."""
    return starts_at - timedelta(hours=policy.free_until_hours)


def late_fee_fen(policy: CancellationPolicy, price_fen: int) -> int:
    """Return the fee of a late cancellation, rounded down to the fen."""
    return price_fen * policy.fee_percent // 100


def cancellation_fee_fen(
    policy: CancellationPolicy, *, price_fen: int, starts_at: datetime, now: datetime
) -> int:
    """Return what cancelling at `now` costs."""
    return late_fee_fen(policy, price_fen) if now >= free_until(policy, starts_at) else 0


def rule_set_of(offering: Offering) -> RuleSet:
    """Put an offering's rules together as they are changed and worded."""
    return RuleSet(
        max_open=offering.rules.max_open,
        max_party=offering.rules.max_party,
        notice_minutes=offering.rules.notice_minutes,
        horizon_days=offering.rules.horizon_days,
        free_until_hours=offering.policy.free_until_hours,
        fee_percent=offering.policy.fee_percent,
    )


def check_rules(rules: RuleSet) -> list[FieldProblem]:
    """Name every number that lies outside its range."""
    found = []
    for name, (least, most) in RANGES.items():
        value = getattr(rules, name)
        if value is not None and not least <= value <= most:
            found.append(FieldProblem(name, "rule_range", least=least, most=most))
    return found


def farthest_minutes(rules: RuleSet) -> int:
    """Return how far ahead a slot can lie at most: to the end of the last bookable day."""
    return (rules.horizon_days + 1) * _DAY


def is_anything_bookable(rules: RuleSet) -> bool:
    """Tell whether there is an instant at which some slot can be booked."""
    return rules.notice_minutes < farthest_minutes(rules)


def is_ever_free(rules: RuleSet) -> bool:
    """Tell whether a booking can be cancelled without a fee at some time."""
    return rules.fee_percent == 0 or rules.free_until_hours * _HOUR < farthest_minutes(rules)


def is_always_free(rules: RuleSet) -> bool:
    """Tell whether cancelling before the start never costs anything."""
    return rules.fee_percent == 0 or rules.free_until_hours == 0


def warnings_of(rules: RuleSet) -> list[str]:
    """Word what is allowed but hardly meant."""
    found = []
    if not is_anything_bookable(rules):
        found.append(
            wording(
                "rules.warn_nothing_bookable",
                {"notice": _span(rules.notice_minutes), "days": rules.horizon_days},
            )
        )
    elif not is_ever_free(rules):
        found.append(
            wording(
                "rules.warn_never_free",
                {"hours": rules.free_until_hours, "days": rules.horizon_days},
            )
        )
    return found


def sentences_of(rules: RuleSet) -> list[str]:
    """Word the rules as customers read them; the last sentence is the cancellation policy."""
    open_code = "rules.any_open" if rules.max_open is None else "rules.max_open"
    notice_code = "rules.notice" if rules.notice_minutes else "rules.no_notice"
    return [
        wording("rules.horizon", {"days": rules.horizon_days}),
        wording(notice_code, {"span": _span(rules.notice_minutes)}),
        wording("rules.max_party", {"count": rules.max_party}),
        wording(open_code, {"count": rules.max_open}),
        policy_sentence(rules),
    ]


def policy_sentence(rules: RuleSet) -> str:
    """Word until when cancelling is free and what it costs later."""
    if is_always_free(rules):
        return wording("rules.always_free", {})
    params = {"hours": rules.free_until_hours, "percent": rules.fee_percent}
    return wording("rules.cancellation", params)


def changes_between(before: RuleSet, after: RuleSet) -> list[str]:
    """Word each number that differs, old and new."""
    return [
        wording(
            "rules.change",
            {
                "what": wording(f"rules.name.{name}", {}),
                "before": _value(name, getattr(before, name)),
                "after": _value(name, getattr(after, name)),
            },
        )
        for name in RANGES
        if getattr(before, name) != getattr(after, name)
    ]


def _value(name: str, value: int | None) -> str:
    if value is None:
        return wording("rules.unlimited", {})
    if name == "notice_minutes":
        return _span(value)
    return wording(f"rules.value.{name}", {"value": value})


def _span(minutes: int) -> str:
    """Word a length of time in its largest whole units; a remainder keeps its own."""
    if minutes and minutes % _DAY == 0:
        return wording("rules.days", {"count": minutes // _DAY})
    hours, rest = divmod(minutes, _HOUR)
    if not hours:
        return wording("rules.minutes", {"count": rest})
    whole = wording("rules.hours", {"count": hours})
    return f"{whole} {wording('rules.minutes', {'count': rest})}" if rest else whole
