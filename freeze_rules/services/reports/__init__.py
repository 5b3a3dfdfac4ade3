"""What people report, each in one transaction with the event that the rules hear."""
