"""Drill Sergeant as a library: in any Pyodide and in plain Python, with no worker, no page and no isolation.

What is public is named in `drillsergeant/__init__.py`; `docs/library.md` shows it in use.
"""
