"""Help inside the pages: the glossary, and one line about what a page shows."""
