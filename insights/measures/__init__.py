"""What deserves attention, one measure a file; each asks the rooms below and counts honestly."""
