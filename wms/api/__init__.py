"""The floor over HTTP: `floor` for scripted staff and scan pages, `shipping` for other systems."""
