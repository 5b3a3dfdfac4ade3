"""Lists of this room, one file each."""
