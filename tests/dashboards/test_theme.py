"""One set of colours: in the theme, in Streamlit's configuration, and readable on both grounds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dashboards.lib import buckets, theme
from dashboards.lib.theme import READABLE, STYLE_FILE, TOKENS, contrast, ink_on

CONFIG = Path(theme.__file__).parent.parent / ".streamlit" / "config.toml"
TEXT = ("ink", "ink-2", "accent", "better", "worse")


def _config() -> dict[str, Any]:
    return tomllib.loads(CONFIG.read_text(encoding="utf-8"))


@pytest.mark.parametrize("ground", ["page", "card"])
@pytest.mark.parametrize("token", TEXT)
def test_text_reads_on_both_grounds(token: str, ground: str) -> None:
    assert contrast(TOKENS[token].light, TOKENS[ground].light) >= READABLE
    assert contrast(TOKENS[token].dark, TOKENS[ground].dark) >= READABLE


@pytest.mark.parametrize("token", [token for token in TOKENS if token.startswith("tier-")])
def test_letters_read_on_their_tier(token: str) -> None:
    assert contrast(ink_on(token), TOKENS[token].light) >= READABLE
    assert contrast(TOKENS["page"].dark, TOKENS[token].dark) >= READABLE


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_streamlit_has_the_same_colours(shade: str) -> None:
    configured = _config()["theme"][shade]
    same = {
        "primaryColor": "accent",
        "backgroundColor": "page",
        "secondaryBackgroundColor": "card",
        "textColor": "ink",
        "linkColor": "accent",
        "borderColor": "rule",
        "dataframeBorderColor": "rule",
        "dataframeHeaderTextColor": "ink-2",
        "greenColor": "better",
        "redColor": "worse",
    }
    assert {name: configured[name] for name in same} == {
        name: getattr(TOKENS[token], shade) for name, token in same.items()
    }


def test_the_font_is_shipped_with_its_licence() -> None:
    static = CONFIG.parent.parent / "static"
    faces = _config()["theme"]["fontFaces"]
    assert faces
    for face in faces:
        assert (static / Path(face["url"]).name).is_file()
        assert "://" not in face["url"]
    assert "SIL OPEN FONT LICENSE" in (static / "ibm-plex-sans-OFL.txt").read_text(encoding="utf-8")


def test_every_colour_of_the_page_is_a_token() -> None:
    style = STYLE_FILE.read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^;]*mask)", re.sub(r"url\([^)]*\)", "", style))
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", style)) - set(TOKENS) <= {"icon", "line", "tier", "on-tier"}


def test_slabs_darken_with_age_whatever_their_number() -> None:
    def policy(*overdue: tuple[int, int | None]) -> list[dict[str, Any]]:
        slabs = [
            ("not_due", None, 0),
            *((f"slab {first}", first, last) for first, last in overdue),
            ("unapplied", None, None),
        ]
        return [
            {"bucket_order": order, "aging_bucket": code, "from_days": first, "to_days": last}
            for order, (code, first, last) in enumerate(slabs, start=1)
        ]

    few = policy((1, 30), (31, None))
    assert [buckets.token_of(bucket, few) for bucket in few] == ["not-due", "overdue-1", "overdue-5", "unapplied"]
    usual = policy((1, 30), (31, 60), (61, 90), (91, 120), (121, None))
    assert [buckets.token_of(bucket, usual) for bucket in usual[1:-1]] == list(buckets.OVERDUE_TOKENS)
    assert [buckets.bucket_words(bucket) for bucket in usual] == [
        "Not due",
        "1–30",
        "31–60",
        "61–90",
        "91–120",
        "Over 120",
        "Unapplied",
    ]
