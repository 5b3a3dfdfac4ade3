"""The platform-neutral world: shops, listings, orders, trading, pushes, faults and the journal."""
