"""Proves who calls: scheme, merchant, serial, clock skew, signature and nonce, in this order."""

import re
from dataclasses import dataclass

from paysim.simulation import Simulation
from paysim.wechatpay.refusals import business_error, header_error, sign_error
from paysim.wechatpay.signing import is_signed, request_message
from paysim.wechatpay_records import Merchant

SCHEME = "WECHATPAY2-SHA256-RSA2048"
LONGEST_SKEW_SECONDS = 300
LONGEST_NONCE = 32
_FIELD = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*')
_CLAIMED_MCHID = re.compile(r'\bmchid="([^"]*)"')
_FIELDS = {"mchid", "nonce_str", "timestamp", "serial_no", "signature"}


@dataclass(frozen=True)
class Call:
    """A request exactly as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Path and query as signed."""
        return f"{self.path}?{self.query}" if self.query else self.path


def claimed_merchant(sim: Simulation, call: Call) -> Merchant | None:
    """Find whose key signs the answer, even when the caller is about to be refused."""
    claim = _CLAIMED_MCHID.search(call.headers.get("authorization", ""))
    return sim.state.wechatpay.merchants.get(claim[1]) if claim else None


def authorize(sim: Simulation, call: Call) -> Merchant:
    """Give the merchant who signed this call, or refuse it."""
    if not (call.headers.get("accept") and call.headers.get("user-agent")):
        raise header_error("missing")
    fields = _parse(call.headers.get("authorization", ""))
    if fields is None:
        raise sign_error("malformed")
    merchant = sim.state.wechatpay.merchants.get(fields["mchid"])
    if merchant is None:
        raise business_error(400, "MCH_NOT_EXISTS")
    if fields["serial_no"].upper() != merchant.serial_no.upper():
        raise sign_error("serial")
    # The header declares which key of WeChat Pay the caller will verify the answer with.
    if call.headers.get("wechatpay-serial", merchant.public_key_id) != merchant.public_key_id:
        raise header_error("serial")
    _check_time(sim, fields["timestamp"])
    _check_signature(call, merchant, fields)
    _remember_nonce(sim, merchant.mchid, fields["nonce_str"])
    return merchant


def _parse(header: str) -> dict[str, str] | None:
    scheme, _, rest = header.strip().partition(" ")
    if scheme != SCHEME:
        return None
    fields: dict[str, str] = {}
    for part in rest.split(","):
        match = _FIELD.fullmatch(part)
        if match is None or match[1] in fields:
            return None
        fields[match[1]] = match[2]
    is_complete = fields.keys() == _FIELDS and all(fields.values())
    return fields if is_complete and len(fields["nonce_str"]) <= LONGEST_NONCE else None


def _check_time(sim: Simulation, timestamp: str) -> None:
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise sign_error("malformed")
    if abs(sim.now() - int(timestamp)) > LONGEST_SKEW_SECONDS:
        raise sign_error("skew")


def _check_signature(call: Call, merchant: Merchant, fields: dict[str, str]) -> None:
    message = request_message(
        call.method,
        call.target,
        timestamp=fields["timestamp"],
        nonce=fields["nonce_str"],
        body=call.body,
    )
    if is_signed(merchant.merchant_public_key, message, fields["signature"]):
        return
    raise sign_error(
        "mismatch",
        {
            "detail": {"issue": "sign not match"},
            "field": "signature",
            "location": "authorization",
            "sign_information": {
                "method": call.method,
                "url": call.target,
                "sign_message_length": len(message),
                "truncated_sign_message": message[:120].decode("utf-8", "replace"),
            },
        },
    )


def _remember_nonce(sim: Simulation, mchid: str, nonce: str) -> None:
    # Kept in memory only: a nonce matters as long as its timestamp is still accepted.
    horizon = sim.now() - 2 * LONGEST_SKEW_SECONDS
    seen = sim.seen_nonces
    while seen and next(iter(seen.values())) < horizon:
        del seen[next(iter(seen))]
    if (mchid, nonce) in seen:
        raise sign_error("replay")
    seen[mchid, nonce] = sim.now()
