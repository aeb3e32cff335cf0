"""Text that no spreadsheet runs as a formula, and such text as it was before."""

from __future__ import annotations

import re

# What a cell begins with that a spreadsheet would run: https://owasp.org/www-community/attacks/CSV_Injection
# Some trim blanks and quotes before, those of other scripts too, and take the wide signs of East Asian keyboards for
# the narrow ones.
_FORMULA = r"[\s\ufeff\u200b\"']*[=+\-@\uff0b\uff0d\uff1d\uff20]"
_BEGINS = re.compile(rf"'*[\t\r\n]|{_FORMULA}")
_SEPARATORS = r"[,;\t\r\n|]"
# Where a program splits the file by another separator than ours, a cell begins in the middle of one.
_WITHIN = re.compile(
    rf"(?<={_SEPARATORS})(?={_FORMULA})(?!\s*[+\-]?[0-9.,]*[0-9]\s*(?:{_SEPARATORS}|\Z))",
)
_MARKED_WITHIN = re.compile(rf"(?<={_SEPARATORS})'(?={_FORMULA})")
_NUMBER = re.compile(r"[+\-][0-9., '\u00a0\u202f]*[0-9][ \u00a0\u202f]?[%+\-]?")
"""A number written out: a sign before digits is no formula."""


def harmless(words: str) -> str:
    """``words`` so that no spreadsheet takes them for a formula, whichever separator it splits the file by.

    An apostrophe stands where a formula would begin; `as_it_was` takes it away again.
    """
    if _NUMBER.fullmatch(words):
        return words
    within = harmless_within(words)
    return f"'{within}" if _BEGINS.match(words) else within


def harmless_within(words: str) -> str:
    """``words``, which begin harmlessly, so that no cell that another separator makes of them is a formula."""
    return _WITHIN.sub("'", words)


def as_it_was(words: str) -> str:
    """What `harmless` was given."""
    if _NUMBER.fullmatch(words):
        return words
    whole = words[1:] if words.startswith("'") and _BEGINS.match(words) else words
    return _MARKED_WITHIN.sub("", whole)
