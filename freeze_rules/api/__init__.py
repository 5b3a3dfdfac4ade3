"""What this room answers to programs."""
