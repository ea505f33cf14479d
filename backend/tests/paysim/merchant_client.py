"""A merchant that signs, verifies and decrypts by itself, by the simulator's virtual clock."""

import base64
import json
import secrets
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.paysim.notice_receiver import Received
from tests.paysim.simulator_process import SimulatorProcess

TRADES = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
APIV3_KEY = "0123456789abcdefghijklmnopqrstuv"
APPID = "wx0000000000000001"
SERIAL_NO = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"


class MerchantClient:
    """A registered merchant; every change of the defaults is one keyword."""

    def __init__(self, simulator: SimulatorProcess, mchid: str, notify_url: str) -> None:
        self.simulator = simulator
        self.mchid = mchid
        self.notify_url = notify_url
        self.private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        answer = self.register()
        self.public_key_id: str = answer["public_key_id"]
        self.platform_public_key: str = answer["public_key"]

    def registration(self, **changes: Any) -> dict[str, Any]:
        """Give what the merchant registers with."""
        public_pem = self.private_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "appids": [APPID],
            "serial_no": SERIAL_NO,
            "merchant_public_key": public_pem.decode(),
            "apiv3_key": APIV3_KEY,
            "payee_name": "陶然手作",
        } | changes

    def register(self, **changes: Any) -> Any:
        """Register, or register again with changes."""
        path = f"/_sim/wechat/merchants/{self.mchid}"
        response = self.simulator.http.put(path, json=self.registration(**changes))
        response.raise_for_status()
        return response.json()

    def terms(self, kind: str = "native", **changes: Any) -> dict[str, Any]:
        """Give the body that orders a payment; a change to None leaves the field out."""
        terms: dict[str, Any] = {
            "appid": APPID,
            "mchid": self.mchid,
            "description": "亲子陶艺课·周六场",
            "out_trade_no": new_number(),
            "notify_url": self.notify_url,
            "amount": {"total": 12800, "currency": "CNY"},
        }
        if kind == "jsapi":
            terms["payer"] = {"openid": "oTEST000000000000000000000001"}
        if kind == "h5":
            terms["scene_info"] = {"payer_client_ip": "203.0.113.9", "h5_info": {"type": "Wap"}}
        terms |= changes
        return {name: value for name, value in terms.items() if value is not None}

    def create(self, kind: str = "native", **changes: Any) -> httpx.Response:
        """Order a payment."""
        return self.call("POST", f"{TRADES}/{kind}", self.terms(kind, **changes))

    def paid_trade(self, **changes: Any) -> str:
        """Order a payment and pay it; give its number."""
        out_trade_no = new_number()
        assert self.create(out_trade_no=out_trade_no, **changes).status_code == 200
        self.simulator.post("pay", out_trade_no=out_trade_no)
        return out_trade_no

    def query(self, out_trade_no: str) -> httpx.Response:
        """Ask for a trade."""
        return self.call("GET", f"{TRADES}/out-trade-no/{out_trade_no}?mchid={self.mchid}")

    def state(self, out_trade_no: str) -> str:
        """Ask for the state of a trade only."""
        return str(self.query(out_trade_no).json()["trade_state"])

    def close(self, out_trade_no: str) -> httpx.Response:
        """Close a trade."""
        path = f"{TRADES}/out-trade-no/{out_trade_no}/close"
        return self.call("POST", path, {"mchid": self.mchid})

    def refund(self, number: str, fen: int, **changes: Any) -> httpx.Response:
        """Send money back."""
        terms = {
            "out_trade_no": number,
            "out_refund_no": new_number(),
            "notify_url": self.notify_url,
            "amount": {"refund": fen, "total": 12800, "currency": "CNY"},
        } | changes
        terms = {name: value for name, value in terms.items() if value is not None}
        return self.call("POST", REFUNDS, terms)

    def query_refund(self, out_refund_no: str) -> httpx.Response:
        """Ask for a refund."""
        return self.call("GET", f"{REFUNDS}/{out_refund_no}")

    def call(
        self, method: str, target: str, body: dict[str, Any] | bytes | None = None, **claims: Any
    ) -> httpx.Response:
        """Send a signed call; the answer must be signed too."""
        content = body if isinstance(body, bytes) else b"" if body is None else _encode(body)
        headers = self.headers(method, target, content, **claims)
        response = self.simulator.http.request(method, target, content=content, headers=headers)
        assert self.has_signed(dict(response.headers), response.content)
        return response

    def headers(self, method: str, target: str, content: bytes, **claims: Any) -> dict[str, str]:
        """Sign a call; `claims` replace what is true in the Authorization header."""
        truth = {
            "mchid": self.mchid,
            "nonce_str": secrets.token_hex(16),
            "timestamp": str(int(self.simulator.now())),
            "serial_no": SERIAL_NO,
        } | {name: value for name, value in claims.items() if name != "signature"}
        message = f"{method}\n{target}\n{truth['timestamp']}\n{truth['nonce_str']}\n".encode()
        raw = self.private_key.sign(message + content + b"\n", padding.PKCS1v15(), hashes.SHA256())
        fields = truth | {"signature": claims.get("signature", base64.b64encode(raw).decode())}
        joined = ",".join(f'{name}="{value}"' for name, value in fields.items())
        return {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {joined}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "shop-test",
            "Wechatpay-Serial": self.public_key_id,
        }

    def has_signed(self, headers: dict[str, str], body: bytes) -> bool:
        """Tell whether WeChat Pay signed this, now, with the key the merchant knows."""
        lower = {name.lower(): value for name, value in headers.items()}
        timestamp, nonce = lower["wechatpay-timestamp"], lower["wechatpay-nonce"]
        if lower["wechatpay-serial"] != self.public_key_id:
            return False
        if abs(self.simulator.now() - int(timestamp)) >= 300:
            return False
        key = serialization.load_pem_public_key(self.platform_public_key.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            signature = base64.b64decode(lower["wechatpay-signature"], validate=True)
            message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def open(self, notice: Received) -> dict[str, Any]:
        """Verify a notice and give it with its content in plain."""
        assert self.has_signed(notice.headers, notice.body)
        envelope: dict[str, Any] = json.loads(notice.body)
        return envelope | {"resource": decrypt(envelope["resource"], APIV3_KEY)}


def decrypt(resource: dict[str, str], apiv3_key: str) -> dict[str, Any]:
    """Decrypt the resource of a notice."""
    plain = AESGCM(apiv3_key.encode()).decrypt(
        resource["nonce"].encode(),
        base64.b64decode(resource["ciphertext"]),
        resource["associated_data"].encode(),
    )
    content: dict[str, Any] = json.loads(plain)
    return content


def new_number() -> str:
    """Make an order or refund number nobody has used."""
    return "SY" + secrets.token_hex(12)


def _encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
