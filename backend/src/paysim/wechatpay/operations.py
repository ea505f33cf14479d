"""The table of WeChat Pay calls: name, method, path, and what answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs

from paysim.records import JsonObject
from paysim.simulation import Simulation
from paysim.wechatpay.authorization import Call
from paysim.wechatpay.refunds import create_refund, query_refund
from paysim.wechatpay.refusals import business_error, param_error
from paysim.wechatpay.trades import close_trade, create_trade, find_trade, find_transaction
from paysim.wechatpay.views import trade_view
from paysim.wechatpay_records import Merchant, TradeType
from paysim.wording import say

Answer = tuple[int, JsonObject | None]
Handler = Callable[[Simulation, Merchant, Call, str], Answer]
_NUMBER = r"([^/]+)"


@dataclass(frozen=True)
class Operation:
    """One call a merchant may make; faults know it by `name`."""

    name: str
    method: str
    path: re.Pattern[str]
    handler: Handler


def find_operation(method: str, path: str) -> tuple[Operation, str] | None:
    """Give the operation of a path and the number in it, if any."""
    for operation in OPERATIONS:
        match = operation.path.fullmatch(path)
        if match and operation.method == method:
            return operation, match[1] if match.groups() else ""
    return None


def _create(
    trade_type: TradeType, sim: Simulation, merchant: Merchant, call: Call, _number: str
) -> Answer:
    return 200, create_trade(sim, merchant, trade_type, call.body)


def _query(sim: Simulation, merchant: Merchant, call: Call, out_trade_no: str) -> Answer:
    _check_mchid(merchant, call)
    return 200, trade_view(find_trade(sim, merchant, out_trade_no))


def _query_transaction(
    sim: Simulation, merchant: Merchant, call: Call, transaction_id: str
) -> Answer:
    _check_mchid(merchant, call)
    return 200, trade_view(find_transaction(sim, merchant, transaction_id))


def _close(sim: Simulation, merchant: Merchant, call: Call, out_trade_no: str) -> Answer:
    close_trade(sim, merchant, out_trade_no, call.body)
    return 204, None


def _refund(sim: Simulation, merchant: Merchant, call: Call, _number: str) -> Answer:
    return 200, create_refund(sim, merchant, call.body)


def _query_refund(sim: Simulation, merchant: Merchant, _call: Call, out_refund_no: str) -> Answer:
    return 200, query_refund(sim, merchant, out_refund_no)


def _certificates(_sim: Simulation, _merchant: Merchant, _call: Call, _number: str) -> Answer:
    # Merchants that joined since 2024 have a WeChat Pay public key and no certificates.
    raise business_error(404, "RESOURCE_NOT_EXISTS", reason="no_certificates")


def _check_mchid(merchant: Merchant, call: Call) -> None:
    given = parse_qs(call.query, keep_blank_values=True).get("mchid", [""])
    if given == [""]:
        raise param_error("/mchid", say("wechatpay.issue.required"), location="query")
    if given != [merchant.mchid]:
        issue = say("wechatpay.issue.other_merchant")
        raise param_error("/mchid", issue, location="query", value=given[0])


def _operation(name: str, method: str, path: str, handler: Handler) -> Operation:
    return Operation(name, method, re.compile(path), handler)


OPERATIONS = (
    _operation("create.jsapi", "POST", "/v3/pay/transactions/jsapi", partial(_create, "JSAPI")),
    _operation("create.h5", "POST", "/v3/pay/transactions/h5", partial(_create, "MWEB")),
    _operation("create.native", "POST", "/v3/pay/transactions/native", partial(_create, "NATIVE")),
    _operation("create.app", "POST", "/v3/pay/transactions/app", partial(_create, "APP")),
    _operation("query", "GET", f"/v3/pay/transactions/out-trade-no/{_NUMBER}", _query),
    _operation("query", "GET", f"/v3/pay/transactions/id/{_NUMBER}", _query_transaction),
    _operation("close", "POST", f"/v3/pay/transactions/out-trade-no/{_NUMBER}/close", _close),
    _operation("refund", "POST", "/v3/refund/domestic/refunds", _refund),
    _operation("query_refund", "GET", f"/v3/refund/domestic/refunds/{_NUMBER}", _query_refund),
    _operation("certificates", "GET", "/v3/certificates", _certificates),
)
