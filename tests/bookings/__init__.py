"""Seats: rules, races and pages."""
