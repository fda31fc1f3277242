"""What things about draws and spot checks are called in the reader's language."""

from app.catalogue import labels
from app.core.i18n import _, mark
from app.curation.oversight.models import CheckStage, DrawStage, Effect, Finding

KINDS = {
    "platform": mark("Platform vendors"),
    "service": mark("Service providers"),
    "unstated": mark("Vendors that do not say which"),
}
FINDINGS = {
    Finding.PASSED: mark("Passed"),
    Finding.MEND: mark("To be mended by a day"),
    Finding.FAILED: mark("Failed"),
    Finding.UNREACHABLE: mark("The vendor could not be reached"),
}
EFFECTS = {
    Effect.NONE: mark("Nothing"),
    Effect.WHITELIST_ENDED: mark("The place on the whitelist ends"),
    Effect.QUARANTINED: mark("The listing is hidden for some time"),
    Effect.REMOVED: mark("The listing is removed from the pool"),
}
STAGES = {
    CheckStage.DRAWN: mark("To be inspected"),
    CheckStage.REPORTED: mark("To be decided"),
    CheckStage.CLOSED: mark("Closed"),
}
DRAW_STAGES = {
    DrawStage.PREPARED: mark("List fixed, not drawn yet"),
    DrawStage.DRAWN: mark("Drawn"),
    DrawStage.DROPPED: mark("Given up"),
}
TONES = {
    Finding.PASSED: "good",
    Finding.MEND: "warn",
    Finding.FAILED: "bad",
    Finding.UNREACHABLE: "bad",
    CheckStage.DRAWN: "plain",
    CheckStage.REPORTED: "brand-tone",
    DrawStage.PREPARED: "brand-tone",
    DrawStage.DROPPED: "plain",
}


def kind_label(kind: str) -> str:
    """What a vendor's kind is called; it may not be stated."""
    return labels.code_label("vendor_kind", kind) if kind else _("Vendor type not stated")


def place_label(region: str | None) -> str:
    """What a place is called; it may not be known."""
    return labels.region_label(region) if region else _("Place not stated")


def tone(code: str) -> str:
    """The colour that goes with a word; never instead of it."""
    return TONES.get(code, "plain")  # type: ignore[call-overload, no-any-return]
