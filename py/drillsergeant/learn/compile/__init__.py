"""From drill and formulas to programs: at build time, and for code edited on the page."""
