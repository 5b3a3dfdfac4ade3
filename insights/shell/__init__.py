"""What the shell asks for while somebody works: counts, places, running jobs."""
