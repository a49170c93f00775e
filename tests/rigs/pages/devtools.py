"""Code run in a page's workers over the protocol of the browser's tools: also in one where `eval` is closed."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from tests.rigs.pages.waiting import wait_until


def evaluated(page: Page, script: str, function: str) -> Any:
    """What a function of no arguments promises in the worker whose address has `script` in it."""
    session = page.context.new_cdp_session(page)
    attached: dict[str, str] = {}
    answers: list[dict[str, Any]] = []
    session.on("Target.attachedToTarget", lambda told: attached.update({told["targetInfo"]["url"]: told["sessionId"]}))
    session.on("Target.receivedMessageFromTarget", lambda told: answers.append(json.loads(told["message"])))
    session.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False})

    def until(what: str, true: Any) -> None:
        wait_until(what, true, lambda: attached, lambda: page.wait_for_timeout(50), 20.0)

    until(f"{script} is attached to", lambda: [url for url in attached if script in url])
    target = next(ident for url, ident in attached.items() if script in url)
    order = {"expression": f"({function})()", "awaitPromise": True, "returnByValue": True}
    message = json.dumps({"id": 1, "method": "Runtime.evaluate", "params": order})
    session.send("Target.sendMessageToTarget", {"sessionId": target, "message": message})
    until("it answers", lambda: [answer for answer in answers if answer.get("id") == 1])
    session.detach()
    return next(answer for answer in answers if answer.get("id") == 1)["result"]["result"].get("value")
