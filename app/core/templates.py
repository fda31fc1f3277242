"""The Jinja environment: strict, escaping, translated, with the site's own helpers."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from app.core import formats, i18n
from app.core.static import static_url

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
FILTERS: dict[str, Callable[[Any], str]] = {
    "date": formats.format_date,
    "moment": formats.format_moment,
    "number": formats.format_number,
    "money": formats.format_money,
}


def make_environment(folder: Path = TEMPLATES, *, reload: bool = False) -> Environment:
    """An environment over one folder of templates; `reload` notices edited files."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
    )
    environment.policies["ext.i18n.trimmed"] = True
    vars(environment)["newstyle_gettext"] = True  # {% trans %} hands its variables over
    environment.globals.update(
        {"_": _say, "gettext": _gettext, "ngettext": _ngettext, "static": static_url}
    )
    environment.globals.update({"url": url, "here": here, "languages": i18n.LANGUAGES})
    for name, form in FILTERS.items():
        environment.filters[name] = _in_context(form)
    return environment


def _say(message: str, /, **values: object) -> str:
    """`_("… {name}", name=…)`: plain text, escaped like any other value.

    A value that is markup stays markup, and then the words around it are escaped here.
    """
    if any(isinstance(value, Markup) for value in values.values()):
        return escape(i18n.translate(message)).format(**values)
    return i18n._(message, **values)


def _gettext(message: str, /, **values: object) -> Markup:
    """What `{% trans %}` calls: the words may hold markup, the values are escaped."""
    return Markup(i18n.translate(message)) % values  # noqa: S704  written by us and translators


def _ngettext(singular: str, plural: str, n: int, /, **values: object) -> Markup:
    """What `{% trans %}…{% pluralize %}` calls, and `ngettext("{n} case", "{n} cases", n)`."""
    said = Markup(i18n.translate_plural(singular, plural, n))  # noqa: S704  as above
    known = {"n": n, "num": n, **values}
    return said % known if "%(" in said else said.format(**known)


def _in_context(form: Callable[[Any], str]) -> Callable[[Context, Any], str]:
    """The filter, kept from being worked out once when its template is compiled."""

    @pass_context
    def live(_context: Context, value: Any) -> str:
        return form(value)

    return live


@pass_context
def url(context: Context, name: str, /, **params: Any) -> str:
    """The path of a named route: `url("catalogue:vendor", slug=vendor.slug)`."""
    return str(context["request"].app.url_path_for(name, **params))


@pass_context
def here(context: Context, /, **changes: Any) -> str:
    """This page's address with some of its query changed.

    A list gives a parameter several values; None or an empty list removes it.
    """
    request = context["request"]
    kept = [
        (name, said) for name, said in request.query_params.multi_items() if name not in changes
    ]
    added = [(name, str(one)) for name, value in changes.items() for one in _several(value)]
    query = urlencode(kept + added)
    return f"{request.url.path}?{query}" if query else str(request.url.path)


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
