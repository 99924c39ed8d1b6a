"""Verdicts in the browser: a feed is followed, filtered, refreshed and left, own words are said and taken back, all without scripts."""

import json
import os
import re
import time
from datetime import datetime, timezone

from suite import eventually, expect

TENANT = "Verdict Works"
ENDPOINT = "press.works.example.org"
VERSION = "3.0.17-1~deb12u3"

POLICY = """patchbay: policy/v1
name: works
applies: tenant = "Verdict Works"
lanes: {routine: {windows: [once]}}
default: {approve: verdict ok or after 300 days}
windows:
  once: {every: 2031-02-28, from: "01:00", for: 2h, zone: UTC}
"""


def stamp(offset=0):
    return datetime.fromtimestamp(time.time() + offset, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Verdicts:
    """The checks; `house` is the dashboard that they are part of."""

    def __init__(self, house):
        self.house = house
        self.publisher = os.path.join(house.server.home, "publisher")
        self.key = self.endpoint = None

    def run(self, check):
        check("without a verdict feed the page says how one comes", self.teaches)
        check("a feed is followed without scripts, and nothing that another key has signed", self.follows)
        check("what is said is narrowed, and an endpoint's page leads to it", self.shows)
        check("a publication that does not hold is told with what to do, and what was said goes on counting", self.refuses)
        check("an own word comes before a feed's, and is taken back", self.says)
        check("leaving a feed asks first, and who follows it anew is given nothing older", self.leaves)
        check("each role is offered what it may do with verdicts", self.rights)

    def open(self, place="/verdicts", **options):
        page = self.house.page(**options)
        answer = page.goto(place)
        expect(answer.status == 200, f"{place}: {answer.status}")
        return page

    def close(self, page):
        page.watch.assert_quiet()
        page.context.close()

    def file(self, name):
        os.makedirs(self.publisher, exist_ok=True)
        return os.path.join(self.publisher, name)

    def publish(self, sequence, word, feed="noc"):
        """Signs what the feed says, and puts it where subscribers fetch it."""
        said = [{"verdict": word, "package": "openssl", "version": VERSION, "os": "debian 12",
                 "evidence": f"Printing was tried, {word}.", "at": stamp(-3600)}]
        said += [{"verdict": "caution", "package": f"lib{number}", "evidence": "Look first.",
                  "link": "https://noc.example.org/1", "at": stamp(-7200 - number)} for number in range(60)]
        with open(self.file(f"{feed}.json"), "w") as draft:
            json.dump({"feed": feed, "sequence": sequence, "issuedAt": stamp(), "expiresAt": stamp(30 * 86_400), "verdicts": said}, draft)
        self.house.server.offline(
            "verdicts", "sign", self.file(f"{feed}.json"), "--key", self.file("noc.key"), "--out", self.file(f"{feed}.dsse.json"))

    def subscribe(self, page, feed="noc", key=None):
        page.fill("#feed-name", feed)
        page.fill("#feed-source", self.file(f"{feed}.dsse.json"))
        page.fill("#feed-key", key or self.key)
        self.go(page, "text=Follow the feed")

    def done(self, page):
        expect(page.url.endswith("/verdicts?notice=verdict-feeds-changed"), f"{page.url}: {page.inner_text('main')}")

    def go(self, page, what):
        """Clicks on what leads to another page, and waits for that one: its address may be the same."""
        with page.expect_navigation():
            page.click(what)

    def decision(self, page):
        page.goto(f"/endpoints/{self.endpoint.id}")
        return page.inner_text("section:has(#missing) tbody tr:has-text('openssl')")

    # The checks

    def teaches(self):
        page = self.open("/policies")
        page.click("nav[aria-label='Parts of policies'] >> text=Verdicts")
        page.wait_for_url("**/verdicts")
        words = page.inner_text("main")
        expect("No feed is followed" in words and "patchbay verdicts key" in words and "verdict ok or after 7 days" in words, words)
        self.house.picture(page, "verdicts-empty")
        self.close(page)

    def follows(self):
        self.key, stranger = (
            json.loads(self.house.server.offline("verdicts", "key", self.file(name)))["key"] for name in ["noc.key", "stranger.key"])
        self.publish(2, "block")
        page = self.open(java_script_enabled=False)
        self.subscribe(page, key=stranger)
        expect("not signed by the key" in page.inner_text("[role=alert]"), page.inner_text("main"))
        expect(page.input_value("#feed-key") == stranger and page.input_value("#feed-name") == "noc", "what was typed is lost")
        self.subscribe(page)
        self.done(page)
        row = page.inner_text("section:has(#feeds) tbody tr")
        expect("Fresh" in row and self.key in row and "noc.dsse.json" in row and "61" in row, row)
        page.goto("/verdicts")
        self.go(page, "button:has-text('Refresh')")
        self.done(page)
        page.goto("/verdicts")
        self.publish(1, "caution", feed="partner")
        self.subscribe(page, feed="partner")
        self.done(page)
        expect(page.locator("section:has(#feeds) tbody tr").count() == 2, page.inner_text("main"))
        page.context.close()

    def shows(self):
        self.house.server.command("tenant", "create", TENANT)
        self.house.enrol(TENANT, [ENDPOINT])
        self.endpoint = self.house.endpoints[ENDPOINT]
        self.endpoint.scan()
        policy = self.file("works.yaml")
        with open(policy, "w") as file:
            file.write(POLICY)
        self.house.server.command("policy", "create", policy, "--confirm", "--overlap")
        page = self.open("/verdicts")
        rows = page.locator("section:has(#said) tbody tr")
        expect(rows.count() == 50 and "1 to 50 of 122 shown" in page.inner_text(".under"), page.inner_text(".under"))
        self.go(page, "text=Next page")
        expect("51 to 100 of 122 shown" in page.inner_text(".under"), page.inner_text(".under"))
        page.select_option("select[name=verdict]", "block")
        page.wait_for_url("**/verdicts?*verdict=block*")
        expect(rows.count() == 1 and "1 verdict matches" in page.inner_text("main"), page.inner_text("main"))
        page.goto("/verdicts?whose=feed%3Anoc&search=LIB5")
        expect(rows.count() == 11, f"{rows.count()} rows")
        words = eventually("the feed's block holds the update", lambda: next(
            (text for text in [self.decision(page)] if "Held by the verdict block of the feed noc" in text), None))
        expect("Printing was tried, block." in words, words)
        self.go(page, "section:has(#missing) tbody tr:has-text('openssl') >> text=Verdicts")
        page.wait_for_url("**/verdicts?search=openssl")
        expect(rows.count() == 2, f"{rows.count()} rows")
        self.house.picture(page, "verdicts-narrowed")
        self.close(page)

    def refuses(self):
        page = self.open()
        with open(self.file("noc.dsse.json"), "a") as file:
            file.write("x")
        self.go(page, "button[aria-label='Refresh noc']")
        expect("cannot be read" in page.inner_text("[role=alert]"), page.inner_text("main"))
        page.watch.troubles.clear()  # the browser tells of the refusal's status
        note = page.inner_text(".note.warn:has-text('noc:')")
        expect("what it said last counts" in note and "Let its publisher mend it" in note, note)
        self.house.picture(page, "verdicts-trouble")
        expect("Held by the verdict block" in self.decision(page), "what was said is forgotten")
        self.publish(3, "block")
        page.goto("/verdicts")
        self.go(page, "button[aria-label='Refresh noc']")
        self.done(page)
        expect(page.locator(".note.warn:has-text('noc:')").count() == 0, "the trouble stays")
        self.close(page)

    def says(self):
        page = self.open(java_script_enabled=False)
        page.select_option("#say-verdict", "ok")
        page.fill("#say-package", "openssl")
        page.fill("#say-reason", "No printers here")
        self.go(page, "button:has-text('Say it')")
        expect("the version that was tried" in page.inner_text("[role=alert]"), page.inner_text("main"))
        expect(page.input_value("#say-reason") == "No printers here", "what was typed is lost")
        page.fill("#say-version", VERSION)
        page.select_option("#say-tenant", label=TENANT)
        self.go(page, "button:has-text('Say it')")
        expect(page.url.endswith("/verdicts?notice=verdict-said"), page.url)
        row = page.inner_text("section:has(#said) tbody tr >> nth=0")
        expect("anna (own word)" in row and TENANT in row and VERSION in row, row)
        expect("the own verdict ok of" in self.decision(page), self.decision(page))
        page.goto("/verdicts?whose=own")
        self.go(page, "button:has-text('Take back')")
        expect(page.url.endswith("/verdicts?notice=verdict-taken-back"), page.url)
        expect("Held by the verdict block" in self.decision(page), self.decision(page))
        page.context.close()

    def leaves(self):
        page = self.open()
        self.go(page, "a[aria-label='Unsubscribe from noc']")
        expect("61 verdicts count no more" in page.inner_text("main"), page.inner_text("main"))
        self.house.picture(page, "verdicts-unsubscribe")
        self.go(page, "text=Keep the feed")
        self.go(page, "a[aria-label='Unsubscribe from noc']")
        self.go(page, "button.danger")
        self.done(page)
        expect(page.locator("section:has(#feeds) tbody tr").count() == 1, "it is still followed")
        page.watch.assert_quiet()
        self.publish(2, "ok")
        self.subscribe(page)
        expect("was offered after number 3" in page.inner_text("[role=alert]"), page.inner_text("main"))
        page.watch.troubles.clear()
        self.publish(4, "block")
        self.subscribe(page)
        self.done(page)
        self.close(page)

    def rights(self):
        for name, may_say in [("paul", True), ("rita", False), ("otto", False)]:
            page = self.house.people.page_of(name)
            answer = page.goto("/verdicts")
            expect(answer.status == 200, f"{name}: {answer.status}")
            expect(page.locator("section:has(#feeds) tbody tr").count() == 2, f"{name} does not see the feeds")
            expect("dsse.json" not in page.inner_text("main"), f"{name} sees where the provider's feeds come from")
            expect((page.locator("#say-reason").count() == 1) == may_say, f"{name} and own words")
            expect(page.locator("#feed-key, button:has-text('Refresh'), a:has-text('Unsubscribe')").count() == 0, f"{name} may subscribe")
            page.watch.assert_quiet()
            answer = page.goto("/verdicts/feeds/noc/unsubscribe")
            expect(answer.status == 403, f"{name}: {answer.status}")
            page.context.close()

    def places(self):
        return {"verdicts": "/verdicts", "verdicts-none": "/verdicts?search=nothing", "verdicts-leave": "/verdicts/feeds/noc/unsubscribe"}
