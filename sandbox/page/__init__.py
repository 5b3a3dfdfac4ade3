"""The small page of the sandbox."""
