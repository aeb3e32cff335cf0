"""Files for those who check the figures, read from the published marts alone: no build, nothing written to them."""
