"""What the house does with the outside world. Each module is one family of verbs."""
