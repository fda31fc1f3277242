"""What each side is called in a thread: who hides is called by city and industry alone."""

from app.catalogue import labels
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Organisation
from app.core.i18n import _
from app.inquiries.models import Inquiry, Side
from app.inquiries.seeing import shows_asker
from app.needs.models import Need


def asker_name(inquiry: Inquiry, side: Side, asker: Organisation, need: Need | None) -> str:
    """What the asking organisation is called by a side."""
    return asker.name if shows_asker(inquiry, side) else hidden_name(need)


def hidden_name(need: Need | None) -> str:
    """A manufacturer in a city and an industry, as far as its need says so."""
    city = get_vocabulary().city_of(need.region) if need and need.region else None
    place = labels.code_label("city", city) if city else _("Guangdong")
    if need and need.industries:
        industry = labels.code_label("industry", need.industries[0])
        return _("A manufacturer in {city}, {industry}", city=place, industry=industry)
    return _("A manufacturer in {city}", city=place)
