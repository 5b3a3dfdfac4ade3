"""The parts of the benchmark of rules."""
