"""Nobody sees or does what is not theirs."""
