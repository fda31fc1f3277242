"""Every act that the code puts into the audit trail is told in a sentence of its own."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.accounts.certification import DECISIONS
from app.catalogue.stages import Stage
from app.curation.applications.models import AppealStage
from app.desk.deeds import OF_RECORDS, SENTENCES

APP = Path(__file__).parent.parent.parent / "app"
WRITES = {"audit.record": 2, "audit.Entry": 0}  # which argument is the act
LISTED = ("vendor", "solution", "case")
KINDS = (*LISTED, "information", "training")
STEPS = (Stage.RECOMMENDED, Stage.REVIEWED, Stage.NOTICE, Stage.PUBLISHED)
MOVED = ("read", "answered", "meeting", "offer", "contract", "declined", "closed")
LEAVING = (Stage.WITHDRAWN, Stage.QUARANTINED, Stage.REMOVED)


def of(beginnings: Sequence[str], *ends: str) -> frozenset[str]:
    return frozenset(f"{beginning}.{end}" for beginning in beginnings for end in ends)


PUT_TOGETHER: Mapping[tuple[str, str], frozenset[str]] = {
    ("accounts/certification.py", "action"): of(["certification"], *DECISIONS),
    ("bookings/releasing.py", "act"): of(["order"], "cancelled", "seats_released"),
    ("catalogue/service.py", "f'{record.KIND}.{verb}'"): of(
        KINDS, "changed", "published", Stage.WITHDRAWN, Stage.MERGED
    ),
    ("catalogue/standing.py", "action"): of(LISTED, *LEAVING, "restored"),
    ("curation/admission.py", "f'{kind}.resubmitted'"): of(KINDS, "resubmitted"),
    ("curation/applications/appeals.py", "f'appeal.{appeal.stage}'"): of(
        ["appeal"], AppealStage.ALLOWED, AppealStage.DISMISSED
    ),
    ("curation/applications/deciding.py", "f'application.{stage}'"): of(
        ["application"], *STEPS, Stage.RETURNED, Stage.REFUSED
    ),
    ("curation/applications/handing_in.py", "f'{one.KIND}.withdrawn'"): of(LISTED, "withdrawn"),
    ("curation/applications/notices.py", "f'application.{verb}'"): of(
        ["application"], "objection_upheld", "objection_dismissed"
    ),
    ("curation/merging.py", "act"): of(["merge"], "merged", "apart", "split"),
    ("curation/oversight/assessing.py", "action"): of(
        ["assessment"], "written", "rewritten", "confirmed", "revoked"
    ),
    ("curation/oversight/freshness.py", "f'{record.KIND}.confirmed'"): of(LISTED, "confirmed"),
    ("curation/oversight/mending.py", "OVER"): frozenset({"spotcheck.mending_over"}),
    ("curation/oversight/quarantining.py", "f'{record.KIND}.kept_hidden'"): of(
        LISTED, "kept_hidden"
    ),
    ("curation/oversight/quarantining.py", "f'{record.KIND}.quarantine_extended'"): of(
        LISTED, "quarantine_extended"
    ),
    ("curation/oversight/removing.py", "RECHECKED"): frozenset({"vendor.rechecked"}),
    ("curation/trail.py", "CHECKED"): frozenset({"audit.checked"}),
    ("inquiries/moving.py", "f'inquiry.{stage}'"): of(["inquiry"], *MOVED),
}
"""The acts whose names are put together: by the module and how it writes the name."""


def written() -> Iterator[tuple[str, ast.expr]]:
    """Each place that writes to the trail: its module and the name of the act."""
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITES:
                yield path.relative_to(APP).as_posix(), node.args[WRITES[ast.unparse(node.func)]]


def acts() -> Iterator[str]:
    for module, said in written():
        if isinstance(said, ast.Constant):
            yield str(said.value)
        else:
            place = (module, ast.unparse(said))
            assert place in PUT_TOGETHER, f"{place}: say in PUT_TOGETHER which acts these are"
            yield from PUT_TOGETHER[place]


def test_every_act_has_a_sentence_and_every_sentence_an_act() -> None:
    done = set(acts())
    assert {act for act in done if act not in SENTENCES and not _is_of_record(act)} == set()
    assert set(SENTENCES) - done == set()
    assert set(OF_RECORDS) - {act.partition(".")[2] for act in done if _is_of_record(act)} == set()


def test_no_place_is_named_that_writes_nothing() -> None:
    places = {(module, ast.unparse(said)) for module, said in written()}
    assert set(PUT_TOGETHER) - places == set()


def _is_of_record(act: str) -> bool:
    kind, _, verb = act.partition(".")
    return kind in KINDS and verb in OF_RECORDS
