"""A small outside world for demo, training and tests. Knows nothing about the product."""
