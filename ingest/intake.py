"""From recognised rows to proposals: what each row changes among what is said already."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.models import MODELS
from app.core.db import now
from app.curation import batches
from app.curation.admission import LIVE, Proposal, load, submit
from app.curation.folding import Origins, Stated, Values, fold
from app.curation.models import Batch, Candidate, MergeCase, MergeState, Standing
from ingest.recognise import Line, Recogniser, SaidBefore
from ingest.report import Item, Problem, Report, State
from search.engine import Kind

AFTER_ALL_BATCHES = 2**31 - 1


class Intake:
    """Takes the rows of one file in, chunk by chunk, inside the caller's transaction.

    `digests` are those of the whole file: what it still says further down is not replaced.
    """

    def __init__(
        self,
        db: Session,
        report: Report,
        recogniser: Recogniser,
        *,
        sha256: str,
        digests: frozenset[str],
        by: str,
    ) -> None:
        self.db = db
        self.report = report
        self.recogniser = recogniser
        self.sha256 = sha256
        self.digests = digests
        self.by = by
        self.batch: Batch | None = None
        self.started = now()

    def take(self, lines: Sequence[Line]) -> None:
        """Decide every line and hand what is not known yet over to admission."""
        for line in lines:
            self.recogniser.name_vendor(line)
        said_before = self._said_before(lines)
        proposals: list[Proposal] = []
        fresh: list[Line] = []
        for line in lines:
            if line.state is None and line.digest in said_before:
                line.record_id, is_held = said_before[line.digest]
                line.state = State.REVIEW if is_held else State.UNCHANGED
            elif line.state is None:
                proposals += self.recogniser.recognise(line, said_before)
                fresh.append(line)
                said_before[line.digest] = (line.record, line.is_held)
        proposals += self._compare_all(fresh)
        if proposals:
            submit(self.db, self._open_batch(lines[0].kind), proposals)
        self._report(lines)

    def _open_batch(self, kind: Kind) -> Batch:
        if self.batch is None:
            self.batch = batches.receive(
                self.db, source=self.report.file, sha256=self.sha256, kind=kind, by=self.by
            )
            self.report.batch = self.batch.id
        return self.batch

    def _said_before(self, lines: Sequence[Line]) -> SaidBefore:
        """By digest: the record that this source spoke of before in these words."""
        digests = {d for line in lines for d in (line.digest, line.vendor_digest) if d}
        rows = self.db.exec(
            select(Candidate.digest, Candidate.record_id, Candidate.standing).where(
                Candidate.source == self.report.file,
                col(Candidate.digest).in_(digests),
                col(Candidate.standing).in_((*LIVE, Standing.REFUSED)),
            )
        )
        said = {digest: (record_id, standing) for digest, record_id, standing in rows}
        queued = self._queued({record_id for record_id, _standing in said.values()})
        return {
            digest: (record_id, standing == Standing.REVIEW or record_id in queued)
            for digest, (record_id, standing) in said.items()
        }

    def _queued(self, ids: set[UUID]) -> set[UUID]:
        """Those that the merge queue asks about."""
        cases = select(MergeCase.newer_id).where(
            col(MergeCase.newer_id).in_(ids), MergeCase.state == MergeState.WAITING
        )
        return set(self.db.exec(cases))

    def _compare_all(self, lines: Sequence[Line]) -> list[Proposal]:
        said = self._said(lines)
        proposals = []
        for line in lines:
            live = said[line.record]
            proposal = self._compare(line, live)
            proposals.append(proposal)
            live.append(self._stated(proposal))
        return proposals

    def _said(self, lines: Sequence[Line]) -> dict[UUID, list[Candidate | Stated]]:
        ids: dict[Kind, list[UUID]] = defaultdict(list)
        for line in lines:
            if not line.is_new:
                ids[line.kind].append(line.record)
        said: dict[UUID, list[Candidate | Stated]] = defaultdict(list)
        for kind, chosen in ids.items():
            for record, candidates in load(self.db, kind, chosen):
                said[record.id] = [c for c in candidates if c.standing in LIVE]
        return said

    def _compare(self, line: Line, live: list[Candidate | Stated]) -> Proposal:
        """Set the line's state by what it would change."""
        replaced = [c for c in live if isinstance(c, Candidate) and self._is_replaced(c)]
        proposal = line.proposal(
            since=_repeated_since(line.values, replaced),
            replaces=tuple(c.id for c in replaced if c.id is not None),
        )
        if line.is_held:
            line.state = State.REVIEW
        elif line.is_new:
            line.state = State.NEW
        else:
            before, origins = fold(line.kind, live)
            kept = [c for c in live if c not in replaced]
            after, _ = fold(line.kind, [*kept, self._stated(proposal)])
            stated = MODELS[line.kind].STATED
            changed = any(before.get(name) != after.get(name) for name in stated)
            line.state = State.CHANGED if changed else State.UNCHANGED
            self._report_kept_edits(line, before, origins)
        return proposal

    def _is_replaced(self, candidate: Candidate) -> bool:
        """Whether an earlier reading of this file said this, and the file no longer does."""
        return (
            candidate.batch_id is not None
            and candidate.source == self.report.file
            and candidate.digest not in self.digests
        )

    def _stated(self, proposal: Proposal) -> Stated:
        return Stated(
            batch_id=self.batch.id if self.batch and self.batch.id else AFTER_ALL_BATCHES,
            source=self.report.file,
            sheet=proposal.sheet,
            row=proposal.row,
            values=proposal.values,
            since=proposal.since,
            by=self.by,
            created_at=self.started,
        )

    def _report_kept_edits(self, line: Line, before: Values, origins: Origins) -> None:
        for name, value in line.values.items():
            if "by" in origins.get(name, {}) and before.get(name) != value:
                problem = Problem(
                    row=line.row,
                    field=name,
                    reason="{person} corrected this; the correction stays.",
                    value=str(value),
                    values={"person": origins[name]["by"]},
                    sheet=line.sheet,
                )
                self.report.problems.append(problem)

    def _report(self, lines: Sequence[Line]) -> None:
        identifiers = self._identifiers(lines)
        for line in lines:
            state = line.state or State.REJECTED
            self.report.counts[state] += 1
            known = identifiers.get(line.record_id) if line.record_id else None
            item = Item(line.row, state, line.kind, known, line.sheet)
            self.report.items.append(item)
            self._report_twin(line, "name")
        for vendor in self.recogniser.vendors:
            self._report_twin(vendor, "vendor")
        self.recogniser.vendors.clear()

    def _report_twin(self, line: Line, field: str) -> None:
        if line.twin is None:
            return
        problem = Problem(
            row=line.row,
            field=field,
            reason="May be the same as one in the pool (likeness {score}); see “pool merges”.",
            value=str(line.values.get("name", "")),
            values={"score": f"{line.twin.score:.2f}"},
            sheet=line.sheet,
        )
        self.report.problems.append(problem)

    def _identifiers(self, lines: Sequence[Line]) -> dict[UUID, str]:
        """By record id: its identifier, or that of the record it was merged into."""
        found: dict[UUID, str] = {}
        for kind in {line.kind for line in lines}:
            model = MODELS[kind]
            ids = {line.record_id for line in lines if line.kind is kind and line.record_id}
            rows = self.db.exec(
                select(model.id, model.identifier, model.merged_into).where(col(model.id).in_(ids))
            ).all()
            targets = {target for _id, _identifier, target in rows if target}
            survivors = dict(
                self.db.exec(
                    select(model.id, model.identifier).where(col(model.id).in_(targets))
                ).all()
            )
            found.update({i: survivors[target] if target else own for i, own, target in rows})
        return found


def _repeated_since(values: Values, replaced: Sequence[Candidate]) -> dict[str, int]:
    """For the fields in which a source only repeats itself: the batch of its first saying so."""
    since: dict[str, int] = {}
    for candidate in replaced:
        for name, value in candidate.values.items():
            if values.get(name) == value and candidate.batch_id is not None:
                since[name] = candidate.since.get(name, candidate.batch_id)
    return since
