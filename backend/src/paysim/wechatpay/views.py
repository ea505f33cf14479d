"""The JSON of trades and refunds; the same thing differs between answer and notice."""

from paysim.clock import rfc3339
from paysim.records import JsonObject
from paysim.wechatpay_records import Refund, Trade
from paysim.wording import say


def trade_view(trade: Trade) -> JsonObject:
    """Show a trade, as queries and payment notices do."""
    view: JsonObject = {
        "appid": trade.appid,
        "mchid": trade.mchid,
        "out_trade_no": trade.out_trade_no,
        "trade_state": trade.state,
        "trade_state_desc": say(f"wechatpay.state.{trade.state}"),
        "attach": trade.attach or "",
        "amount": {"total": trade.total_fen, "currency": trade.currency},
        "promotion_detail": [],
    }
    if trade.transaction_id is not None and trade.paid_at is not None:
        view |= {
            "transaction_id": trade.transaction_id,
            "trade_type": trade.trade_type,
            "bank_type": "OTHERS",
            "success_time": rfc3339(trade.paid_at),
            "payer": {"openid": trade.openid},
            "amount": {
                "total": trade.total_fen,
                "payer_total": trade.total_fen - trade.coupon_fen,
                "currency": trade.currency,
                "payer_currency": trade.currency,
            },
        }
    return view


def refund_view(refund: Refund, trade: Trade) -> JsonObject:
    """Show a refund in an answer; here its state is called `status`."""
    view: JsonObject = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": trade.transaction_id,
        "out_trade_no": trade.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": say("wechatpay.received_account"),
        "create_time": rfc3339(refund.accepted_at),
        "status": refund.status,
        "funds_account": "UNSETTLED",
        "promotion_detail": [],
        "amount": {
            "total": trade.total_fen,
            "refund": refund.amount_fen,
            "from": [],
            "payer_total": trade.total_fen - trade.coupon_fen,
            "payer_refund": payer_refund_fen(refund, trade),
            "settlement_refund": refund.amount_fen,
            "settlement_total": trade.total_fen,
            "discount_refund": refund.amount_fen - payer_refund_fen(refund, trade),
            "currency": trade.currency,
        },
    }
    if refund.succeeded_at is not None:
        view["success_time"] = rfc3339(refund.succeeded_at)
    return view


def refund_notice_view(refund: Refund, trade: Trade) -> JsonObject:
    """Show a refund in a notice; here its state is called `refund_status`."""
    view: JsonObject = {
        "mchid": refund.mchid,
        "transaction_id": trade.transaction_id,
        "out_trade_no": trade.out_trade_no,
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "refund_status": refund.status,
        "user_received_account": say("wechatpay.received_account"),
        "amount": {
            "total": trade.total_fen,
            "refund": refund.amount_fen,
            "payer_total": trade.total_fen - trade.coupon_fen,
            "payer_refund": payer_refund_fen(refund, trade),
        },
    }
    if refund.succeeded_at is not None:
        view["success_time"] = rfc3339(refund.succeeded_at)
    return view


def payer_refund_fen(refund: Refund, trade: Trade) -> int:
    """Split a refund like the payment was split between payer and coupon."""
    return refund.amount_fen * (trade.total_fen - trade.coupon_fen) // trade.total_fen
