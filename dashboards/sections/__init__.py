"""Parts of pages, a file each: what a page draws in one card or two, with what only they need."""
