"""Endpoints that are examined before they are patched: a triage is opened by itself, evidence comes, people note and decide, without scripts."""

import hashlib
import json
import re

from endpoint import now
from suite import eventually, expect

NAME = "web-4.berlin.example.org"
TALK = "1204 1 www-data 2026-11-23T04:12:09Z /dev/shm/.x --token=*** <b>not markup</b>"


class Triages:
    """The checks; `house` is the dashboard that they are part of. The vulnerability is that of the findings."""

    def __init__(self, house):
        self.house = house
        self.triage = self.evidence = None

    def run(self, check):
        check("what a clock demands forensics of is examined: a triage is opened and the endpoint asked", self.opens)
        check("evidence that has come is read as text, at length by section, and downloaded as it is", self.reads)
        check("the scope is noted, and a verdict wants its note and the endpoint's name", self.decides)
        check("where traces were found the pages say so, and another verdict clears it", self.clears)
        check("a person asks an endpoint for evidence", self.asks)

    @property
    def endpoint(self):
        return self.house.endpoints[NAME]

    def open(self, place, **options):
        page = self.house.page(**options)
        answer = page.goto(place)
        expect(answer.status == 200, f"{place}: {answer.status}")
        return page

    def close(self, page):
        page.watch.assert_quiet()
        page.context.close()

    def asked(self):
        answer = self.endpoint.call("POST", "/agent/v1/check-in", {"agentVersion": "1", "bootId": "boot-" + NAME})
        return answer.get("evidenceRequests", [])

    def answer(self, request):
        sections = [
            {"name": "system", "lines": ["Linux 6.1.0-40-amd64", "up 12 days"], "isTruncated": False},
            {"name": "processes", "lines": [TALK] + [f"{n} 1 root 2026-11-20T08:00:00Z /usr/sbin/daemon-{n}" for n in range(2, 60)],
             "isTruncated": True},
            {"name": "packageIntegrity", "lines": [], "isTruncated": False, "failure": "dpkg --verify did not end within 60 s."},
        ]
        bundle = {"id": request["id"], "endpoint": self.endpoint.id, "takenAt": now(), "reason": request["reason"],
                  "vulnerabilities": request["vulnerabilities"], "agentVersion": "1", "bootId": "boot-" + NAME,
                  "sections": sections}
        document = json.dumps(bundle, sort_keys=True).encode()
        receipt = self.endpoint.call("POST", "/agent/v1/evidence", document, raw=True)
        expect(receipt["sha256"] == hashlib.sha256(document).hexdigest(), f"the receipt: {receipt}")
        return document

    def opens(self):
        self.house.server.command("endpoint", "set", self.endpoint.id, "--exposed", "true")
        page = self.open("/triages")
        eventually("a triage is opened", lambda: page.goto("/triages") and NAME in page.inner_text("main"))
        expect("Waits for evidence" in page.inner_text("tbody tr"), page.inner_text("tbody tr"))
        page.click("tbody th a")
        page.wait_for_url("**/triages/tri_*")
        self.triage = re.search(r"tri_\w+", page.url).group(0)
        requests = self.asked()
        expect([each["reason"] for each in requests] == ["demanded"], f"{requests}")
        self.document = self.answer(requests[0])
        self.evidence = requests[0]["id"]
        expect(self.asked() == [], "it is asked for what has come")
        page.reload()
        expect("it waits for a verdict" in page.inner_text("main"), page.inner_text("main"))
        page.goto(f"/endpoints/{self.endpoint.id}/vulnerabilities")
        page.click("a:has-text('Forensics first')")
        page.wait_for_url("**/evidence")
        self.close(page)

    def reads(self):
        page = self.open(f"/triages/{self.triage}", java_script_enabled=False)
        page.click("section:has(#bundles) tbody a")
        page.wait_for_url("**/evidence/evd_*")
        text = page.inner_text("main")
        expect("<b>not markup</b>" in text and "did not end within 60 s" in text, "what was seen")
        expect("daemon-40" not in text, "the whole section stands on the first page")
        page.click("a:has-text('more lines')")
        expect("daemon-59" in page.inner_text("main"), "one section at length")
        with page.expect_download() as download:
            page.click("text=Download the document")
        with open(download.value.path(), "rb") as file:
            expect(file.read() == self.document, "the document is not what came")
        page.goto("/audit")
        expect("Exported evidence" in page.inner_text("main"), "the audit log")
        page.context.close()

    def decide(self, page, verdict, note, name=NAME):
        page.goto(f"/triages/{self.triage}")
        page.select_option("#verdict", verdict)
        page.fill("#note", note)
        page.fill("#confirm", name)
        page.click("button.danger")

    def decides(self):
        page = self.open(f"/triages/{self.triage}", java_script_enabled=False)
        page.fill("#text", "web-4 alone.")
        page.click("text=Note the scope")
        page.wait_for_url("**?notice=scope-noted")
        expect("web-4 alone." in page.inner_text("main"), "the scope")
        self.decide(page, "traces", "A shell runs.", "web-5")
        expect("confirmed with the endpoint's name" in page.inner_text("[role=alert]"), "any name will do")
        expect(page.input_value("#note") == "A shell runs.", "the note was lost")
        self.decide(page, "traces", " ")
        expect("A note says what was found" in page.inner_text("[role=alert]"), "no note is asked for")
        self.decide(page, "traces", "A shell runs from /dev/shm.")
        page.wait_for_url("**?notice=verdict-given")
        page.context.close()

    def clears(self):
        page = self.open("/alerts")
        expect(f"Traces of an attack were found on {NAME}" in page.inner_text("main"), "no alert")
        page.goto(f"/endpoints/{self.endpoint.id}")
        expect("do not patch it before it is imaged" in page.inner_text("[role=alert]"), "the endpoint's page")
        self.house.picture(page, "endpoint-held")
        expect(self.endpoint.collect(0) is None, "an order is handed out")
        self.decide(page, "noTraces", "Imaged, and made anew.")
        page.wait_for_url("**?notice=verdict-given")
        page.goto(f"/endpoints/{self.endpoint.id}")
        expect("imaged" not in page.inner_text("main"), "it is still held")
        self.close(page)

    def asks(self):
        page = self.open(f"/endpoints/{self.endpoint.id}/evidence", java_script_enabled=False)
        page.fill("#reason", "It talks to an unknown host.")
        page.click("text=Ask the endpoint")
        page.wait_for_url("**?notice=evidence-asked")
        expect([each["reason"] for each in self.asked()] == ["ordered"], "it is not asked")
        page.context.close()

    def places(self):
        return {
            "triages": "/triages?all=true", "triage": f"/triages/{self.triage}", "evidence": f"/evidence/{self.evidence}",
            "evidence-section": f"/evidence/{self.evidence}?section=processes",
            "endpoint-evidence": f"/endpoints/{self.endpoint.id}/evidence",
        }
