"""Money for seats: Stripe or its stand-in, what it says, refunds, receipts, reconciliation."""
