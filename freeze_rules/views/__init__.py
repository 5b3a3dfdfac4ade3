"""Pages of holds: the board, and freezing."""
