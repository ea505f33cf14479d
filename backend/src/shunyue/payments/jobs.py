"""Work with providers, between transactions: asking, closing, refunding, reading notices."""

from uuid import UUID

import msgspec
import structlog

from shunyue.kernel.database import Database
from shunyue.kernel.metrics import NOTICES
from shunyue.kernel.timers import Due, clear_timer, postpone_timer
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.payments import commands, queries
from shunyue.payments.channels import Providers
from shunyue.payments.policy import refund_delay
from shunyue.payments.providers.port import (
    AttemptOrder,
    CloseRefused,
    H5Scene,
    NativeScene,
    PaymentPrompt,
    PaymentProvider,
    ProviderError,
    ProviderRefused,
    RefundOrder,
    RefundState,
    TradeState,
)
from shunyue.payments.records import LIVE, Attempt, PaymentChannel, Refund

log = structlog.get_logger(__name__)

NOTICE_TIMER = "payments.notice"


class ProviderDesk:
    """Everything that needs both our records and a provider. Each step survives being repeated."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def announce(
        self, database: Database, actor: Actor, attempt: Attempt, channel: PaymentChannel
    ) -> PaymentPrompt:
        """Tell the provider of an attempt; returns how the customer gets to the cashier.

        A prompt that is still good is used again. Raises the provider's error; the attempt then
        stays intended (unknown) unless the provider refused it.
        """
        if attempt.prompt is not None:
            return attempt.prompt
        scene = (
            NativeScene()
            if attempt.scene == "native"
            else H5Scene(payer_ip=attempt.client_ip, return_url=attempt.return_url)
        )
        order = AttemptOrder(
            out_trade_no=attempt.out_trade_no,
            description=attempt.description,
            amount_fen=attempt.amount_fen,
            expires_at=attempt.expires_at,
        )
        try:
            return await self._providers.of(channel).create(order, scene)
        except ProviderRefused:
            async with database.begin(actor) as tx:
                await commands.fail_attempt(tx, attempt)
            raise

    async def ask(self, database: Database, merchant_id: UUID, attempt_id: UUID) -> str:
        """Ask what became of an attempt and record it; close it first if it is being wound up."""
        actor = system_actor(merchant_id)
        async with database.begin(actor) as tx:
            attempt = await queries.attempt_by_id(tx, attempt_id)
            channel = await queries.channel_by_id(tx, attempt.channel_id)
        if attempt.state not in LIVE:
            return "known"
        provider = self._providers.of(channel)
        trade = await provider.query(attempt.out_trade_no)
        if attempt.state == "closing" and trade.state == "pending":
            trade = await self._close(provider, attempt)
        async with database.begin(actor) as tx:
            return await commands.record_trade(tx, attempt, trade)

    async def _close(self, provider: PaymentProvider, attempt: Attempt) -> TradeState:
        """Close, then ask again whatever the answer was: only the query is believed."""
        try:
            await provider.close(attempt.out_trade_no)
        except CloseRefused as refusal:
            log.info("payments.close_refused", code=refusal.code)
        return await provider.query(attempt.out_trade_no)

    async def query_due(self, database: Database, due: Due) -> None:
        """Timer: ask about an attempt, and set the time of the next question."""
        try:
            await self.ask(database, due.merchant_id, due.subject_id)
        except ProviderError as error:
            log.warning("payments.query_failed", attempt_id=str(due.subject_id), code=error.code)
        async with database.begin(system_actor(due.merchant_id)) as tx:
            await commands.schedule_query(tx, due.subject_id, due.attempts)

    async def refund_due(self, database: Database, due: Due) -> None:
        """Timer: ask for a refund, or what became of it."""
        actor = system_actor(due.merchant_id)
        async with database.begin(actor) as tx:
            refund = await queries.lock_refund(tx, due.subject_id)
            attempt = await queries.attempt_by_id(tx, refund.attempt_id)
            channel = await queries.channel_by_id(tx, attempt.channel_id)
            await postpone_timer(
                tx, commands.REFUND_TIMER, refund.id, tx.now + refund_delay(due.attempts)
            )
        if refund.state in {"succeeded", "closed"}:
            return
        try:
            news = await self._refund_news(self._providers.of(channel), refund, attempt)
        except ProviderError as error:
            log.warning("payments.refund_unsettled", refund_id=str(refund.id), code=error.code)
            return
        async with database.begin(actor) as tx:
            await commands.record_refund(tx, refund.id, news)

    async def _refund_news(
        self, provider: PaymentProvider, refund: Refund, attempt: Attempt
    ) -> RefundState:
        if refund.state != "intended":
            return await provider.query_refund(refund.out_refund_no)
        return await provider.refund(
            RefundOrder(
                out_refund_no=refund.out_refund_no,
                out_trade_no=attempt.out_trade_no,
                refund_fen=refund.amount_fen,
                total_fen=attempt.amount_fen,
                reason=refund.reason,
            )
        )

    async def notice_due(self, database: Database, due: Due) -> None:
        """Timer: act on a stored notice, once; rings until that has worked.

        After a confirmed close a notice may be the only news of a charge: none is given up.
        """
        merchant_id, notice_id = due.merchant_id, due.subject_id
        async with database.begin(system_actor(merchant_id)) as tx:
            await clear_timer(tx, NOTICE_TIMER, notice_id)
            row = await tx.connection.fetchrow(
                "SELECT channel_id, content, processed_at FROM provider_notice"
                " WHERE merchant_id = $1 AND id = $2 FOR UPDATE",
                merchant_id,
                notice_id,
            )
            assert row is not None
            if row["processed_at"] is not None:
                return
            content = msgspec.convert(row["content"], TradeState | RefundState)
            outcome = "unknown_number"
            if isinstance(content, TradeState):
                number = content.out_trade_no
                attempt = await queries.attempt_by_number(tx, row["channel_id"], number)
                if attempt is not None:
                    outcome = await commands.record_trade(tx, attempt, content)
            else:
                refund = await queries.refund_by_number(tx, content.out_refund_no)
                if refund is not None:
                    outcome = await commands.record_refund(tx, refund.id, content)
            NOTICES.labels(outcome).inc()
            await tx.connection.execute(
                "UPDATE provider_notice SET processed_at = $3, outcome = $4"
                " WHERE merchant_id = $1 AND id = $2",
                merchant_id,
                notice_id,
                tx.now,
                outcome,
            )
