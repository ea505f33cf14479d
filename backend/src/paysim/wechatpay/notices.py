"""Announces payments and refunds: queues notices, and seals them when they leave."""

import secrets
import uuid
from copy import deepcopy

import msgspec

from paysim.clock import rfc3339
from paysim.notices import enqueue
from paysim.records import JsonObject, Notice
from paysim.simulation import Simulation
from paysim.wechatpay.messages import sign_outgoing
from paysim.wechatpay.signing import encrypt_resource
from paysim.wechatpay.views import refund_notice_view, trade_view
from paysim.wechatpay_records import Refund, Trade
from paysim.wording import say


def announce_transaction(sim: Simulation, trade: Trade) -> None:
    """Queue TRANSACTION.SUCCESS."""
    _announce(sim, trade, "TRANSACTION.SUCCESS", trade.notify_url, trade_view(trade))


def announce_refund(sim: Simulation, refund: Refund, trade: Trade) -> None:
    """Queue REFUND.SUCCESS, .ABNORMAL or .CLOSED, if the merchant gave an address."""
    if refund.notify_url is None:
        return
    content = refund_notice_view(refund, trade)
    _announce(sim, trade, f"REFUND.{refund.status}", refund.notify_url, content)


def compose(sim: Simulation, notice: Notice, flaws: list[str]) -> tuple[dict[str, str], bytes]:
    """Encrypt and sign a notice for one delivery."""
    merchant = sim.state.wechatpay.merchants[notice.account]
    key = secrets.token_hex(16) if "wrong_apiv3_key" in flaws else merchant.apiv3_key
    nonce = secrets.token_hex(6)
    envelope: JsonObject = {
        "id": notice.event_id,
        "create_time": rfc3339(notice.created_at),
        "resource_type": "encrypt-resource",
        "event_type": notice.event_type,
        "summary": say(f"wechatpay.summary.{notice.event_type}"),
        "resource": {
            "original_type": notice.kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": encrypt_resource(
                key,
                nonce=nonce,
                associated_data=notice.kind,
                text=msgspec.json.encode(notice.content),
            ),
            "associated_data": notice.kind,
            "nonce": nonce,
        },
    }
    body = msgspec.json.encode(envelope)
    headers, body = sign_outgoing(merchant, body, now=sim.now(), flaws=flaws)
    return headers | {"Content-Type": "application/json", "User-Agent": "Mozilla/4.0"}, body


def _announce(
    sim: Simulation, trade: Trade, event_type: str, url: str, content: JsonObject
) -> None:
    notice = Notice(
        number=sim.next_number(),
        provider="wechatpay",
        account=trade.mchid,
        kind=event_type.partition(".")[0].lower(),
        event_id=str(uuid.uuid4()),
        event_type=event_type,
        url=url,
        content=deepcopy(content),
        created_at=sim.now(),
        due_at=sim.now(),
    )
    enqueue(sim, notice)
