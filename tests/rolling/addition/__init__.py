"""An app whose one migration is what the next version might bring: a column and an index on the messages."""
