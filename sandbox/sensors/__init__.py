"""Sensors of the outside world: what a device says in a day, and how it gets to the house."""
