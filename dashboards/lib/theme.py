"""The colour tokens, light and dark, in one place.

A token is a role, not a colour: the page style reads it as ``var(--name)``. Charts are drawn in the light values;
the page style then turns each drawn light value into its token, so that charts, like the page, follow a switch
between light and dark at once. ``.streamlit/config.toml`` holds the same values; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FONT_FAMILY = "IBM Plex Sans"
READABLE = 4.5
"""WCAG AA for text."""
STYLE_FILE = Path(__file__).parent.parent / "assets" / "style.css"


@dataclass(frozen=True)
class Token:
    """One role: its value on light and on dark ground, as ``#RRGGBB``."""

    light: str
    dark: str


TOKENS: dict[str, Token] = {
    "ink": Token("#1B2430", "#E8ECF1"),
    "ink-2": Token("#5A6675", "#9AA7B5"),
    "rule": Token("#E3E7EC", "#2C3642"),
    "card": Token("#FFFFFF", "#182028"),
    "page": Token("#FAFBFC", "#11161C"),
    "accent": Token("#1F5F8B", "#6FB1DC"),
    "better": Token("#1F7A6D", "#4FB8A8"),
    "worse": Token("#B3361B", "#F0806A"),
    "not-due": Token("#5B8DB8", "#6FA3CF"),
    "overdue-1": Token("#F2C879", "#F7DCA0"),
    "overdue-2": Token("#E9A14C", "#F0B76B"),
    "overdue-3": Token("#D9772E", "#E9914F"),
    "overdue-4": Token("#B84E1E", "#DA7440"),
    "overdue-5": Token("#7F2A12", "#C4603F"),
    "unapplied": Token("#A9B2BC", "#76828F"),
    "tier-a": Token("#2B7A78", "#4FA39F"),
    "tier-b": Token("#6FAFA6", "#8CC4C3"),
    "tier-c": Token("#C7B25A", "#D9C97E"),
    "tier-d": Token("#D9772E", "#E9914F"),
    "tier-e": Token("#9E2A1F", "#D2605A"),
}

TIERS = ("A", "B", "C", "D", "E")
"""The risk tiers, the best first."""


def tier_token(risk_tier: str | None) -> str:
    """Name the token of a risk tier; a customer without a tier is shown in the second ink."""
    token = f"tier-{(risk_tier or '').lower()}"
    return token if token in TOKENS else "ink-2"


def ink_on(token: str) -> str:
    """The letters that read on a token's light colour: card white where the contrast suffices, else ink."""
    white, ink = TOKENS["card"].light, TOKENS["ink"].light
    return white if contrast(white, TOKENS[token].light) >= READABLE else ink


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#RRGGBB`` colours, 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def chart_colour(token: str) -> str:
    """The colour a chart is drawn in for a token. Raises ``KeyError`` for an unknown token."""
    return TOKENS[token].light


def rgb(colour: str) -> str:
    """A colour the way browsers write it into a drawing's style: ``rgb(27, 36, 48)``."""
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


def _chart_rules() -> str:
    """What is drawn in a light value takes its token, whichever theme is in use."""
    return "\n".join(
        f'.js-plotly-plot [style*="{part}: {rgb(token.light)}"] {{ {part}: var(--{name}) !important; }}'
        for name, token in TOKENS.items()
        for part in ("fill", "stroke")
    )


def page_style() -> str:
    """The page's style sheet: the tokens as custom properties, the charts' colours, then ``assets/style.css``.

    ``light-dark()`` follows the ``color-scheme`` Streamlit sets on the app, whatever the system prefers.
    """
    lines = "\n".join(f"  --{name}: light-dark({token.light}, {token.dark});" for name, token in TOKENS.items())
    return f"<style>\n:root {{\n{lines}\n}}\n{_chart_rules()}\n{STYLE_FILE.read_text(encoding='utf-8')}\n</style>"


def paper_tokens() -> str:
    """The tokens as custom properties in their light values, for files that are printed."""
    return ":root { " + " ".join(f"--{name}: {token.light};" for name, token in TOKENS.items()) + " }"
