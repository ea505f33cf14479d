"""Signing in as a customer: a code to the phone, then a login."""

from typing import Any

from litestar import Request, Response, delete, get, post

from shunyue.identity import commands, queries
from shunyue.identity.access import device_of
from shunyue.identity.errors import (
    CodeExpired,
    CodeSentRecently,
    InvalidPhone,
    LoginEnded,
    LoginNotFound,
    SmsUnavailable,
    WrongCode,
)
from shunyue.identity.schemas import (
    AskForCode,
    CodeSent,
    CustomerView,
    LoginView,
    RefreshLogin,
    SignInCustomer,
    SiteView,
    customer_view,
)
from shunyue.kernel import rules
from shunyue.kernel.clock import utc_now
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import (
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    MerchantNotFound,
    RequestInProgress,
    TooManyRequests,
    Unauthenticated,
)
from shunyue.kernel.http import idempotency_key, once, problems
from shunyue.kernel.idempotency import Ask
from shunyue.kernel.tokens import Actor


@get("/v1/site", opt={"is_public": True})
async def read_site(request: Request[Any, Any, Any]) -> SiteView:
    """Tell an app where it is: the merchant of this address and whether this is development."""
    settings = request.app.state.settings
    return SiteView(settings.default_merchant, settings.environment, utc_now())


@post(
    "/login-codes",
    status_code=202,
    responses=problems(
        MerchantNotFound,
        InvalidPhone,
        CodeSentRecently,
        TooManyRequests,
        SmsUnavailable,
        IdempotencyKeyMissing,
        IdempotencyKeyReused,
        RequestInProgress,
    ),
)
async def send_login_code(
    request: Request[Any, Any, Any], data: AskForCode, visitor: Actor
) -> Response[CodeSent]:
    """Send a sign-in code to a phone."""
    phone = _e164(data.phone)
    state = request.app.state

    async def work(tx: Transaction) -> CodeSent:
        await commands.send_login_code(tx, state.vault, state.code_sender, phone=phone)
        return CodeSent(
            int(commands.RESEND_AFTER.total_seconds()), int(commands.CODE_LIFETIME.total_seconds())
        )

    return await once(request, visitor, work, status=202)


@post(
    "/logins",
    responses=problems(
        MerchantNotFound, InvalidPhone, WrongCode, CodeExpired, LoginEnded, IdempotencyKeyMissing
    ),
)
async def sign_in(
    request: Request[Any, Any, Any], data: SignInCustomer, visitor: Actor
) -> LoginView:
    """Open a login with the code. A retry of the same request continues the same login."""
    phone = _e164(data.phone)
    vault = request.app.state.vault
    key = idempotency_key(request.headers.get("idempotency-key"))
    ask = Ask.of(visitor, key, request.url.path, await request.body())
    asked_with = key.bytes + ask.fingerprint
    async with request.app.state.database.begin(visitor) as tx:
        refusal = None
        signed_in = await commands.continue_login(tx, vault, asked_with=asked_with)
        if signed_in is None:
            refusal = await commands.use_login_code(tx, vault, phone=phone, code=data.code.strip())
        if signed_in is None and refusal is None:
            signed_in, _ = await commands.sign_in_customer(
                tx, vault, phone=phone, device=device_of(request), asked_with=asked_with
            )
        if signed_in is not None:
            return await _login_view(request, tx, signed_in)
    assert refusal is not None
    raise refusal


@post("/logins/refresh", status_code=200, responses=problems(MerchantNotFound, LoginEnded))
async def refresh_login(
    request: Request[Any, Any, Any], data: RefreshLogin, visitor: Actor
) -> LoginView:
    """Renew a login and get a fresh access token."""
    async with request.app.state.database.begin(visitor) as tx:
        signed_in = await commands.refresh_login(
            tx, request.app.state.vault, refresh_token=data.refresh_token
        )
        return await _login_view(request, tx, signed_in)


@delete("/logins/current", responses=problems(MerchantNotFound, Unauthenticated, LoginNotFound))
async def sign_out(request: Request[Any, Any, Any], customer: Actor) -> None:
    """End this login."""
    assert customer.login_id is not None
    async with request.app.state.database.begin(customer) as tx:
        await commands.end_login(tx, login_id=customer.login_id, actor_id=tx.actor_id)


@get("/me", responses=problems(MerchantNotFound, Unauthenticated))
async def read_me(request: Request[Any, Any, Any], customer: Actor) -> CustomerView:
    """Read who is signed in."""
    async with request.app.state.database.begin(customer) as tx:
        found = await queries.customer_by_id(tx, tx.actor_id)
    if found is None:
        raise Unauthenticated
    return customer_view(found)


async def _login_view(
    request: Request[Any, Any, Any], tx: Transaction, signed_in: commands.SignedIn
) -> LoginView:
    token, expires_at = request.app.state.signer.mint(signed_in.actor)
    assert signed_in.actor.id is not None
    customer = await queries.customer_by_id(tx, signed_in.actor.id)
    if customer is None or signed_in.actor.kind != "customer":
        raise LoginEnded
    return LoginView(
        access_token=token,
        access_expires_at=expires_at,
        refresh_token=signed_in.refresh_token,
        customer=customer_view(customer),
    )


def _e164(text: str) -> str:
    try:
        return f"+86{rules.phone(text)}"
    except rules.RuleBroken:
        raise InvalidPhone from None
