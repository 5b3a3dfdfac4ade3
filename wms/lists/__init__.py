"""Lists of the floor, one file each."""
