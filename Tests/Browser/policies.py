"""Policies in the browser: write, check, save, see what follows, decide by hand, accept a risk."""

import re

from suite import expect

TEXT = """patchbay: policy/v1
name: servers-standard
title: Standard servers
applies: all
lanes:
  routine: {windows: [weekend], rings: standard}
rules:
  - {when: class = security, approve: by hand}
default: {approve: by hand}
windows:
  weekend: {every: "saturday, sunday", from: "22:00", for: 4h, zone: Europe/Berlin}
rings:
  standard:
    - {name: canary, members: tag = canary, soak: 24h, gate: {verified: 95%, minimum: 1}}
    - {name: broad, members: rest, budget: 20%}
reboot: {mode: never}
"""


class Policies:
    """The checks; `house` is the dashboard that they are part of."""

    def __init__(self, house):
        self.house = house
        self.policy = self.tenant = None

    def run(self, check):
        check("without a policy the page says what holds", self.teaches)
        check("faults of a policy's text are shown with line and column", self.faults)
        check("a policy is checked, previewed and saved without scripts", self.writes)
        check("an endpoint's page names the rule that decides", self.rule_on_endpoint)
        check("an update is held from an endpoint's page, and the hold taken back", self.holds)
        check("a policy that would act at once wants a confirmation", self.confirms)
        check("the plan and the windows show what comes", self.plan)
        check("a risk is asked for, and not accepted by who asked", self.exception)
        check("tags are set on an endpoint's page, and a group is made of them", self.traits)

    def open(self, place, **options):
        page = self.house.page(**options)
        answer = page.goto(place)
        expect(answer.status == 200, f"{place}: {answer.status}")
        return page

    def close(self, page):
        page.watch.assert_quiet()
        page.context.close()

    def teaches(self):
        page = self.open("/policies")
        expect("every update waits until a person approves it" in page.inner_text("main"), "the safe default is not told")
        self.house.picture(page, "policies-empty")
        self.close(page)

    def faults(self):
        page = self.open("/policies/new")
        page.fill("#yaml", TEXT.replace("windows: [weekend]", "windws: [weekend]"))
        page.click("text=Check, and show what it would do")
        words = page.inner_text("[role=alert]")
        expect("Line 6, column" in words and "windows" in words, words)
        expect("windws" in page.input_value("#yaml"), "the text was lost")
        expect(page.locator("button[value=save]").count() == 0, "a text with faults can be saved")
        self.house.picture(page, "policy-faults")
        self.close(page)

    def writes(self):
        page = self.open("/policies/new", java_script_enabled=False)
        page.select_option("#tenant", label="Harbour Clinics")
        page.fill("#yaml", TEXT)
        page.click("text=Check, and show what it would do")
        words = page.inner_text("#preview >> xpath=..")
        expect("Nothing is installed at once" in words, words)
        expect(re.search(r"Join\s+[1-9]", words), words)
        self.house.picture(page, "policy-preview")
        page.fill("#note", "Browser test")
        page.click("button[value=save]")
        page.wait_for_url("**/policies/pol_*")
        self.policy = re.search(r"pol_\w+", page.url).group(0)
        text = page.inner_text("main")
        expect("Every other update" in text and "Saturday" in text.replace("saturday", "Saturday"), "not in sentences")
        page.context.close()

    def rule_on_endpoint(self):
        endpoint = self.house.endpoints["web-2.berlin.example.org"].id
        page = self.open(f"/endpoints/{endpoint}")
        text = page.inner_text("main")
        expect("servers-standard (tenant)" in text, "the policy is not named")
        expect("servers-standard" in page.inner_text("table:has-text('Missing updates')"), "the rule is not named")
        self.close(page)

    def holds(self):
        endpoint = self.house.endpoints["web-2.berlin.example.org"].id
        page = self.open(f"/endpoints/{endpoint}")
        row = page.locator("tr:has(input[name=update])").first
        name = row.locator("th").inner_text()
        before = row.locator("td .s").first.inner_text()
        row.locator("input[name=update]").check()
        page.click("text=Approve, decline, hold or defer")
        page.check("input[value=hold]")
        page.click("text=Store the decision")
        expect("Give a reason" in page.inner_text("[role=alert]"), "a hold without a reason")
        page.check("input[value=hold]")
        page.fill("#reason", "Tested first")
        self.house.picture(page, "decide")
        page.click("text=Store the decision")
        page.wait_for_url("**?notice=decided")
        expect("On hold" in page.inner_text(f"tr:has(th:has-text('{name}'))"), "the decision does not follow")
        page.watch.troubles.clear()  # The refusal above is a 400 on purpose, which the browser notes.
        page.goto("/approvals")
        self.house.picture(page, "approvals")
        page.click("text=Take back")
        page.wait_for_url("**/approvals?notice=taken-back")
        page.goto(f"/endpoints/{endpoint}")
        after = page.locator(f"tr:has(th:has-text('{name}')) td .s").first.inner_text()
        expect(after == before, f"the hold is still heard: {after}, not {before}")
        self.close(page)

    def confirms(self):
        page = self.open(f"/policies/{self.policy}/edit")
        at_once = TEXT.replace("approve: by hand}\ndefault", "approve: at once}\ndefault").replace(
            'every: "saturday, sunday", from: "22:00", for: 4h', 'every: day, from: "00:00", for: 24h')
        page.fill("#yaml", at_once.replace(", rings: standard", ""))
        page.click("text=Check, and show what it would do")
        expect("may install at once" in page.inner_text("#preview >> xpath=.."), "the figures are missing")
        self.house.picture(page, "policy-acts-now")
        button = page.locator("button[value=save]")
        expect("begin" in button.inner_text(), button.inner_text())
        button.click()
        expect(page.url.endswith("/edit"), "saved without a confirmation")
        page.click("text=Leave")
        self.close(page)

    def plan(self):
        page = self.open("/policies/windows")
        page.select_option("select[name=tenant]", label="Harbour Clinics")
        page.wait_for_url("**/policies/windows?tenant=*")
        self.tenant = re.search(r"tnt_\w+", page.url).group(0)
        expect("weekend" in page.inner_text("main") and "Europe/Berlin" in page.inner_text("main"), "no window")
        page.click("summary")
        expect(page.locator(".openings li").count() == 12, f"{page.locator('.openings li').count()} openings")
        feed = page.request.get(page.get_attribute("a:has-text('iCal')", "href")).text()
        expect(feed.count("BEGIN:VEVENT") == 12, feed[:200])
        page.click("nav[aria-label='Parts of policies'] >> text=Plan")
        expect("Needs approval" in page.inner_text("main"), "what waits is not listed")
        self.close(page)

    def exception(self):
        page = self.open("/exceptions")
        page.fill("#exception-name", "Old PostgreSQL")
        page.fill("#exception-owner", "ben")
        page.fill("#exception-package", "postgresql-*")
        page.fill("#exception-reason", "The vendor supports this version only")
        page.fill("#exception-control", "Reached from one subnet only")
        page.fill("#exception-until", "2027-03-31T00:00")
        page.select_option("#exception-tenant", label="Harbour Clinics")
        page.click("text=Ask for it")
        page.wait_for_url("**/exceptions?notice=exception-requested")
        page.watch.assert_quiet()
        page.click("text=Accept the risk")
        expect("Nobody accepts a risk" in page.inner_text("[role=alert]"), "accepted alone")
        self.house.picture(page, "exceptions")
        page.watch.troubles.clear()  # The refusal is a 409 on purpose.
        self.close(page)

    def traits(self):
        endpoint = self.house.endpoints["web-2.berlin.example.org"].id
        page = self.open(f"/endpoints/{endpoint}")
        page.click("text=Change what is said of it")
        page.fill("#tags", "web, canary")
        page.fill("#role", "server")
        page.select_option("#exposed", "no")
        page.click("form[action$='/traits'] button")
        page.wait_for_url("**?notice=traits-set")
        expect("canary, web" in page.inner_text("main"), "the tags are not shown")
        page.goto("/groups")
        page.fill("#group-name", "web")
        page.select_option("#group-tenant", label="Harbour Clinics")
        page.fill("#group-members", "tag = web")
        page.click("text=Save the group")
        page.wait_for_url("**/groups?notice=groups-changed")
        expect("tag = web" in page.inner_text("main"), "the group is not there")
        self.close(page)

    def places(self):
        tenant = f"?tenant={self.tenant}"
        policy = f"/policies/{self.policy}"
        return {
            "policies": "/policies", "policy": policy, "policy-edit": policy + "/edit", "policy-new": "/policies/new",
            "policy-switch": policy + "/switch", "policy-history": policy + "/history", "policy-plan": "/policies/plan" + tenant,
            "policy-windows": "/policies/windows" + tenant, "approvals": "/approvals", "approval-new": "/approvals/new",
            "exceptions": "/exceptions", "groups": "/groups",
        }
