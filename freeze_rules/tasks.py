"""Doorbells of the rules: what is due is said by rows."""
