"""Who writes a note or decides on a rejected row."""

from __future__ import annotations

import getpass

from encours.errors import EncoursError


def named(author: str | None) -> str:
    """``author``, or by default who this machine says one is.

    Raises:
        EncoursError: the machine has no name for this user, as in a container that runs as a bare number.
    """
    if author is not None:
        return author
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise EncoursError("This machine has no name for you: say who you are with --author NAME.") from None
