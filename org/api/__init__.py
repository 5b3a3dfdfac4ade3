"""What every endpoint under /api/v1/ is built from; docs/api.md, "For builders", shows how.

`endpoints` has the class to inherit (`Endpoint`: permission, scope, caller, one shape of errors)
and `refused`; `faults` the errors (`Fault`, `Faulty`, `add_texts`); `shapes` reads bodies (`Shape`,
`Field`, readers such as `text`, `number`, `moment`, `word`, `lines`); `queries` reads parameters
(`Query`) and writes answers (`plain`, `only`); `cursors` pages (`Page`, `cursor_of`,
`read_cursor`); `batches` takes many items in one body and answers each; `versions` is `ETag` and
`If-Match`; `callers` says who asks.
"""
