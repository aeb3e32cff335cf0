"""The page that says how every figure is made, with examples that the project computes when the page is made."""
