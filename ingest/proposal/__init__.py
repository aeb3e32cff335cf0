"""Drafts of source mappings: what a file nobody described yet could be, each guess with its ground.

`form` looks at bytes, `values` at what stands in the columns, `words` at their names, `tables` puts these together and
`draft` writes them down. Nothing is loaded by a guess: a draft is refused until a person has confirmed it.
"""
