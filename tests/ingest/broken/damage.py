"""Ways files break: in the table, in the text, in the bytes."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.ingest.broken.tables import ODD_VALUES

STRAY = (
    b"\x00", b"\x00\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff", b"\xc3", b"\x80", b'"', b'""', b"'", b",", b";",
    b"|", b"\t", b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r\n", b"\x0b", b"\x0c", b"\x1a", b"\x85", b"\xe2\x80\xa8", b"\\",
    b"<", b">", b"&", b"]]>", b"<!--", b"{", b"}", b"[", b"-", b"0", b" " * 70, b"x" * 3_000_000,
)  # fmt: skip
"""What gets into files: signs that mean something to readers, and much of one that means nothing."""

Cells = list[list[str]]


@st.composite
def in_cells(draw: st.DrawFn, cells: Sequence[Sequence[str]]) -> Cells:
    """The table with one thing done to it, as clerks and programs do; the first row is the header."""
    broken = [list(row) for row in cells]
    column = draw(st.integers(0, len(broken[0]) - 1))
    row = draw(st.integers(1, len(broken) - 1)) if len(broken) > 1 else 0
    match draw(st.integers(0, 11)):
        case 0 | 1 | 2 | 3:
            if row and column < len(broken[row]):
                broken[row][column] = draw(st.sampled_from(ODD_VALUES))
        case 4:
            broken.insert(row + 1, list(broken[row]))
        case 5:
            for each in broken:
                del each[column : column + 1]
        case 6:
            broken[0][column] = draw(
                st.sampled_from(("", "amount", "Amuont", broken[0][column - 1], "x" * 300, '"', "a\x00"))
            )
        case 7:
            for each in broken:
                if len(each) > column:
                    each[column], each[column - 1] = each[column - 1], each[column]
        case 8:
            for each in broken:
                each.insert(column, "more")
        case 9:
            del broken[row][column:]
        case 10:
            broken[row].append(draw(st.sampled_from(("", "more"))))
        case _:
            broken.insert(row + 1, [])
    return broken


@st.composite
def in_lines(draw: st.DrawFn, lines: Sequence[str]) -> list[str]:
    """Lines (with their ends) with one thing done to them."""
    broken = list(lines)
    place = draw(st.integers(0, len(broken) - 1))
    match draw(st.integers(0, 7)):
        case 0:
            broken.insert(place, broken[place])
        case 1:
            del broken[place]
        case 2:
            broken.insert(
                place, draw(st.sampled_from(("\n", "\r\n", "  \n", "\n\n\n", ",,,,,\n", ";\n", '"\n', "total 1\n")))
            )
        case 3:
            broken[place] = broken[place].rstrip("\r\n") + draw(
                st.sampled_from(("\n", "\r\n", "\r", "", "\r\r\n", "\n\r"))
            )
        case 4:
            at = draw(st.integers(0, len(broken[place])))
            broken[place] = broken[place][:at] + draw(st.sampled_from(('"', "'", '""', '"\n'))) + broken[place][at:]
        case 5:
            broken[place] = broken[place].replace('"', "")
        case 6:
            broken[0], broken[place] = broken[place], broken[0]
        case _:
            broken[place] = broken[place].replace(",", ";") if "," in broken[place] else broken[place].replace(";", ",")
    return broken


@st.composite
def in_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes with one thing done to them."""
    # Of large files the beginning and the end matter as much as all between.
    place = draw(st.integers(0, min(len(content), 400)) | st.integers(max(0, len(content) - 400), len(content)))
    place = min(place, len(content))
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return content[:place]
        case 2 | 3:
            return content[:place] + draw(st.sampled_from(STRAY)) + content[place:]
        case 4:
            flipped = bytearray(content)
            for at in draw(st.lists(st.integers(0, max(0, len(content) - 1)), min_size=1, max_size=3)):
                if at < len(flipped):
                    flipped[at] ^= 1 << draw(st.integers(0, 7))
            return bytes(flipped)
        case 5:
            return content[:place] + content[place + draw(st.integers(1, 40)) :]
        case _:
            end = place + draw(st.integers(1, 120))
            return content[:end] + content[place:end] + content[end:]
