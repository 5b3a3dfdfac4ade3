"""One search over everything: numbers, codes and names from all rooms, inside the scope."""
