"""The lists of shops and of what they offer."""
