"""The only package that imports `js` and `pyodide`: workers, shared memory, canvas, storage.

Everything else receives these objects and knows their Protocols (`runtimes/host.py`, `memory/access.py`).
"""
