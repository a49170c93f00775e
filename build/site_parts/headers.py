"""The HTTP headers every file of the site needs, in one place for the dev server, static hosts and tests."""

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",  # lets isolated pages of others embed us
    "Document-Isolation-Policy": "isolate-and-require-corp",  # isolates even a frame in a plain page, in Chromium
}


def site_headers(content_security_policy: str) -> dict[str, str]:
    """Isolation, without which there is no shared memory, and the Content-Security-Policy."""
    return {**ISOLATION, "Access-Control-Allow-Origin": "*", "Content-Security-Policy": content_security_policy}


def headers_file(content_security_policy: str) -> str:
    """The same as a `_headers` file, which several static hosts read from the site's root."""
    lines = [f"  {name}: {value}" for name, value in site_headers(content_security_policy).items()]
    return "\n".join(["/*", *lines, ""])
