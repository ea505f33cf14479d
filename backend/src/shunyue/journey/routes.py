"""Orders over HTTP: their registration, their payment, their end."""

import asyncio
import io
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import segno
import structlog
from litestar import Request, Response, get, post, put
from litestar.params import QueryParameter

from shunyue.booking.api import HoldExpired
from shunyue.identity.access import client_ip_of
from shunyue.identity.api import customer_by_id
from shunyue.journey import commands
from shunyue.journey.errors import (
    CancellationFeeChanged,
    OrderNotCancellable,
    RegistrationRequired,
    SlotHasBegun,
)
from shunyue.journey.schemas import (
    CancelOrder,
    Nothing,
    OrderList,
    PaymentAttemptView,
    PaymentMethod,
    PaymentMethodList,
    StartPayment,
)
from shunyue.journey.views import view_cards, view_order
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.errors import (
    FieldProblem,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InvalidRequest,
    MerchantNotFound,
    RequestInProgress,
    Unauthenticated,
)
from shunyue.kernel.http import once, once_in_steps, problems
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import (
    OrderNotFound,
    OrderView,
    PriceView,
    order_of_actor,
    orders_of_customer,
    price_view,
)
from shunyue.payments.api import (
    LIVE,
    Attempt,
    ChannelNotOffered,
    OrderAlreadyPaid,
    PaymentChannel,
    PaymentPrompt,
    PaymentWindowOver,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    ProviderSaidNo,
    attempts_of,
    enabled_channels,
    store_prompt,
)
from shunyue.registration.api import (
    AlreadyRegistered,
    DraftFieldView,
    FieldNotFound,
    FormField,
    RegistrationIncomplete,
    RegistrationView,
    SaveDraftField,
    SubmitRegistration,
    ValueTooLong,
    draft_of,
    form_by_id,
    form_of_order,
    form_view,
    registration_of,
    save_draft_field,
)

log = structlog.get_logger(__name__)

ASKING = (MerchantNotFound, Unauthenticated, OrderNotFound)
ONCE = (IdempotencyKeyMissing, IdempotencyKeyReused, RequestInProgress)
_PAGE = 20
_QR_MASK = 3
_SETTLING_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)


@get("/orders", responses=problems(MerchantNotFound, Unauthenticated))
async def list_orders(
    request: Request[Any, Any, Any],
    customer: Actor,
    which: Annotated[Literal["open", "past"] | None, QueryParameter(name="state")] = None,
    cursor: str | None = None,
) -> OrderList:
    """List the customer's orders, newest first."""
    is_open = None if which is None else which == "open"
    async with request.app.state.database.begin(customer) as tx:
        orders = await orders_of_customer(
            tx, tx.actor_id, is_open=is_open, after=cursor, limit=_PAGE + 1
        )
        cards = await view_cards(tx, orders[:_PAGE])
    more = orders[_PAGE - 1].number if len(orders) > _PAGE else None
    return OrderList(cards, more)


@get("/orders/{number:str}", responses=problems(*ASKING))
async def read_order(request: Request[Any, Any, Any], customer: Actor, number: str) -> OrderView:
    """Read an order with its history and money."""
    async with request.app.state.database.begin(customer) as tx:
        return await view_order(tx, await order_of_actor(tx, number))


@get("/orders/{number:str}/price", responses=problems(*ASKING))
async def read_price(request: Request[Any, Any, Any], customer: Actor, number: str) -> PriceView:
    """Read what is owed, line by line, and until when that is promised."""
    async with request.app.state.database.begin(customer) as tx:
        order = await order_of_actor(tx, number)
    return price_view(order.terms.price, order.pay_by)


@get("/orders/{number:str}/registration", responses=problems(*ASKING))
async def read_registration(
    request: Request[Any, Any, Any], customer: Actor, number: str
) -> RegistrationView:
    """Read the form with what was typed so far, on whatever device."""
    async with request.app.state.database.begin(customer) as tx:
        order = await order_of_actor(tx, number)
        done = await registration_of(tx, order.id)
        form = await (form_by_id(tx, done.form_id) if done else form_of_order(tx, order))
        return RegistrationView(
            order_number=order.number,
            form=form_view(form),
            draft=await draft_of(tx, order.id),
            prefill={} if done else await _prefill(tx, form.fields),
            answers=done.answers if done else None,
            submitted_at=done.submitted_at if done else None,
            register_by=order.register_by,
            server_time=tx.now,
        )


@put(
    "/orders/{number:str}/registration/draft/{key:str}",
    responses=problems(*ASKING, FieldNotFound, ValueTooLong, AlreadyRegistered),
)
async def save_draft(
    request: Request[Any, Any, Any], customer: Actor, number: str, key: str, data: SaveDraftField
) -> DraftFieldView:
    """Keep one finished field."""
    async with request.app.state.database.begin(customer) as tx:
        order = await order_of_actor(tx, number)
        saved = await save_draft_field(tx, order, key=key, value=data.value)
    return DraftFieldView(
        key=key, value=saved.value, version=saved.version, saved_at=saved.saved_at
    )


@post(
    "/orders/{number:str}/registration",
    responses=problems(*ASKING, *ONCE, RegistrationIncomplete, AlreadyRegistered, HoldExpired),
)
async def submit_registration(
    request: Request[Any, Any, Any], customer: Actor, number: str, data: SubmitRegistration
) -> Response[OrderView]:
    """Hand the registration in; the payment window opens."""

    async def work(tx: Transaction) -> OrderView:
        order = await commands.submit_registration(tx, number=number, answers=data.answers)
        return await view_order(tx, order)

    return await once(request, customer, work)


@get("/orders/{number:str}/payment-methods", responses=problems(*ASKING))
async def list_payment_methods(
    request: Request[Any, Any, Any], customer: Actor, number: str
) -> PaymentMethodList:
    """List the ways to pay, with the reason for those that are not offered."""
    async with request.app.state.database.begin(customer) as tx:
        await order_of_actor(tx, number)
        offered = {channel.channel for channel in await enabled_channels(tx)}
    is_wechat = "wechat" in offered
    return PaymentMethodList(
        [
            PaymentMethod(
                channel="wechat",
                scenes=["native", "h5"],
                name=wording("channel.wechat", {}),
                is_offered=is_wechat,
                reason=None if is_wechat else wording("channel.not_set_up", {}),
            )
        ]
    )


@post(
    "/orders/{number:str}/payments",
    responses=problems(
        *ASKING,
        *ONCE,
        InvalidRequest,
        RegistrationRequired,
        OrderAlreadyPaid,
        PaymentWindowOver,
        ChannelNotOffered,
        ProviderSaidNo,
        ProviderDown,
    ),
)
async def start_payment(
    request: Request[Any, Any, Any], customer: Actor, number: str, data: StartPayment
) -> Response[PaymentAttemptView]:
    """Start paying: the answer leads to the provider's cashier."""
    _check_return_url(request, data.return_url)
    state = request.app.state

    async def intend(tx: Transaction) -> tuple[Attempt, PaymentChannel]:
        return await commands.intend_payment(
            tx,
            number=number,
            channel=data.channel,
            scene=data.scene,
            return_url=data.return_url,
            client_ip=client_ip_of(request) or "127.0.0.1",
        )

    async def announce(
        intended: tuple[Attempt, PaymentChannel],
    ) -> tuple[Attempt, PaymentPrompt]:
        attempt, channel = intended
        try:
            prompt = await state.desk.announce(state.database, customer, attempt, channel)
        except ProviderRefused as refused:
            log.exception("payments.start_refused", code=refused.code)
            raise ProviderSaidNo from refused
        except ProviderError as error:
            log.warning("payments.start_unknown", code=error.code)
            raise ProviderDown from error
        return attempt, prompt

    async def store(
        tx: Transaction, announced: tuple[Attempt, PaymentPrompt]
    ) -> PaymentAttemptView:
        attempt, prompt = announced
        return _attempt_view(await store_prompt(tx, attempt.id, prompt))

    return await once_in_steps(request, customer, before=intend, between=announce, after=store)


@post("/orders/{number:str}/payment-checks", status_code=200, responses=problems(*ASKING))
async def check_payment(
    request: Request[Any, Any, Any],
    customer: Actor,
    number: str,
    data: Nothing,  # noqa: ARG001  # Refuses a body that says anything.
) -> OrderView:
    """Ask the provider now, because the customer has come back from the cashier.

    When the money is there, the answer waits a moment for the order to say so too.
    """
    state = request.app.state
    async with state.database.begin(customer) as tx:
        order = await order_of_actor(tx, number)
        attempts = await attempts_of(tx, order.id)
    outcomes = set()
    for attempt in attempts:
        if attempt.state in LIVE:
            try:
                outcomes.add(await state.desk.ask(state.database, customer.merchant_id, attempt.id))
            except ProviderError as error:
                log.warning("payments.check_failed", code=error.code)
    # «known»: the worker heard of it a moment before us.
    is_paid = bool(outcomes & {"settled", "known"}) or any(one.state == "paid" for one in attempts)
    return await _when_settled(state.database, customer, number, is_paid=is_paid)


async def _when_settled(
    database: Database, customer: Actor, number: str, *, is_paid: bool
) -> OrderView:
    """Read an order; if its money has arrived, not before the worker has dealt with that."""
    for patience in (*_SETTLING_SECONDS, 0.0):
        async with database.begin(customer) as tx:
            order = await order_of_actor(tx, number)
            is_dealt_with = order.payment_state not in {"none", "pending", "checking"}
            if is_dealt_with or not is_paid or not patience:
                return await view_order(tx, order)
        await asyncio.sleep(patience)
    raise AssertionError


@post(
    "/orders/{number:str}/cancellation",
    status_code=200,
    responses=problems(*ASKING, *ONCE, OrderNotCancellable, SlotHasBegun, CancellationFeeChanged),
)
async def cancel_order(
    request: Request[Any, Any, Any], customer: Actor, number: str, data: CancelOrder
) -> Response[OrderView]:
    """Cancel an order on its own terms, before its slot begins."""

    async def work(tx: Transaction) -> OrderView:
        order = await commands.cancel_order(tx, number=number, shown_fee_fen=data.fee_fen)
        return await view_order(tx, order)

    return await once(request, customer, work, status=200)


async def _prefill(tx: Transaction, fields: list[FormField]) -> dict[str, str]:
    customer = await customer_by_id(tx, tx.actor_id)
    if customer is None:
        return {}
    known = {"name": customer.name or "", "phone": customer.phone.removeprefix("+86")}
    return {
        field.key: known[field.prefill]
        for field in fields
        if field.prefill and known[field.prefill]
    }


def _check_return_url(request: Request[Any, Any, Any], return_url: str | None) -> None:
    """Only pages of ours: an open redirect through a cashier is a gift to phishers."""
    if return_url is None:
        return
    ours = {urlsplit(request.app.state.settings.base_url).netloc, request.headers.get("host", "")}
    parts = urlsplit(return_url)
    if parts.scheme not in {"http", "https"} or parts.netloc not in ours:
        raise InvalidRequest(FieldProblem("return_url", "foreign_address"))


def _attempt_view(attempt: Attempt) -> PaymentAttemptView:
    prompt = attempt.prompt
    assert prompt is not None
    return PaymentAttemptView(
        id=attempt.id,
        channel="wechat",
        scene=attempt.scene,
        amount_fen=attempt.amount_fen,
        state=attempt.state,
        code_url=prompt.code_url,
        qr_svg=_qr_svg(prompt.code_url) if prompt.code_url else None,
        h5_url=prompt.h5_url,
        expires_at=min(prompt.expires_at, attempt.expires_at),
    )


def _qr_svg(content: str) -> str:
    out = io.BytesIO()
    # Any mask can be read; looking for the best of the eight takes longer than all the rest.
    code = segno.make(content, error="m", mask=_QR_MASK, micro=False)
    code.save(out, kind="svg", xmldecl=False, svgns=True, border=2)
    return out.getvalue().decode()
