"""Vulnerabilities: what feeds make of the fleet, how it was, what scanners say, and how long things are supported."""

import json
import os
from datetime import date, timedelta

from suite import eventually, expect

CVE = "CVE-2026-4242"
QUIET = "CVE-2026-0007"

TRACKER = {"openssl": {
    CVE: {"description": "A made-up overflow.", "scope": "remote", "releases": {"bookworm": {
        "status": "resolved", "repositories": {"bookworm": "3.0.16-1~deb12u1"}, "fixed_version": "3.0.17-1~deb12u3",
        "urgency": "high"}}},
    QUIET: {"description": "A made-up leak.", "scope": "local", "releases": {"bookworm": {
        "status": "open", "repositories": {"bookworm": "3.0.16-1~deb12u1"}, "urgency": "low"}}},
}}

CATALOGUE = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.01.02",
    "dateReleased": "2026-01-02T00:00:00.0000Z", "count": 1, "vulnerabilities": [{
        "cveID": CVE, "vendorProject": "Made", "product": "Up", "vulnerabilityName": "Made up", "dateAdded": "2026-01-02",
        "shortDescription": "Made up.", "requiredAction": "Mend it.", "dueDate": "2026-01-23",
        "knownRansomwareCampaignUse": "Unknown", "notes": ""}]}

ENDS = {"schema_version": "1.2.0", "result": {"name": "debian", "releases": [
    {"name": "12", "isEol": True, "eolFrom": "2026-06-10"}]}}

REPORT = f"""Host,CVE,Severity,Plugin Output
web-2.berlin.example.org,{CVE},High,=HYPERLINK("http://example.org")
nobody.example.org,{CVE},High,not ours
"""


class Findings:
    """The checks; `house` is the dashboard that they are part of."""

    def __init__(self, house):
        self.house = house

    def run(self, check):
        check("feeds make the list of vulnerabilities, riskiest first", self.lists)
        check("a vulnerability's page tells who has it, by when, and what a scanner says", self.shows)
        check("what is beyond its support is answered for without scripts", self.supports)
        check("who had it between two days is asked without scripts", self.looks_back)

    def file(self, name, text):
        path = os.path.join(self.house.server.home, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def text(self, page, place):
        page.goto(place)
        return page.inner_text("main")

    def lists(self):
        # What the first content of a feed says is no news; what comes to it is.
        before = json.loads(json.dumps(CATALOGUE).replace(CVE, "CVE-1999-0001"))
        for name, content in [("tracker", TRACKER), ("exploited", before)]:
            self.house.server.command("feeds", "add", name, self.file(f"{name}.json", json.dumps(content)))
            self.house.server.command("feeds", "refresh", name)
        self.file("exploited.json", json.dumps(CATALOGUE))
        self.house.server.command("feeds", "refresh", "exploited")
        page = self.house.page()
        eventually("both are listed", lambda: all(name in self.text(page, "/vulnerabilities") for name in [CVE, QUIET]))
        names = page.locator("tbody tr").all_inner_texts()
        expect(CVE in names[0], f"the exploited one does not stand first: {names}")
        page.goto("/vulnerabilities?kev=true")
        expect(QUIET not in page.inner_text("main"), "the filter for exploited ones")
        eventually("the alert is raised", lambda: CVE in self.text(page, "/alerts"))
        page.watch.assert_quiet()
        page.context.close()

    def shows(self):
        self.house.server.command("finding", "import", self.file("report.csv", REPORT), "--format", "csv")
        page = self.house.page()
        page.goto(f"/vulnerabilities/{CVE}")
        text = page.inner_text("main")
        expect("web-2.berlin.example.org" in text, "who has it")
        expect("no package source of the endpoint offers it" in text or "waits" in text, "what happens next")
        expect("3.0.17-1~deb12u3" in text, "the version that mends it")
        expect("Found here too" in text, "what the scanner says")
        page.watch.assert_quiet()
        page.context.close()

    def supports(self):
        self.house.server.command("feeds", "add", "ends", self.file("ends.json", json.dumps(ENDS)))
        self.house.server.command("feeds", "refresh", "ends")
        page = self.house.page(java_script_enabled=False)
        eventually("it has ended", lambda: "debian 12" in self.text(page, "/end-of-life?within=0"))
        page.select_option("#answer-treatment", "extendedSupport")
        page.fill("#answer-until", (date.today() + timedelta(days=100)).isoformat())
        page.fill("#answer-reason", "Long-term support is used.")
        page.click("text=Save the answer")
        expect("Long-term support is used." in page.inner_text("main"), "what is done about it")
        page.context.close()

    def looks_back(self):
        page = self.house.page(java_script_enabled=False)
        page.goto(f"/vulnerabilities/{CVE}/history")
        expect("web-2.berlin.example.org" in page.inner_text("main"), "who had it")
        page.context.close()

    def places(self):
        endpoint = f"/endpoints/{self.house.endpoints['web-2.berlin.example.org'].id}"
        return {
            "vulnerabilities": "/vulnerabilities", "vulnerability": f"/vulnerabilities/{CVE}",
            "vulnerability-history": f"/vulnerabilities/{CVE}/history", "endpoint-vulnerabilities": endpoint + "/vulnerabilities",
            "exposure": "/vulnerabilities/exposure", "end-of-life": "/end-of-life", "alerts": "/alerts", "feeds": "/feeds",
        }
