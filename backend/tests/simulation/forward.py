"""States only move forward: which step of an order may follow which."""

STEPS: dict[str, set[str]] = {
    "awaiting_registration": {"awaiting_payment", "confirmed", "expired", "cancelled"},
    "awaiting_payment": {"confirmed", "expired", "cancelled"},
    "confirmed": {"cancelled"},
    # Late money books the same place again.
    "expired": {"confirmed"},
    "cancelled": set(),
}
PAYMENT_STEPS: dict[str, set[str]] = {
    "none": {"pending", "paid", "refunding", "refunded"},
    "pending": {"checking", "none", "paid", "refunding", "refunded"},
    "checking": {"none", "paid", "refunding", "refunded"},
    "paid": {"refunding", "refunded", "part_refunded", "refund_failed"},
    "refunding": {"refunded", "part_refunded", "refund_failed"},
    "refund_failed": {"refunded", "part_refunded"},
    "refunded": set(),
    "part_refunded": set(),
}

Seen = dict[str, tuple[str, str]]


def backward_steps(before: Seen, after: Seen) -> list[str]:
    """List the orders (state, payment state) that went a way they must not go."""
    breaches = []
    for number, (state, payment_state) in before.items():
        now, payment_now = after.get(number, ("gone", "gone"))
        is_fine = now == state or now in STEPS[state]
        is_payment_fine = (
            payment_now == payment_state or payment_now in PAYMENT_STEPS[payment_state]
        )
        if not (is_fine and is_payment_fine):
            breaches.append(f"{number}: {state}/{payment_state} became {now}/{payment_now}")
    return breaches
