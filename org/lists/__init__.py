"""One way of listing things: columns, filters, sorting, counts, saved views, exports, batches."""
