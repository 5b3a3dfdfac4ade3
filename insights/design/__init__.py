"""The page that shows every part the pages are made of, with real markup."""
