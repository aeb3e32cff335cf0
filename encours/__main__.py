"""``python -m encours``."""

from __future__ import annotations

from encours.cli import app

if __name__ == "__main__":
    app()
