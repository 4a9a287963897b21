"""The OpenAPI document, and its page /docs: from this origin alone, under any path of a proxy."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from services.api.rights import OPEN, OpenToAll


def install(app: FastAPI) -> None:
    """Serve Swagger UI at /docs; FastAPI's own page would load it from elsewhere."""
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{app.title}: API",
        swagger_js_url="docs/ui/swagger-ui-bundle.js",
        swagger_css_url="docs/ui/swagger-ui.css",
        swagger_favicon_url="icon.svg",
    )
    content = bytes(page.body).decode()
    headers = {"Content-Security-Policy": _policy(content)}

    @app.get("/docs", dependencies=OPEN, include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(content, headers=headers)

    # Encoding takes 10 ms, and anybody may ask for it.
    @functools.cache
    def encoded() -> str:
        return json.dumps(app.openapi(), ensure_ascii=False)

    @app.get("/openapi.json", dependencies=OPEN, include_in_schema=False)
    async def document() -> Response:
        return Response(encoded(), media_type="application/json")

    app.mount("/docs/ui", OpenToAll(StaticFiles(packages=[("fastapi_swagger", "resources")])))


def _policy(content: str) -> str:
    """The page's content policy; its one inline script is allowed by its hash."""
    (script,) = re.findall(r"<script>(.*?)</script>", content, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
