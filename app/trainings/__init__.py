"""Trainings and events."""
