"""The pages of accounts: entering, one's own account, organisations and their members."""

from app.accounts.routes import (
    account,
    address,
    certification,
    entering,
    identity,
    members,
    outbox,
    second_factor,
)

ROUTERS = (
    entering.router,
    account.router,
    address.router,
    second_factor.router,
    identity.router,
    members.router,
    certification.router,
    outbox.router,
)
