"""Orders handed in over HTTP: `shapes` is the body, `orders` the doors, `lane` the way to stock."""
