"""What can be brought into stock's masters from a file."""
