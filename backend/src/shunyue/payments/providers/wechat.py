"""WeChat Pay API v3 as a payment provider: its calls, errors and notices."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec

from shunyue.payments.providers import port, wechat_answers, wechat_signature
from shunyue.payments.providers.wechat_config import PUBLIC_KEY_SERIAL, WechatConfig, read_keys

T = TypeVar("T")

CHINA = timezone(timedelta(hours=8))
PREPAY_LIFETIME = timedelta(hours=2)
H5_LIFETIME = timedelta(minutes=5)
# WeChat's pages leave the unit of these limits open: counted in bytes they fit every reading
DESCRIPTION_BYTES = 127
REASON_BYTES = 80

_ORDERS = "/v3/pay/transactions"
_REFUNDS = "/v3/refund/domestic/refunds"
_MISCONFIGURED = {"SIGN_ERROR", "NO_AUTH", "APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS"}
_TRANSIENT = {"SYSTEM_ERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED"}
_NO_SUCH_ORDER = {"ORDER_NOT_EXIST", "ORDERNOTEXIST"}
_NO_SUCH_REFUND = {"RESOURCE_NOT_EXISTS"}


class WechatPay:
    """One merchant's account at WeChat Pay; a port.PaymentProvider."""

    def __init__(
        self, config: WechatConfig, client: httpx.AsyncClient, now: Callable[[], datetime]
    ) -> None:
        """Take checked settings, a client that carries the time-outs, and the clock."""
        self._config = config
        self._keys = read_keys(config)
        self._client = client
        self._now = now

    async def create(self, attempt: port.AttemptOrder, scene: port.Scene) -> port.PaymentPrompt:
        """Place the order; a repeat sends identical bytes, which WeChat answers afresh."""
        kind, particulars = _scene_on_the_wire(scene)
        order = {
            "appid": self._config.appid,
            "mchid": self._config.mchid,
            "description": _clip(attempt.description, DESCRIPTION_BYTES),
            "out_trade_no": attempt.out_trade_no,
            "time_expire": attempt.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "notify_url": self._config.notify_url,
            "amount": {"total": attempt.amount_fen, "currency": attempt.currency},
        }
        response = await self._call("POST", f"{_ORDERS}/{kind}", order | particulars)
        created = _understood(wechat_answers.read_created, response)
        return self._prompt(scene, created, attempt.expires_at)

    async def query(self, out_trade_no: str) -> port.TradeState:
        """Ask by our own number, the only one that works before payment."""
        try:
            path = f"{_ORDERS}/out-trade-no/{quote(out_trade_no, safe='')}"
            response = await self._call("GET", f"{path}?mchid={self._config.mchid}")
        except port.ProviderRefused as refusal:
            if refusal.code not in _NO_SUCH_ORDER:
                raise
            return port.TradeState(out_trade_no=out_trade_no, state="absent")
        trade = _understood(wechat_answers.read_trade, response)
        _require_same(out_trade_no, trade.out_trade_no)
        return trade

    async def close(self, out_trade_no: str) -> None:
        """Close an unpaid order; only a signed 204 says that it is closed."""
        path = f"{_ORDERS}/out-trade-no/{quote(out_trade_no, safe='')}/close"
        try:
            response = await self._call("POST", path, {"mchid": self._config.mchid})
        except port.ProviderRefused as refusal:
            raise port.CloseRefused(refusal.code, refusal.message, refusal.request_id) from refusal
        if response.status_code != HTTPStatus.NO_CONTENT:
            raise port.CloseRefused(f"HTTP_{response.status_code}", "not the answer to a close")

    async def refund(self, order: port.RefundOrder) -> port.RefundState:
        """Ask for a refund; every doubtful outcome becomes RefundUnsettled."""
        try:
            response = await self._call("POST", _REFUNDS, self._refund_on_the_wire(order))
            refund = _understood(wechat_answers.read_refund, response)
            _require_same(order.out_refund_no, refund.out_refund_no)
        except (port.ProviderUnreachable, port.ProviderRefused) as doubt:
            if isinstance(doubt, port.ProviderRefused) and doubt.code != "NOT_ENOUGH":
                raise
            raise port.RefundUnsettled(doubt.code, doubt.message, doubt.request_id) from doubt
        return refund

    async def query_refund(self, out_refund_no: str) -> port.RefundState:
        """Ask by our own refund number."""
        try:
            response = await self._call("GET", f"{_REFUNDS}/{quote(out_refund_no, safe='')}")
        except port.ProviderRefused as refusal:
            if refusal.code not in _NO_SUCH_REFUND:
                raise
            return port.RefundState(out_refund_no=out_refund_no, state="absent")
        refund = _understood(wechat_answers.read_refund, response)
        _require_same(out_refund_no, refund.out_refund_no)
        return refund

    def read_notice(self, headers: Mapping[str, str], raw_body: bytes) -> port.Notice:
        """Verify the raw bytes, then open the sealed resource."""
        try:
            wechat_signature.verify(headers, raw_body, self._keys.platform, self._now())
            envelope = wechat_answers.read_envelope(raw_body)
            content = self._open(envelope)
        except wechat_signature.SignatureInvalid as invalid:
            raise port.NoticeRejected(str(invalid)) from None
        except wechat_answers.NotUnderstood as unclear:
            raise port.NoticeRejected(f"not_understood: {unclear}") from None
        return port.Notice(notice_id=envelope.id, kind=envelope.event_type, content=content)

    def _open(self, envelope: wechat_answers.Envelope) -> port.TradeState | port.RefundState | None:
        family = envelope.event_type.partition(".")[0]
        if family not in {"TRANSACTION", "REFUND"}:
            return None
        plain = wechat_signature.decrypt(
            self._keys.apiv3,
            nonce=envelope.resource.nonce,
            associated_data=envelope.resource.associated_data,
            ciphertext=envelope.resource.ciphertext,
        )
        if family == "TRANSACTION":
            return wechat_answers.read_trade(plain)
        return wechat_answers.read_refund(plain)

    def _prompt(
        self, scene: port.Scene, created: wechat_answers.Created, pay_by: datetime
    ) -> port.PaymentPrompt:
        prepay_end = min(self._now() + PREPAY_LIFETIME, pay_by)
        match scene, created:
            case port.NativeScene(), wechat_answers.Created(code_url=str(code_url)):
                return port.PaymentPrompt(expires_at=prepay_end, code_url=code_url)
            case port.H5Scene(return_url=back), wechat_answers.Created(h5_url=str(h5_url)):
                h5_end = min(self._now() + H5_LIFETIME, pay_by)
                return port.PaymentPrompt(expires_at=h5_end, h5_url=_with_return(h5_url, back))
            case port.JsapiScene(), wechat_answers.Created(prepay_id=str(prepay_id)):
                params = self._jsapi_params(prepay_id)
                return port.PaymentPrompt(expires_at=prepay_end, app_params=params)
        raise port.AnswerUnusable("answer_incomplete", "no way to the cashier in the answer")

    def _jsapi_params(self, prepay_id: str) -> dict[str, str]:
        timestamp, nonce = self._stamp()
        package = f"prepay_id={prepay_id}"
        signature = wechat_signature.pay_sign(
            self._keys.merchant, self._config.appid, timestamp, nonce, package
        )
        return {
            "appId": self._config.appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signature,
        }

    def _refund_on_the_wire(self, order: port.RefundOrder) -> dict[str, object]:
        return {
            "out_trade_no": order.out_trade_no,
            "out_refund_no": order.out_refund_no,
            "reason": _clip(order.reason, REASON_BYTES),
            "notify_url": self._config.notify_url,
            "amount": {
                "refund": order.refund_fen,
                "total": order.total_fen,
                "currency": order.currency,
            },
        }

    async def _call(
        self, method: str, path: str, payload: dict[str, object] | None = None
    ) -> httpx.Response:
        try:
            response = await self._client.send(
                self._signed(method, path, payload), follow_redirects=False
            )
        except httpx.RequestError as lost:
            raise port.ProviderUnreachable("no_answer", type(lost).__name__) from lost
        return self._trusted(response)

    def _signed(self, method: str, path: str, payload: dict[str, object] | None) -> httpx.Request:
        body = b"" if payload is None else msgspec.json.encode(payload)
        headers = {"Accept": "application/json", "User-Agent": "Shunyue"}
        if body:
            headers["Content-Type"] = "application/json"
        for serial in self._keys.platform:
            if PUBLIC_KEY_SERIAL.fullmatch(serial):
                # declares the key we verify with, so that a merchant in transition gets it
                headers["Wechatpay-Serial"] = serial
        request = self._client.build_request(
            method, self._config.base_url.rstrip("/") + path, content=body, headers=headers
        )
        timestamp, nonce = self._stamp()
        # what is signed is read back from the request: the exact bytes that leave
        line = (method, request.url.raw_path.decode())
        signature = wechat_signature.sign_request(self._keys.merchant, line, body, timestamp, nonce)
        request.headers["Authorization"] = wechat_signature.authorization(
            (self._config.mchid, self._config.merchant_serial),
            timestamp=timestamp,
            nonce=nonce,
            signature=signature,
        )
        return request

    def _trusted(self, response: httpx.Response) -> httpx.Response:
        """Let a proven 2xx through; everything else becomes the error it stands for."""
        status = response.status_code
        problem = wechat_answers.read_problem(response.content)
        described = (
            problem.code or f"HTTP_{status}",
            problem.message or "no description",
            response.headers.get("Request-ID"),
        )
        if status == HTTPStatus.UNAUTHORIZED:
            # not verified: a wrong clock or key of ours would hide the very error that says so
            raise port.ProviderMisconfigured(*described)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise port.ProviderUnreachable(*described)
        if response.is_success or "Wechatpay-Signature" in response.headers:
            self._verify(response)
        if response.is_success:
            return response
        if not problem.code:
            # a proxy or a wrong host answered: nothing is known about the order
            raise port.AnswerUnusable(*described)
        if problem.code in _MISCONFIGURED:
            raise port.ProviderMisconfigured(*described)
        if problem.code in _TRANSIENT:
            raise port.ProviderUnreachable(*described)
        raise port.ProviderRefused(*described)

    def _verify(self, response: httpx.Response) -> None:
        try:
            wechat_signature.verify(
                response.headers, response.content, self._keys.platform, self._now()
            )
        except wechat_signature.SignatureInvalid as invalid:
            request_id = response.headers.get("Request-ID")
            raise port.AnswerUnusable("not_proven", str(invalid), request_id) from None

    def _stamp(self) -> tuple[str, str]:
        return str(int(self._now().timestamp())), secrets.token_hex(16)


def _scene_on_the_wire(scene: port.Scene) -> tuple[str, dict[str, object]]:
    match scene:
        case port.NativeScene():
            return "native", {}
        case port.H5Scene():
            place = {"payer_client_ip": scene.payer_ip, "h5_info": {"type": "Wap"}}
            return "h5", {"scene_info": place}
        case port.JsapiScene():
            return "jsapi", {"payer": {"openid": scene.payer_id}}


def _with_return(h5_url: str, return_url: str | None) -> str:
    if return_url is None:
        return h5_url
    parts = urlsplit(h5_url)
    added = urlencode({"redirect_url": return_url}, quote_via=quote, safe="")
    return parts._replace(query=f"{parts.query}&{added}" if parts.query else added).geturl()


def _understood(read: Callable[[bytes], T], response: httpx.Response) -> T:
    try:
        return read(response.content)
    except wechat_answers.NotUnderstood as unclear:
        request_id = response.headers.get("Request-ID")
        raise port.AnswerUnusable("not_understood", str(unclear), request_id) from None


def _require_same(asked: str, answered: str) -> None:
    # a genuine answer about another number may be a replayed one
    if asked != answered:
        raise port.AnswerUnusable("not_proven", "the answer is about another number")


def _clip(text: str, limit_bytes: int) -> str:
    return text.encode()[:limit_bytes].decode(errors="ignore")
