"""Questions about rules, events and what was judged."""
