"""The form in which a reviewer gives points."""

from collections.abc import Mapping, Sequence

from app.core.forms import LONGEST
from app.core.i18n import _
from app.curation.applications.criteria import MOST, TOTAL
from app.curation.applications.models import Criterion

Given = dict[str, tuple[int, str]]


def read(rows: Sequence[Criterion], posted: Mapping[str, str]) -> tuple[Given, dict[str, str]]:
    """Points and reason by criterion, and what is wrong by field.

    What is left out stays to be scored; points at the ends of the range need a reason.
    """
    given: Given = {}
    errors: dict[str, str] = {}
    for one in rows:
        points, reason = posted.get(f"points-{one.code}", ""), posted.get(f"why-{one.code}", "")
        if one.code == TOTAL or not points:
            continue
        if points not in map(str, range(MOST + 1)):
            errors[f"points-{one.code}"] = _("Points go from 0 to {most}.", most=MOST)
        elif points in ("0", str(MOST)) and not reason:
            errors[f"why-{one.code}"] = _("Say in a sentence why.")
        elif len(reason) > LONGEST:
            errors[f"why-{one.code}"] = _("Say it in at most {most} characters.", most=LONGEST)
        else:
            given[one.code] = (int(points), reason)
    if not given and not errors:
        errors[f"points-{rows[0].code}"] = _("Give points for at least one criterion.")
    return given, errors
