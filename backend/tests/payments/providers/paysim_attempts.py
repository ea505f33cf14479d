"""Builds attempts and refunds with numbers of their own, unpaid or paid at the simulator."""

from datetime import timedelta
from itertools import count

from shunyue.payments.providers import port
from tests.payments.providers.paysim_process import Shop

_NUMBERS = count(1)


def new_number() -> str:
    return f"261123042178P{next(_NUMBERS):07}"


def make_attempt(shop: Shop, amount_fen: int = 19_800, number: str = "") -> port.AttemptOrder:
    return port.AttemptOrder(
        out_trade_no=number or new_number(),
        description="栖和·一对一理疗 60 分钟（周六 10:00）",
        amount_fen=amount_fen,
        expires_at=shop.sim.now() + timedelta(minutes=30),
    )


def make_refund(paid: port.AttemptOrder, refund_fen: int, suffix: str = "R1") -> port.RefundOrder:
    return port.RefundOrder(
        out_refund_no=f"{paid.out_trade_no}{suffix}",
        out_trade_no=paid.out_trade_no,
        refund_fen=refund_fen,
        total_fen=paid.amount_fen,
        reason="用户取消预约",
    )


async def paid_attempt(shop: Shop, coupon_fen: int = 0) -> port.AttemptOrder:
    attempt = make_attempt(shop)
    await shop.provider().create(attempt, port.NativeScene())
    await shop.pay(attempt.out_trade_no, coupon_fen)
    return attempt
