"""Identity as clients see it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from shunyue.identity.records import Customer, Login, Merchant, StaffMember
from shunyue.identity.roles import PERMISSIONS
from shunyue.kernel.rules import masked_phone

# Anything but control characters: what people type, or a secret of ours.
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class SiteView(msgspec.Struct, frozen=True):
    """What an app needs to know before anything else."""

    merchant: str
    environment: str
    server_time: datetime


class OpenHours(msgspec.Struct, frozen=True, rename={"opens": "from", "closes": "to"}):
    """From when to when somebody works, local time `HH:MM`."""

    opens: str
    closes: str


class MerchantView(msgspec.Struct, frozen=True, kw_only=True):
    """The merchant as shown at the top of the app."""

    slug: str
    name: str
    tagline: str
    time_zone: str
    city: str
    phone: str
    payee_name: str
    open_today: OpenHours | None
    server_time: datetime


class AskForCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to send the code."""

    phone: Short


class CodeSent(msgspec.Struct, frozen=True):
    """How long the code works, and when another may be asked for."""

    resend_after_seconds: int
    expires_in_seconds: int


class SignInCustomer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phone number and the code that was sent to it."""

    phone: Short
    code: Short


class RefreshLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secret that renews a login."""

    refresh_token: Short


class CustomerView(msgspec.Struct, frozen=True):
    """The signed-in customer; the phone is masked."""

    id: UUID
    phone: str
    name: str | None


class LoginView(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's live login."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    customer: CustomerView


class SignInStaff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which merchant, who, and the proof."""

    merchant: Short
    account: Short
    password: Short


class StaffView(msgspec.Struct, frozen=True, kw_only=True):
    """The signed-in member of staff and what they may do."""

    id: UUID
    name: str
    title: str
    role: str
    permissions: list[str]


class MerchantName(msgspec.Struct, frozen=True, kw_only=True):
    """Which merchant the console works for."""

    slug: str
    name: str
    time_zone: str


class StaffLoginView(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member's live login; the renewing secret is in a cookie."""

    access_token: str
    access_expires_at: datetime
    staff: StaffView
    merchant: MerchantName


class DeviceView(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is signed in."""

    id: UUID
    device: str
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class DeviceList(msgspec.Struct, frozen=True):
    """All places where somebody is signed in."""

    items: list[DeviceView]


def customer_view(customer: Customer) -> CustomerView:
    """Show a customer to themselves."""
    return CustomerView(customer.id, masked_phone(customer.phone), customer.name)


def staff_view(staff: StaffMember) -> StaffView:
    """Show a member of staff to themselves."""
    return StaffView(
        id=staff.id,
        name=staff.name,
        title=staff.title,
        role=staff.role,
        permissions=sorted(PERMISSIONS[staff.role]),
    )


def merchant_name(merchant: Merchant) -> MerchantName:
    """Name a merchant for the console."""
    return MerchantName(slug=merchant.slug, name=merchant.name, time_zone=merchant.time_zone)


def device_view(login: Login, current: UUID | None) -> DeviceView:
    """Show a login."""
    return DeviceView(
        id=login.id,
        device=login.device,
        created_at=login.created_at,
        last_used_at=login.last_used_at,
        is_current=login.id == current,
    )
