"""Judged pairs of needs and solutions, to measure and teach with; nobody can be told from them."""

import hashlib
import re
from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from app.accounts.scope import Scope
from app.catalogue.models import Organisation, Solution
from app.matching.figures import scenarios_of, week_of
from app.matching.models import Match, MatchFeedback, MatchRun

COLUMNS = (
    "need",
    "text",
    "parts",
    "scenarios",
    "industries",
    "solution",
    "name",
    "verdict",
    "reason",
    "rank",
    "score",
    "week",
)
MOST = 50_000
GONE = "…"
# what tells a person or a firm: mail, web address, telephone, credit code, a firm's full name
_TELLING = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?://|www\.)\S+"
    r"|(?<![\w.])\+?\d[\d -]{6,}\d(?![\w.])"
    r"|(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])"
    r"|[一-龥()（）]{2,30}?(?:有限责任公司|股份有限公司|有限公司|集团公司)"
    r"|(?:联系人|负责人|微信|QQ|电话|手机)[:：]?\s*\S{1,20}",
    re.IGNORECASE,
)


def judged_pairs(db: Session, scope: Scope) -> Iterator[Sequence[str | int | float]]:
    """Rows of `COLUMNS`, the newest first: needs whose work is done inside the region.

    Neither who asks nor where is in them. Names, addresses and numbers that a text mentions are
    cut out of it, and a need is called by a number that leads nowhere.
    """
    chosen = (
        select(MatchFeedback, Match, MatchRun, Solution)
        .add_columns(Organisation)
        .join(Match, col(Match.id) == col(MatchFeedback.match_id))
        .join(MatchRun, col(MatchRun.id) == col(Match.run_id))
        .join(Solution, col(Solution.id) == col(Match.solution_id))
        .join(Organisation, col(Organisation.id) == col(MatchFeedback.organisation_id))
        .order_by(col(MatchFeedback.at).desc(), col(MatchFeedback.id))
        .limit(MOST)
    )
    for said, match, run, solution, asker in db.execute(chosen):
        if scope.covers(run.wanted["limits"]["region"]):
            names = (asker.name, *asker.aliases, asker.credit_code or "")
            yield _row(said, match, run, solution, names)


def _row(
    said: MatchFeedback,
    match: Match,
    run: MatchRun,
    solution: Solution,
    names: Sequence[str],
) -> Sequence[str | int | float]:
    return (
        hashlib.blake2b(match.need_id.bytes, digest_size=6).hexdigest(),
        without_names(run.wanted["text"], names),
        "；".join(without_names(part["title"], names) for part in run.wanted["parts"]),
        ";".join(scenarios_of(run)),
        ";".join(run.wanted["limits"]["industries"]),
        solution.identifier,
        solution.name,
        str(said.verdict),
        without_names(said.reason, names),
        match.rank,
        match.score,
        week_of(said.at),
    )


def without_names(text: str, names: Sequence[str]) -> str:
    """A text without these names, and without what else tells a person or a firm."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, GONE)
    return _TELLING.sub(GONE, text)
