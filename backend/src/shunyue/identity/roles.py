"""Roles of staff and what each may do. Every console route names one of these permissions."""

from typing import Literal, get_args

Role = Literal["owner", "manager", "front_desk"]
Permission = Literal[
    "today.read",
    "orders.read",
    "orders.cancel",
    "customers.read_contact",
    "logins.manage",
    "rules.read",
    "rules.write",
    "calendar.read",
    "calendar.write",
]

# The front desk receives people; what the shop offers, when, and what is given back is decided
# by those who answer for it.
_FRONT_DESK: frozenset[Permission] = frozenset(
    {"today.read", "orders.read", "logins.manage", "rules.read", "calendar.read"}
)
_EVERYTHING: frozenset[Permission] = frozenset(get_args(Permission))

PERMISSIONS: dict[str, frozenset[Permission]] = {
    "front_desk": _FRONT_DESK,
    "manager": _EVERYTHING,
    "owner": _EVERYTHING,
}


def may(role: str, permission: Permission) -> bool:
    """Tell whether `role` has `permission`; an unknown role has none."""
    return permission in PERMISSIONS.get(role, frozenset())
