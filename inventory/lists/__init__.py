"""The lists of stock."""
