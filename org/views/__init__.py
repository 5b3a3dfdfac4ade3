"""Pages of people, one file a family."""
