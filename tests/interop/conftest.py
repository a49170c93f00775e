"""A visitor of the page, as the tests of the browser have one."""

from tests.browser.conftest import address, browser, household, visitor

__all__ = ["address", "browser", "household", "visitor"]
