"""What waits for somebody right now, one panel a file; each number leads to the list it counts."""
