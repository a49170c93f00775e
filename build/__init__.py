"""The native side of the project: builds the static site, serves it, drives it in a headless browser, runs every test.

Always run as modules from the repository root (`python -m build.site`), usually through the Makefile. The package
shadows the PyPA module of the same name inside the root, which nothing here uses.
"""
