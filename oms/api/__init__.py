"""Orders over HTTP: lists, one with everything around it, cancelling, timeline, receiver."""
