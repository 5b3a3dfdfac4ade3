"""Stock over HTTP with JSON, under /api/v1/stock/; docs/api.md shows it from outside.

`shapes` reads what was sent, `codes` finds what it names, `guards` says who may, `verbs` is the
table of commands, `commands` carries them out; the other files are questions, one per family.
"""
