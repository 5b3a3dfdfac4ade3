"""Bringing rows in from files: one way for every kind of thing. See docs/importing.md."""
