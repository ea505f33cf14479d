"""The errors WeChat Pay answers with: HTTP status, code, message and detail.

Codes and statuses follow the provider's tables; ORDERPAID for closing a paid order is the older
API's code, the current one is not published.
"""

from paysim.records import JsonObject
from paysim.wording import say


class Refusal(Exception):  # a refusal is an answer, not a failure of the program
    """An answer other than success."""

    def __init__(
        self, status: int, code: str, message: str, detail: JsonObject | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail

    def body(self) -> JsonObject:
        """Give the JSON the provider sends."""
        body: JsonObject = {"code": self.code, "message": self.message}
        if self.detail is not None:
            body["detail"] = self.detail
        return body


def sign_error(reason: str, detail: JsonObject | None = None) -> Refusal:
    """Refuse an unproven caller."""
    return Refusal(401, "SIGN_ERROR", say(f"wechatpay.sign.{reason}"), detail)


def header_error(reason: str) -> Refusal:
    """Refuse headers."""
    return Refusal(400, "PARAM_ERROR", say(f"wechatpay.header.{reason}"))


def param_error(field: str, issue: str, *, location: str = "body", value: object = "") -> Refusal:
    """Refuse one field, naming it by its path (`/amount/total`)."""
    message = say("wechatpay.param", source=f"/{location}{field}", issue=issue)
    detail: JsonObject = {"location": location, "field": field, "value": value, "issue": issue}
    return Refusal(400, "PARAM_ERROR", message, detail)


def invalid_request(reason: str) -> Refusal:
    """Refuse what is well-formed but makes no sense here."""
    return Refusal(400, "INVALID_REQUEST", say(f"wechatpay.invalid.{reason}"))


def business_error(status: int, code: str, *, reason: str | None = None) -> Refusal:
    """Refuse by a rule of the business; the wording goes by the code or a nearer reason."""
    return Refusal(status, code, say(f"wechatpay.code.{reason or code}"))
