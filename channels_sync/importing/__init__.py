"""What can be brought in from a file about shops: their orders, and what their listings are."""
