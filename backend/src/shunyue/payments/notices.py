"""Where providers send their notices: verify, store, answer; the worker does the rest."""

from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, post

from shunyue.kernel.ids import new_id
from shunyue.kernel.metrics import NOTICES
from shunyue.kernel.timers import set_timer
from shunyue.kernel.tokens import Actor
from shunyue.payments.jobs import NOTICE_TIMER
from shunyue.payments.providers.port import NoticeRejected

log = structlog.get_logger(__name__)


class NoticeAnswer(msgspec.Struct, frozen=True):
    """What the provider reads when it should send the notice again."""

    code: str
    message: str


@post("/notify/{channel:str}/{config_id:uuid}", status_code=200, include_in_schema=False)
async def receive_notice(
    request: Request[Any, Any, Any], channel: str, config_id: UUID
) -> Response[NoticeAnswer | None]:
    """Take a provider's notice in: signature first, then one row per event, then the answer."""
    state = request.app.state
    config = await state.providers.channel(state.database, config_id)
    if config is None or config.channel != channel:
        return _again(404, "unknown address")
    try:
        notice = state.providers.of(config).read_notice(dict(request.headers), await request.body())
    except NoticeRejected as rejected:
        NOTICES.labels("rejected").inc()
        log.warning("payments.notice_rejected", channel=channel, reason=rejected.reason)
        return _again(401, "signature not accepted")
    async with state.database.begin(Actor("provider", config.merchant_id)) as tx:
        notice_id = new_id()
        is_new = notice.content is not None and await tx.connection.fetchval(
            "INSERT INTO provider_notice"
            " (merchant_id, id, channel_id, event_key, kind, content, received_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true",
            tx.merchant_id,
            notice_id,
            config_id,
            notice.notice_id,
            notice.kind,
            msgspec.to_builtins(notice.content),
            tx.now,
        )
        if is_new:
            await set_timer(tx, NOTICE_TIMER, notice_id, tx.now)
        else:
            NOTICES.labels("repeated").inc()
    return Response(None, status_code=204)


def _again(status: int, message: str) -> Response[NoticeAnswer | None]:
    return Response(NoticeAnswer("FAIL", message), status_code=status)
