"""What waits for the staff: by stage, region, age and due date."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from app.accounts.visitor import Staff, Visitor
from app.catalogue.labels import region_label
from app.catalogue.stages import Stage
from app.core.access import Can
from app.core.db import Db
from app.core.i18n import _, ngettext
from app.core.web import render
from app.curation.applications import queueing
from app.curation.applications.deciding import ACTS
from app.curation.applications.queueing import AGES, OPEN, SEEN, Asked, Counts, Due
from app.curation.applications.standing import stage_label, stage_tone
from app.curation.applications.words import ONE
from app.desk.words import AREAS, DUE, NEXT
from app.inquiries import deciding, overseeing, reporting
from search.engine import Kind

router = APIRouter(include_in_schema=False)
KINDS = (Kind.VENDOR, Kind.SOLUTION, Kind.CASE, Kind.TRAINING)


@router.get("/desk", name="desk")
def home(request: Request, db: Db, visitor: Staff) -> Response:
    counted = queueing.counts(db, visitor)
    waiting = queueing.waiting_elsewhere(db, visitor)
    return render(
        request,
        "desk/home.html",
        visitor=visitor,
        region=region_label(visitor.scope.region),
        counted=counted,
        stages=[_bar(stage, counted) for stage in OPEN],
        areas=[area for area in AREAS if visitor.may(area[0])],
        waiting=waiting,
        waiting_there=_waiting_there(db, visitor),
        takes_steps=takes_steps(visitor),
    )


def _waiting_there(db: Db, visitor: Visitor) -> dict[str, int]:
    """What waits in the areas about the market, by their address."""
    found: dict[str, int] = {}
    if visitor.may(Can.OVERSEE_INQUIRIES):
        found["/desk/inquiries"] = overseeing.waiting(db, visitor)
    if visitor.may(Can.DECIDE_REPORTS):
        found["/desk/reports"] = reporting.waiting(db, visitor)
        found["/desk/ratings"] = deciding.waiting(db, visitor)
    return found


@router.get("/desk/applications", name="desk:applications")
def applications(request: Request, db: Db, visitor: Staff) -> Response:
    asked = read(request.query_params)
    counted = queueing.counts(db, visitor)
    return render(
        request,
        "desk/queue.html",
        "results",
        page=queueing.queue(db, visitor, asked),
        asked=asked,
        counted=counted,
        groups=groups(asked, counted),
        takes_steps=takes_steps(visitor),
        words=NEXT,
        one=ONE,
        stage_label=stage_label,
        stage_tone=stage_tone,
        region_label=region_label,
    )


def takes_steps(visitor: Visitor) -> bool:
    """Whether any step of an application may ever be this person's."""
    return any(visitor.may(needed) for needed in ACTS.values())


def read(params: QueryParams) -> Asked:
    """What the address asks for; what it asks for in vain is left out."""
    age, page = params.get("age", ""), params.get("page", "")
    return Asked(
        stages=tuple(stage for stage in SEEN if stage in params.getlist("stage")),
        mine=params.get("mine") == "1",
        regions=tuple(c for c in params.getlist("region") if c.isascii() and c.isdecimal())[:21],
        kinds=tuple(kind for kind in KINDS if kind in params.getlist("kind")),
        due=tuple(due for due in Due if due in params.getlist("due")),
        age=int(age) if age in map(str, AGES) else 0,
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
    )


def groups(asked: Asked, counted: Counts) -> list[tuple[str, str, list[Any], str]]:
    """The filters: name, title, options as `ui.facet` takes them, and the kind of box."""
    stages = [(s, stage_label(s), counted.stages.get(s, 0), s in asked.stages) for s in SEEN]
    due = [(d, _(DUE[d]), counted.due.get(d, 0), d in asked.due) for d in Due]
    kinds = [(k, _(ONE[k]), counted.kinds.get(k, 0), k in asked.kinds) for k in KINDS]
    regions = [
        (code, region_label(code), counted.regions.get(code, 0), code in asked.regions)
        for code in queueing.regions_of(counted, asked.regions)
    ]
    ages = [(a, _("Longer than {n} days", n=a), None, a == asked.age) for a in AGES]
    return [
        ("stage", _("Stage"), stages, "checkbox"),
        ("due", _("Due"), due, "checkbox"),
        ("kind", _("Kind"), kinds, "checkbox"),
        ("region", _("Region"), regions, "checkbox"),
        ("age", _("On the desk for"), ages, "radio"),
    ]


def _bar(stage: Stage, counted: Counts) -> tuple[str, str, int]:
    late = counted.overdue.get(stage, 0)
    label = stage_label(stage)
    if late:
        label += _(" – ") + ngettext("{n} overdue", "{n} overdue", late)
    return label, f"/desk/applications?stage={stage}", counted.stages.get(stage, 0)
