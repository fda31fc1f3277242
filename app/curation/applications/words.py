"""What the stages of an application are called."""

from collections.abc import Mapping

from app.catalogue.stages import Stage
from app.core.i18n import mark
from search.engine import Kind

STAGES: Mapping[Stage, str] = {
    Stage.DRAFT: mark("Draft"),
    Stage.SUBMITTED: mark("Handed in"),
    Stage.RECOMMENDED: mark("Recommended"),
    Stage.REVIEWED: mark("Reviewed"),
    Stage.NOTICE: mark("Public notice"),
    Stage.PUBLISHED: mark("Published"),
    Stage.RETURNED: mark("Returned for more"),
    Stage.REFUSED: mark("Refused"),
    Stage.QUARANTINED: mark("Hidden for now"),
    Stage.WITHDRAWN: mark("Withdrawn"),
    Stage.REMOVED: mark("Removed"),
    Stage.MERGED: mark("Merged"),
}
STEPS = (Stage.SUBMITTED, Stage.RECOMMENDED, Stage.REVIEWED, Stage.NOTICE, Stage.PUBLISHED)
SHORT_STEPS = (Stage.SUBMITTED, Stage.PUBLISHED)
ONE: Mapping[Kind, str] = {
    Kind.VENDOR: mark("Vendor"),
    Kind.SOLUTION: mark("Solution"),
    Kind.CASE: mark("Case"),
    Kind.INFORMATION: mark("Information"),
    Kind.TRAINING: mark("Training"),
}
