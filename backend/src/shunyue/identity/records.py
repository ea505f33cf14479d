"""Rows of identity."""

from datetime import datetime
from uuid import UUID

import msgspec

from shunyue.identity.roles import Role

# Followed by the login's id, this is announced when a login ends before its tokens do.
LOGIN_ENDED = "login-ended:"


class Merchant(msgspec.Struct, frozen=True, kw_only=True):
    """Who sells. Instants are shown in `time_zone` (IANA name)."""

    merchant_id: UUID
    slug: str
    name: str
    tagline: str
    city: str
    phone: str
    payee_name: str
    time_zone: str
    is_open_on_holidays: bool


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's user of the console."""

    id: UUID
    account: str
    password_hash: str
    name: str
    title: str
    role: Role


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Who orders from one merchant; `phone` is E.164."""

    id: UUID
    phone: str
    name: str | None


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in device."""

    id: UUID
    actor_kind: str
    actor_id: UUID
    device: str
    created_at: datetime
    last_used_at: datetime
