"""The fake outside world, over real HTTP against the real process."""
