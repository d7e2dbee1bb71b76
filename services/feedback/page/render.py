"""Pages as responses: the templates, the style sheet, and the headers of every answer."""

import hashlib
from pathlib import Path
from typing import Any, Final

from flask import Response, request
from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES: Final = Environment(
    loader=PackageLoader("feedback.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE: Final = Path(__file__).with_name("style.css").read_bytes()
_VERSION: Final = hashlib.sha256(_STYLE).hexdigest()[:12]
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """The page `template` with `values`; addresses in it are relative, so that it may lie anywhere."""
    up = "../" * (request.path.count("/") - 2)
    html = _TEMPLATES.get_template(f"{template}.html").render(up=up, version=_VERSION, **values)
    return Response(html, status, content_type="text/html; charset=utf-8")


def style() -> Response:
    """The style sheet; its address changes with it, so it may be kept for long."""
    response = Response(_STYLE, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def secured(response: Response) -> Response:
    """`response` with the headers of every answer: nothing from elsewhere, no scripts, no frames, kept by
    nobody, and the address, which holds the token, told to nobody."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
