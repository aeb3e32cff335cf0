"""What the linters must know about this project's SQL."""
