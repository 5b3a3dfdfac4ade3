"""Tills of the outside world: they sell with and without a line to the house."""
