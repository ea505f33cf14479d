"""Files that ship with the product: the built apps, the API's documentation, demo pictures."""

import html
import mimetypes
from importlib import resources
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.response import File, Redirect

from shunyue.kernel.settings import Settings

_BUILT_IN_TREE = {
    "customer": "apps/customer/dist/build/h5",
    "console": "apps/console/dist",
    "docs": "packages/api-docs/node_modules/swagger-ui-dist",
}
_VIEWER_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TITLE API</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<div id="viewer"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script>
  SwaggerUIBundle({
    url: "/docs/openapi.json",
    dom_id: "#viewer",
    deepLinking: true,
    validatorUrl: null,
  })
</script>
</html>
"""
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
    " script-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'"
)


def built(settings: Settings, part: str) -> Path:
    """Return where the built files of `customer`, `console` or `docs` are.

    That is below the setting, or where the source tree's own builds leave them.
    """
    if settings.static_dir is not None:
        return settings.static_dir / part
    return Path(__file__).parents[3] / _BUILT_IN_TREE[part]


def openapi_plugins() -> list[OpenAPIRenderPlugin]:
    """Show the API with scripts of our own server; nothing is loaded from elsewhere."""
    return [_Viewer(path="/"), JsonRenderPlugin(path="/openapi.json")]


class _Viewer(OpenAPIRenderPlugin):
    """Swagger UI from our own server. Litestar's own page asks others for icon and validator."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the page."""
        del request
        title = html.escape(openapi_schema["info"]["title"])
        return _VIEWER_PAGE.replace("TITLE", title).encode()


def handlers(settings: Settings) -> list[HTTPRouteHandler]:
    """Return the routes of everything that is a file."""
    customer, console = built(settings, "customer"), built(settings, "console")
    docs = built(settings, "docs")

    @get("/", include_in_schema=False)
    async def customer_app() -> File:
        return _file(customer, "index.html")

    @get("/m/{slug:str}", include_in_schema=False)
    async def customer_app_of_merchant(
        request: Request[Any, Any, Any], slug: str
    ) -> File | Redirect:
        # The app's addresses are relative to its page: the slash decides where they lead.
        if not request.scope["raw_path"].endswith(b"/"):
            return Redirect(f"/m/{slug}/")
        return _file(customer, "index.html")

    @get(["/assets/{path:path}", "/static/{path:path}"], include_in_schema=False)
    async def customer_assets(request: Request[Any, Any, Any], path: str) -> File:
        kind = request.url.path.split("/")[1]
        return _file(customer / kind, path)

    @get(
        ["/m/{slug:str}/assets/{path:path}", "/m/{slug:str}/static/{path:path}"],
        include_in_schema=False,
    )
    async def customer_assets_of_merchant(
        request: Request[Any, Any, Any],
        slug: str,  # noqa: ARG001  # The files are the same for all merchants.
        path: str,
    ) -> File:
        kind = request.url.path.split("/")[3]
        return _file(customer / kind, path)

    @get(["/console", "/console/{path:path}"], include_in_schema=False)
    async def console_app(path: str = "") -> File:
        # Addresses of pages belong to the console's own router.
        is_file = bool(path) and (console / path.lstrip("/")).is_file()
        return _file(console, path if is_file else "index.html")

    @get("/docs/assets/{path:path}", include_in_schema=False)
    async def docs_assets(path: str) -> File:
        return _file(docs, path)

    @get("/media/{path:path}", include_in_schema=False)
    async def media(path: str) -> Response[bytes]:
        return _packaged(path)

    return [
        customer_app,
        customer_app_of_merchant,
        customer_assets,
        customer_assets_of_merchant,
        console_app,
        docs_assets,
        media,
    ]


def _file(root: Path, path: str) -> File:
    found = (root / path.lstrip("/")).resolve()
    if not found.is_relative_to(root.resolve()) or not found.is_file():
        raise NotFoundException(path)
    is_page = found.suffix == ".html"
    headers = {"cache-control": _ASK_AGAIN if is_page else _FOREVER}
    if is_page:
        headers["content-security-policy"] = _POLICY
    kind, _ = mimetypes.guess_type(found.name)
    return File(
        found,
        content_disposition_type="inline",
        media_type=kind or "application/octet-stream",
        headers=headers,
    )


def _packaged(path: str) -> Response[bytes]:
    """Serve a picture of the demo merchant; uploads of merchants get a store of their own."""
    name = path.lstrip("/")
    folder = resources.files("shunyue.demo").joinpath("media")
    found = folder.joinpath(name)
    if "/" in name or not name.endswith(".svg") or not found.is_file():
        raise NotFoundException(path)
    return Response(
        found.read_bytes(), media_type="image/svg+xml", headers={"cache-control": _FOREVER}
    )
