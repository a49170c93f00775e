"""Code in a link: it comes out as it went in, and what is damaged, too long or no text says so in a sentence."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode

import pytest
from drillsergeant.learn.compile.editable_source import HOMES, source_of
from drillsergeant.runtimes.page.panels.code_link import MARK, MOST_CODE, MOST_PACKED, as_code, code_in, with_code
from hypothesis import given
from hypothesis import strategies as st

HERE = "https://here.example/drill/index.html?drill=chase"
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=300)


def packed(content: bytes) -> str:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = deflate.compress(content) + deflate.flush()
    return MARK + urlsafe_b64encode(raw).decode().rstrip("=")


@given(texts.filter(lambda text: text.strip() and not text.startswith("\ufeff")))
def test_what_is_put_into_a_link_comes_out_of_it(text: str) -> None:
    address, mark, rest = with_code(HERE + "#train", text).partition("#")
    assert address == HERE, "what servers see is as it was"
    assert code_in(mark + rest) == text


@pytest.mark.parametrize("drill", HOMES)
def test_every_drill_fits_whole(drill: str) -> None:
    assert code_in("#" + with_code(HERE, source_of(drill)).partition("#")[2]) == source_of(drill)


def test_code_without_any_order_is_carried_up_to_the_limit() -> None:
    text = "".join(chr(0x10000 + each * 7919 % 60_000) for each in range(MOST_CODE))
    link = with_code(HERE, text)
    assert code_in("#" + link.partition("#")[2]) == text
    assert len(link) - len(HERE) <= MOST_PACKED


def test_what_is_too_long_says_by_how_much_and_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"8,193 characters, a link carries at most 8,192: save it as a \.py file"):
        with_code(HERE, "x" * (MOST_CODE + 1))
    with pytest.raises(ValueError, match="8,193 characters"):
        code_in(packed(b"x" * (MOST_CODE + 1)))


@pytest.mark.parametrize("other", ["", "#", "#train", "#telemetry", "#Code=abc", "code=abc"])
def test_another_end_of_the_address_is_about_something_else(other: str) -> None:
    assert code_in(other) == ""


@pytest.mark.parametrize(
    ("fragment", "why"),
    [
        (MARK, "letters, digits"),
        (MARK + "a b", "letters, digits"),
        (MARK + "<script>", "letters, digits"),
        (MARK + "%41%41", "letters, digits"),
        (MARK + "A", "damaged"),
        (MARK + "_____w", "damaged"),
        (packed(b"class Mine: pass")[:-4], "cut off"),
        (packed(b"class Mine: pass") + "AAAA", "something follows"),
        (packed(b"x" * 20_000_000), "more than 8,192"),
        (MARK + "A" * (MOST_PACKED + 1), "a link with code has at most"),
        (packed(b"\xff\xfe"), "byte 0 is not of a text in UTF-8"),
        (packed(b"a\x00b"), "character 1 is a control character, 0"),
        (packed(b"a\x1b[2J"), "character 1 is a control character, 27"),
        (packed(b" \n\t"), "no code"),
    ],
    ids=range(14),
)
def test_what_is_no_code_is_refused_with_the_reason(fragment: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        code_in(fragment)


def test_files_of_other_systems_are_taken_as_they_are_meant() -> None:
    assert as_code(b"\xef\xbb\xbfa = 1\r\nb = 2\rc = 3\n") == "a = 1\nb = 2\nc = 3\n"
