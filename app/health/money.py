"""Does money move, and does the payment service reach us?"""

from datetime import timedelta

from sqlmodel import col, func, select

from app.core.db import now, transaction
from app.core.i18n import _
from app.core.settings import get_settings
from app.health.findings import Examination, Finding, ok, problem, warning
from app.payments.models import Payment, Refund
from app.payments.paying import LASTS
from app.payments.stages import PaymentStage, RefundStage

LATE = LASTS + timedelta(hours=1)  # after that a session has ended, and its event should be here
DAYS = timedelta(days=3)  # for which a refund may wait, for a person or for a bank


def service(_examination: Examination) -> Finding:
    """Stripe with all that it takes, or the stand-in, which is nothing for production."""
    settings = get_settings()
    if not settings.stripe_key.get_secret_value():
        if settings.is_production:
            return warning(
                _("No real money moves: a stand-in answers for the payment service."),
                _("Set POOL_STRIPE_KEY and POOL_STRIPE_WEBHOOK_SECRET, or offer free seats only."),
            )
        return ok(_("A stand-in answers for the payment service: no real money moves."))
    if not settings.stripe_webhook_secret.get_secret_value():
        return problem(
            _("Payments are never confirmed: the secret of the webhook is missing."),
            _("Set POOL_STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint at Stripe."),
            f"{settings.public_url.rstrip('/')}/payments/webhook",
        )
    return ok(_("Payments go through Stripe."))


def waiting(_examination: Examination) -> Finding:
    """No payment waits longer than its page lives, no refund longer than a bank may take."""
    open_ = select(func.count()).where(
        col(Payment.stage).in_((PaymentStage.NEW, PaymentStage.OPEN)),
        col(Payment.created_at) < now() - LATE,
    )
    owed = select(func.count()).where(
        col(Refund.stage).in_((RefundStage.WAITING, RefundStage.REQUESTED, RefundStage.PENDING)),
        col(Refund.created_at) < now() - DAYS,
    )
    with transaction(writes=False) as db:
        late, refunds = db.exec(open_).one(), db.exec(owed).one()
    if late:
        return warning(
            _("Payments that wait for an event of the payment service: {n}.", n=late),
            _("Look at the deliveries of its webhook; “pool reconcile” tells what differs."),
        )
    if refunds:
        return warning(
            _("Refunds that wait for more than three days: {n}.", n=refunds),
            _("Look at /desk/refunds."),
        )
    return ok(_("No payment and no refund waits for too long."))
