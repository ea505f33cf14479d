"""Signing in to the console, and the places where one is signed in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie

from shunyue.identity import commands, queries
from shunyue.identity.access import client_ip_of, device_of
from shunyue.identity.errors import LoginEnded, LoginNotFound, WrongCredentials
from shunyue.identity.schemas import (
    DeviceList,
    SignInStaff,
    StaffLoginView,
    device_view,
    merchant_name,
    staff_view,
)
from shunyue.kernel import throttle
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import (
    Forbidden,
    IdempotencyKeyMissing,
    MerchantNotFound,
    TooManyRequests,
    Unauthenticated,
)
from shunyue.kernel.http import idempotency_key, problems
from shunyue.kernel.idempotency import Ask
from shunyue.kernel.tokens import Actor

COOKIE = "shunyue_login"
_COOKIE_PATH = "/console/v1/logins"
_WINDOW = timedelta(minutes=15)
_TRIES_PER_ACCOUNT = 8
_TRIES_PER_ADDRESS = 40


@post(
    "/logins",
    opt={"permission": None},
    responses=problems(WrongCredentials, LoginEnded, TooManyRequests, IdempotencyKeyMissing),
)
async def sign_in(request: Request[Any, Any, Any], data: SignInStaff) -> Response[StaffLoginView]:
    """Open a console login. Tries are counted before the password is looked at."""
    state = request.app.state
    try:
        merchant = await state.merchants.by_slug(data.merchant.strip())
    except MerchantNotFound:
        raise WrongCredentials from None
    visitor = Actor(kind="staff", merchant_id=merchant.merchant_id)
    account = data.account.strip()
    key = idempotency_key(request.headers.get("idempotency-key"))
    ask = Ask.of(visitor, key, request.url.path, await request.body())
    asked_with = key.bytes + ask.fingerprint
    async with state.database.begin(visitor) as tx:
        by_account = f"staff_login:{account}"
        by_address = f"staff_address:{client_ip_of(request)}"
        await throttle.count_try(tx, by_account, limit=_TRIES_PER_ACCOUNT, window=_WINDOW)
        await throttle.count_try(tx, by_address, limit=_TRIES_PER_ADDRESS, window=_WINDOW)
        staff = await queries.active_staff(tx, account)
    if not await commands.is_password_right(staff, data.password) or staff is None:
        raise WrongCredentials
    async with state.database.begin(visitor) as tx:
        signed_in = await commands.continue_login(tx, state.vault, asked_with=asked_with)
        if signed_in is None:
            signed_in = await commands.sign_in_staff(
                tx, state.vault, staff=staff, device=device_of(request), asked_with=asked_with
            )
        return await _answer(request, tx, signed_in, status=201)


@post(
    "/logins/refresh",
    status_code=200,
    opt={"permission": None},
    responses=problems(LoginEnded),
)
async def refresh_login(request: Request[Any, Any, Any]) -> Response[StaffLoginView]:
    """Renew the login that the cookie speaks for."""
    slug, _, secret = request.cookies.get(COOKIE, "").partition(":")
    try:
        merchant = await request.app.state.merchants.by_slug(slug)
    except MerchantNotFound:
        raise LoginEnded from None
    visitor = Actor(kind="staff", merchant_id=merchant.merchant_id)
    async with request.app.state.database.begin(visitor) as tx:
        signed_in = await commands.refresh_login(tx, request.app.state.vault, refresh_token=secret)
        return await _answer(request, tx, signed_in, status=200)


@delete(
    "/logins/current",
    opt={"permission": None},
    responses=problems(Unauthenticated, LoginNotFound),
)
async def sign_out(request: Request[Any, Any, Any], staff: Actor) -> Response[None]:
    """End this login."""
    assert staff.login_id is not None
    async with request.app.state.database.begin(staff) as tx:
        await commands.end_login(tx, login_id=staff.login_id, actor_id=tx.actor_id)
    response: Response[None] = Response(None, status_code=204)
    response.delete_cookie(COOKIE, path=_COOKIE_PATH)
    return response


@get(
    "/logins",
    opt={"permission": "logins.manage"},
    responses=problems(Unauthenticated, Forbidden),
)
async def list_logins(request: Request[Any, Any, Any], staff: Actor) -> DeviceList:
    """List where the acting person is signed in."""
    async with request.app.state.database.begin(staff) as tx:
        logins = await queries.open_logins(tx, tx.actor_id)
    return DeviceList([device_view(login, staff.login_id) for login in logins])


@delete(
    "/logins/{login_id:uuid}",
    opt={"permission": "logins.manage"},
    responses=problems(Unauthenticated, Forbidden, LoginNotFound),
)
async def revoke_login(request: Request[Any, Any, Any], staff: Actor, login_id: UUID) -> None:
    """End one of the acting person's logins; its sockets close at once."""
    async with request.app.state.database.begin(staff) as tx:
        await commands.end_login(tx, login_id=login_id, actor_id=tx.actor_id)


async def _answer(
    request: Request[Any, Any, Any], tx: Transaction, signed_in: commands.SignedIn, *, status: int
) -> Response[StaffLoginView]:
    assert signed_in.actor.id is not None
    staff = await queries.staff_by_id(tx, signed_in.actor.id)
    if staff is None:
        raise LoginEnded
    merchant = await queries.merchant_by_id(tx.connection, tx.merchant_id)
    token, expires_at = request.app.state.signer.mint(signed_in.actor)
    view = StaffLoginView(
        access_token=token,
        access_expires_at=expires_at,
        staff=staff_view(staff),
        merchant=merchant_name(merchant),
    )
    cookie = Cookie(
        key=COOKIE,
        value=f"{merchant.slug}:{signed_in.refresh_token}",
        path=_COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=request.app.state.settings.base_url.startswith("https://"),
        max_age=int(commands.STAFF_LOGIN_LIFETIME.total_seconds()),
    )
    return Response(view, status_code=status, cookies=[cookie])
