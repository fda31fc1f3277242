"""A stand-in for Stripe in this process: the real client talks to it, no real money moves."""
