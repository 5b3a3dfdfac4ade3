"""A small WeCom: group bots and app messages, as far as a back office writes to them."""
