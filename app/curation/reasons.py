"""Why something was returned, refused, hidden or taken out: codes for figures, words to read."""

from app.catalogue.labels import LEAVING
from app.core.i18n import mark

RETURN_REASONS = {
    "incomplete": mark("Something is missing"),
    "unclear": mark("Something cannot be understood"),
    "evidence": mark("Evidence is missing"),
    "contradiction": mark("What is said contradicts other sources"),
    "other": mark("Another reason"),
}
REFUSAL_REASONS = {
    "ineligible": mark("It does not belong into this pool"),
    "criteria": mark("It does not meet the criteria"),
    "untrue": mark("What is said is not true"),
    "duplicate": mark("It is in the pool already"),
    "objection": mark("An objection was upheld"),
    "other": mark("Another reason"),
}
REMOVAL_REASONS = LEAVING
QUARANTINE_REASONS = {
    "complaint": mark("A complaint is being looked into"),
    "security": mark("A security risk is being looked into"),
    "failed_check": mark("It failed a spot check"),
    "unreachable": mark("The vendor cannot be reached"),
    "other": mark("Another reason"),
}
