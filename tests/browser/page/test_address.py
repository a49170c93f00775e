"""A drill by address: the page speaks of that drill from its first words on, also on a slow line."""

from tests.rigs.pages.visitor import Visitor

SOCCER = ("soccer", "Orange", "goal")


def test_a_drill_by_address_is_named_and_pictured_before_python_is_there(visitor: Visitor) -> None:
    page = visitor.page
    page.route("**/pyodide/*.wasm", lambda route: None)  # the core never comes
    page.goto(visitor.address + "?drill=chase")
    visitor.until("its drill is named", lambda: "catch" in page.inner_text("#drill-sentence"))
    header = page.inner_text("header")
    assert not any(word in header for word in SOCCER)
    assert page.inner_text("#count-0") == "Caught"
    assert "chases" in (page.get_attribute("#match", "aria-label") or "")
    picture = page.evaluate("getComputedStyle(document.querySelector('.stage')).backgroundImage")
    assert "poster-chase" in picture
