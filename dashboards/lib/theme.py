"""The colour tokens, light and dark, in one place.

A token is a role, not a colour: the page style reads it as ``var(--name)``, charts as a placeholder which
Streamlit replaces in the browser by the palette of the theme in use, so that both follow a switch between
light and dark at once. ``.streamlit/config.toml`` holds the same values; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from streamlit.elements.lib import streamlit_plotly_theme as placeholders

FONT_FAMILY = "IBM Plex Sans"
STYLE_FILE = Path(__file__).parent.parent / "assets" / "style.css"


@dataclass(frozen=True)
class Token:
    """One role: its value on light and on dark ground, and the placeholder charts use for it."""

    light: str
    dark: str
    chart: str = ""


TOKENS: dict[str, Token] = {
    "ink": Token("#1B2430", "#E8ECF1", placeholders.SEQUENTIAL_5),
    "ink-2": Token("#5A6675", "#9AA7B5", placeholders.SEQUENTIAL_6),
    "rule": Token("#E3E7EC", "#2C3642", placeholders.SEQUENTIAL_7),
    "card": Token("#FFFFFF", "#182028", placeholders.SEQUENTIAL_8),
    "page": Token("#FAFBFC", "#11161C", placeholders.SEQUENTIAL_9),
    "accent": Token("#1F5F8B", "#6FB1DC", placeholders.CATEGORY_7),
    "better": Token("#1F7A6D", "#4FB8A8", placeholders.CATEGORY_8),
    "worse": Token("#B3361B", "#F0806A", placeholders.CATEGORY_9),
    "not-due": Token("#5B8DB8", "#6FA3CF", placeholders.CATEGORY_0),
    "overdue-1": Token("#F2C879", "#F7DCA0", placeholders.CATEGORY_1),
    "overdue-2": Token("#E9A14C", "#F0B76B", placeholders.CATEGORY_2),
    "overdue-3": Token("#D9772E", "#E9914F", placeholders.CATEGORY_3),
    "overdue-4": Token("#B84E1E", "#DA7440", placeholders.CATEGORY_4),
    "overdue-5": Token("#7F2A12", "#C4603F", placeholders.CATEGORY_5),
    "unapplied": Token("#A9B2BC", "#76828F", placeholders.CATEGORY_6),
    "tier-a": Token("#2B7A78", "#4FA39F", placeholders.SEQUENTIAL_0),
    "tier-b": Token("#6FAFA6", "#8CC4C3", placeholders.SEQUENTIAL_1),
    "tier-c": Token("#C7B25A", "#D9C97E", placeholders.SEQUENTIAL_2),
    "tier-d": Token("#D9772E", "#E9914F", placeholders.SEQUENTIAL_3),
    "tier-e": Token("#9E2A1F", "#D2605A", placeholders.SEQUENTIAL_4),
}

OVERDUE_TOKENS = ("overdue-1", "overdue-2", "overdue-3", "overdue-4", "overdue-5")


def bucket_token(bucket_order: int, aging_bucket: str, last_overdue_order: int) -> str:
    """Name the token of an ageing bucket.

    The first overdue bucket is the palest and the last one always the darkest, however many a policy has.
    """
    if aging_bucket == "not_due":
        return "not-due"
    if aging_bucket == "unapplied":
        return "unapplied"
    if bucket_order >= last_overdue_order:
        return OVERDUE_TOKENS[-1]
    return OVERDUE_TOKENS[min(max(bucket_order - 1, 0), len(OVERDUE_TOKENS) - 2)]


def tier_token(risk_tier: str | None) -> str:
    """Name the token of a risk tier; a customer without a tier is shown in the second ink."""
    token = f"tier-{(risk_tier or '').lower()}"
    return token if token in TOKENS else "ink-2"


def chart_colour(token: str) -> str:
    """The placeholder colour charts use for a token. Raises ``KeyError`` for an unknown token."""
    return TOKENS[token].chart


def page_style() -> str:
    """The page's style sheet: the tokens as custom properties, then ``assets/style.css``.

    ``light-dark()`` follows the ``color-scheme`` Streamlit sets on the app, whatever the system prefers.
    """
    lines = "\n".join(f"  --{name}: light-dark({token.light}, {token.dark});" for name, token in TOKENS.items())
    return f"<style>\n:root {{\n{lines}\n}}\n{STYLE_FILE.read_text(encoding='utf-8')}\n</style>"
