"""Alerts: saved searches and waiting needs that are told what is new for them."""
