"""All routes of the API as the application knows them, each with a request that fits it."""

from typing import Any, get_args
from uuid import UUID, uuid4

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from tests.builders.callers import SETTINGS, framework

# What any route may answer without saying so: the shape, the size, the address, an outage, a bug.
EVERYWHERE = frozenset(
    {"invalid_request", "body_too_large", "not_found", "server_fault", "temporarily_unavailable"}
)

_BODIES: dict[tuple[str, str], Any] = {
    ("POST", "slots"): {"offering_id": str(uuid4()), "on_date": "2030-01-01", "starts": "10:00"},
    ("POST", "slots/{slot_id}/closure"): {"reason": "培训"},
    ("POST", "slot-closures"): {"slot_ids": [str(uuid4())], "reason": "培训"},
    ("POST", "login-codes"): {"phone": "13800000000"},
    ("POST", "logins"): {"phone": "13800000000", "code": "000000"},
    ("POST", "logins/refresh"): {"refresh_token": f"{uuid4()}.x"},
    ("POST", "slots/{slot_id}/holds"): {"party_size": 1},
    ("PUT", "orders/{number}/registration/draft/{key}"): {"value": "许知行", "version": 0},
    ("POST", "orders/{number}/registration"): {"answers": {}},
    ("POST", "offerings/{offering_id}/rules"): {
        "seen_version": 1,
        "max_open": 3,
        "max_party": 1,
        "notice_minutes": 30,
        "horizon_days": 30,
        "free_until_hours": 24,
        "fee_percent": 20,
    },
    ("POST", "orders/{number}/payments"): {"channel": "wechat", "scene": "native"},
    ("POST", "orders/{number}/cancellation"): {"fee_fen": 0},
}
_CONSOLE_BODIES: dict[str, Any] = {
    "orders/{number}/cancellation": {"reason": "老师生病", "fee_fen": 0},
    "order-cancellations": {"reason": "老师生病", "numbers": ["000000000000"]},
}
_CONSOLE_SIGN_IN = {"merchant": "qihe", "account": "nobody", "password": "wrong password"}


class Route(msgspec.Struct, frozen=True):
    """One operation of the API."""

    method: str
    path: str
    handler: HTTPRouteHandler

    @property
    def name(self) -> str:
        """How a person would call it."""
        return f"{self.method} {self.path}"

    @property
    def below(self) -> str:
        """The path without what all paths of its kind begin with."""
        return self.path.removeprefix("/v1/m/{slug}").removeprefix("/console/v1").lstrip("/")

    @property
    def is_customers(self) -> bool:
        """Whether it belongs to a merchant's customers."""
        return self.path.startswith("/v1/m/")

    @property
    def asks_for(self) -> str | None:
        """Who has to be signed in: `customer`, `staff`, or nobody."""
        parameters = self.handler.parsed_fn_signature.parameters
        if self.handler.opt.get("permission") is not None:
            return "staff"
        return next((one for one in ("customer", "staff") if one in parameters), None)

    @property
    def body(self) -> Any:
        """A body of the right shape, or None where there is none."""
        if "data" not in self.handler.parsed_fn_signature.parameters:
            return None
        if self.path == "/console/v1/logins":
            return _CONSOLE_SIGN_IN
        if not self.is_customers:
            return _CONSOLE_BODIES.get(self.below, {})
        return _BODIES.get((self.method, self.below), {})

    def address(self, slug: str = "qihe", **known: object) -> str:
        """Fill the path in; what is not given is an id or number that nobody has."""
        blanks: dict[str, object] = {
            "slug": slug,
            "number": "000000000000",
            "key": "name",
            "channel": "wechat",
        }
        return self.path.format_map(_Blanks(blanks | known))

    def declared(self) -> dict[int, set[str]]:
        """Read the codes that the route says it may answer, by status."""
        return {
            status: set(get_args(spec.data_container.__annotations__["code"]))
            for status, spec in (self.handler.responses or {}).items()
        }


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> UUID:
        return uuid4()


def routes() -> list[Route]:
    """List every operation of the API, in the order of their paths."""
    app = framework(SETTINGS)
    found = [
        Route(method, route.path_format.rstrip("/") or "/", handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods)
        if method != "OPTIONS" and handler.include_in_schema is not False
    ]
    api = [one for one in found if one.path.startswith(("/v1", "/console/v1"))]
    return sorted(api, key=lambda one: (one.path, one.method))


ROUTES = routes()
