"""Seats: sittings of a training, orders, the waiting list, codes, what follows a sitting."""
