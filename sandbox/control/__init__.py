"""The control API under ``/sandbox/``: who sets the world up, spoils it, and reads its records."""
