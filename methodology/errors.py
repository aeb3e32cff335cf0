"""What can be wrong with the page's own sources."""

from __future__ import annotations


class MethodologyError(Exception):
    """A figure without words, formula or example, or an example that does not come out. Says which, and how to mend."""
