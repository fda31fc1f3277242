"""What every site of ours needs around its routes, in one call."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from app.core import problems
from app.core.head import HeadMiddleware
from app.core.language import LanguageMiddleware
from app.core.logs import RequestLogMiddleware
from app.core.metrics import MetricsMiddleware
from app.core.origin import SameOriginMiddleware
from app.core.security import BodyLimitMiddleware, SecurityHeadersMiddleware
from app.core.settings import Settings
from app.core.static import PREFIX, HashedFiles
from app.core.templates import TEMPLATES, make_environment

CHECKOUT = "https://checkout.stripe.com"  # where the hosted page is, once a key is set


def install(app: FastAPI, settings: Settings, templates: Path = TEMPLATES) -> None:
    """Give an application its templates, static files, error pages and middleware."""
    app.state.environment = make_environment(templates, reload=not settings.is_production)
    app.mount(PREFIX, HashedFiles(), name="static")
    problems.install(app)
    # The last one added is the outermost: each line is inside the next.
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(SameOriginMiddleware, settings.public_url)
    app.add_middleware(problems.FailureMiddleware)
    is_https = settings.public_url.startswith("https://")
    app.add_middleware(LanguageMiddleware, default=settings.language, is_https=is_https)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    if settings.metrics_port:
        app.add_middleware(MetricsMiddleware)
    app.add_middleware(HeadMiddleware)
    forms_to = CHECKOUT if settings.stripe_key.get_secret_value() else ""
    app.add_middleware(SecurityHeadersMiddleware, is_https=is_https, forms_to=forms_to)
    app.add_middleware(RequestLogMiddleware)
