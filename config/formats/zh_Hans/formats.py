"""Simplified Chinese: Django groups no digits; stock and money are read with commas."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DECIMAL_SEPARATOR = "."
