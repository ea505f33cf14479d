"""Issues what opens the cashier: prepay ids, QR codes and H5 links, each with its lifetime."""

import secrets
import string
from typing import Literal

from paysim.clock import beijing_time
from paysim.records import JsonObject
from paysim.simulation import Simulation
from paysim.wechatpay_records import PaymentCode, Trade

PREPAY_LIFETIME_SECONDS = 2 * 3600
H5_LIFETIME_SECONDS = 5 * 60
CODE_URL_PREFIX = "weixin://wxpay/bizpayurl?pr="
_LETTERS = string.ascii_letters + string.digits


def issue_code(sim: Simulation, trade: Trade) -> JsonObject:
    """Add a fresh code to a trade and answer it the way its trade type does."""
    if trade.trade_type == "NATIVE":
        return {"code_url": CODE_URL_PREFIX + _add_code(sim, trade, "native").id}
    if trade.trade_type == "MWEB":
        # Merchants append "&redirect_url=…", so the link must already have a query.
        package = f"{secrets.randbelow(10**10):010}"
        code = _add_code(sim, trade, "h5")
        return {"h5_url": f"{sim.public_url}/_sim/h5/{code.id}?package={package}"}
    return {"prepay_id": _add_code(sim, trade, "prepay").id}


def newest_open_code(sim: Simulation, trade: Trade) -> PaymentCode | None:
    """Give the latest code of a trade while it still opens the cashier."""
    code = sim.state.wechatpay.codes[trade.code_ids[-1]]
    return code if code.expires_at > sim.now() else None


def _add_code(
    sim: Simulation, trade: Trade, kind: Literal["prepay", "native", "h5"]
) -> PaymentCode:
    if kind == "native":
        code_id = "".join(secrets.choice(_LETTERS) for _ in range(9))
    else:
        code_id = f"wx{beijing_time(sim.now()):%d%H%M%S}{secrets.token_hex(12)}0000"
    lifetime_seconds = H5_LIFETIME_SECONDS if kind == "h5" else PREPAY_LIFETIME_SECONDS
    code = PaymentCode(
        id=code_id,
        kind=kind,
        mchid=trade.mchid,
        out_trade_no=trade.out_trade_no,
        expires_at=sim.now() + lifetime_seconds,
    )
    sim.state.wechatpay.codes[code.id] = code
    trade.code_ids.append(code.id)
    sim.note_change()
    return code
