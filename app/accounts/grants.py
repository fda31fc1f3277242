"""What each role may do, in one table."""

from app.accounts.models import MemberRole, StaffRole
from app.core.access import Can

VIEWER = frozenset({Can.READ_WORKSPACE, Can.READ_MARKET})
EDITOR = VIEWER | {
    Can.EDIT_LISTINGS,
    Can.WRITE_NEEDS,
    Can.KEEP_SHORTLISTS,
    Can.TALK,
    Can.BOOK_SEATS,
    Can.OFFER_TRAININGS,
}
MEMBER_GRANTS: dict[MemberRole, frozenset[Can]] = {
    MemberRole.VIEWER: VIEWER,
    MemberRole.EDITOR: EDITOR,
    MemberRole.OWNER: EDITOR | {Can.MANAGE_MEMBERS, Can.CERTIFY_SELF},
}
STAFF_GRANTS: dict[StaffRole, frozenset[Can]] = {
    StaffRole.REVIEWER: frozenset(
        {
            Can.READ_DESK,
            Can.RECOMMEND,
            Can.REVIEW,
            Can.DECIDE_MERGES,
            Can.DECIDE_CLAIMS,
            Can.CERTIFY,
            Can.OVERSEE_MATCHES,
            Can.OVERSEE_INQUIRIES,
            Can.OVERSEE_TRAININGS,
            Can.APPROVE_SEATS,
            Can.REFUND,
        }
    ),
    StaffRole.INSPECTOR: frozenset({Can.READ_DESK, Can.ASSESS, Can.INSPECT}),
    StaffRole.PUBLISHER: frozenset(
        {
            Can.READ_DESK,
            Can.PUBLISH,
            Can.ACCEPT_BATCHES,
            Can.WHITELIST,
            Can.REMOVE,
            Can.DRAW_SPOTCHECK,
            Can.DECIDE_APPEALS,
            Can.OVERSEE_MATCHES,
            Can.OVERSEE_INQUIRIES,
            Can.DECIDE_REPORTS,
            Can.OVERSEE_TRAININGS,
            Can.REVOKE_CERTIFICATES,
            Can.APPROVE_REFUNDS,
        }
    ),
    StaffRole.AUDITOR: frozenset(
        {Can.READ_DESK, Can.READ_AUDIT, Can.OVERSEE_MATCHES, Can.OVERSEE_TRAININGS}
    ),
    StaffRole.ADMINISTRATOR: frozenset({Can.READ_DESK, Can.EDIT_CRITERIA, Can.MANAGE_STAFF}),
}
UNPROVEN = frozenset({Can.PROVE_SELF})
"""What somebody may do who gave a password but not yet the second factor that they need."""

OBLIGED = frozenset(StaffRole)
"""Roles that need a second factor: all of the staff."""


def grants_of(member: MemberRole | None, staff: frozenset[StaffRole]) -> frozenset[Can]:
    """What somebody may do who is signed in."""
    grants = UNPROVEN | {Can.USE_ACCOUNT} | (MEMBER_GRANTS[member] if member else frozenset())
    return grants.union(*(STAFF_GRANTS[role] for role in staff))
