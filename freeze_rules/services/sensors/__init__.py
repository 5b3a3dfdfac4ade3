"""Sensors: what they say is taken in, judged, and acted on."""
