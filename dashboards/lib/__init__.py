"""What the pages are made of: publication, queries, words, figures, charts, tables."""
