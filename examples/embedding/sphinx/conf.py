"""Sphinx: the site lies in `_static/drillsergeant/`, its script is on every page, and index.rst has the drill."""

project = "A lesson"
html_static_path = ["_static"]
html_js_files = [("drillsergeant/embed.js", {"defer": "defer"})]
