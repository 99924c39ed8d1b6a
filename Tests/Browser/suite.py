"""Counts checks, and watches pages for what must never happen: errors, outside requests, broken policies."""

import os
import sys
import time
import traceback
from urllib.parse import urlparse


class Suite:
    def __init__(self):
        self.passed = 0
        self.failed = []

    def check(self, name, body, *arguments):
        """Runs one check. A check that fails does not stop those after it."""
        started = time.monotonic()
        try:
            body(*arguments)
        except Exception as error:  # noqa: BLE001: a check may fail in any way
            self.failed.append(name)
            print(f"FAILED  {name}\n        {str(error)[:1500]}", flush=True)
            if os.environ.get("PATCHBAY_TEST_VERBOSE"):
                traceback.print_exc()
            return
        self.passed += 1
        print(f"passed  {name} ({time.monotonic() - started:.1f} s)", flush=True)

    def end(self):
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        sys.exit(1 if self.failed else 0)


class Watch:
    """What went wrong on the pages of one browser context."""

    POLICY = """document.addEventListener('securitypolicyviolation', (event) =>
        console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));"""

    def __init__(self, context, address):
        self.troubles = []
        self.host = urlparse(address).netloc
        context.add_init_script(self.POLICY)
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        context.on("request", self.on_request)

    def on_console(self, message):
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def on_request(self, request):
        if urlparse(request.url).netloc != self.host:
            self.troubles.append(f"outside request: {request.url}")

    def assert_quiet(self):
        troubles, self.troubles = self.troubles, []
        assert not troubles, "; ".join(troubles)


def eventually(what, look):
    """Looks until there is something to see, for two minutes at most."""
    for _ in range(240):
        found = look()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"it did not happen: {what}")


def expect(condition, words):
    if not condition:
        raise AssertionError(words)
