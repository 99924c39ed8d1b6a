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


RECIPE = """patchbay: recipe/v1
name: labtool
version: 2.1.0
detect: /opt/labtool/VERSION
installed: {file: /opt/labtool/VERSION}
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
        check("a policy is built by the form alone, without scripts, and is the same as text", self.builds)
        check("a text goes into the form and back, with what is wrong beside its field", self.shapes)
        check("an endpoint's page names the rule that decides", self.rule_on_endpoint)
        check("an update is held from an endpoint's page, and the hold taken back", self.holds)
        check("a policy that would act at once wants a confirmation", self.confirms)
        check("the plan and the windows show what comes", self.plan)
        check("a risk is asked for, and not accepted by who asked", self.exception)
        check("tags are set on an endpoint's page, and a group is made of them", self.traits)
        check("an endpoint is moved to a site on its page, and out of it again", self.moves)
        check("a recipe is checked, saved, renewed and withdrawn", self.recipe)

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
        page = self.open("/policies/new?as=text")
        page.fill("#yaml", TEXT.replace("windows: [weekend]", "windws: [weekend]"))
        page.click("text=Check, and show what it would do")
        words = page.inner_text("[role=alert]")
        expect("Line 6, column" in words and "windows" in words, words)
        expect("windws" in page.input_value("#yaml"), "the text was lost")
        expect(page.locator("button[value=save]").count() == 0, "a text with faults can be saved")
        self.house.picture(page, "policy-faults")
        self.close(page)

    def writes(self):
        page = self.open("/policies/new?as=text", java_script_enabled=False)
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

    FORM = """patchbay: policy/v1
name: kiosks
title: Kiosks
applies: role = kiosk
lanes:
  routine: {windows: [weekend]}
rules:
  - {when: class = security, approve: after 5 days}
  - {when: class = feature, hold: "Nobody asked for it, so far"}
default: {approve: by hand}
windows:
  weekend: {every: day 15, from: "03:00", for: 90m, zone: Europe/Berlin, allows: [install, reboot]}
freezes:
  - {from: 2027-12-20, to: 2028-01-04, reason: Year end}
catchUp: never
reboot: {mode: ifNeeded, deadline: 1d, warning: 5m}
before: {snapshot: preferred}
after: {probes: [{unit: nginx.service}], within: 5m}
sla: [pci-401]
"""

    def field(self, page, name):
        return page.locator(f"[id='{name}']")

    def builds(self):
        page = self.open("/policies/new", java_script_enabled=False)
        field = lambda name: self.field(page, name)
        page.select_option("#tenant", label="Harbour Clinics")
        field("title").fill("Kiosks")
        field("name").fill("kiosks")
        field("applies").fill("role = kiosk")
        page.click("[aria-label='Remove Rule 2']")
        field("rules.0.when").fill("class = feature")
        field("rules.0.approve").select_option("hold")
        field("rules.0.reason").fill("Nobody asked for it, so far")
        page.click("text=Add a rule")
        field("rules.1.when").fill("class = security")
        field("rules.1.approve").select_option("afterDays")
        field("rules.1.days").fill("5")
        page.click("[aria-label='Move Rule 2 up']")
        expect(field("rules.0.when").input_value() == "class = security", "the rule has not moved")
        expect(field("rules.1.reason").input_value() == "Nobody asked for it, so far", "what was typed is lost")
        field("routine-rings").fill("")
        field("windows.0.every").select_option("monthDay")
        expect(not field("windows.0.weekdays").is_visible(), "weekdays are asked for a day of the month")
        field("windows.0.monthDay").fill("15")
        field("windows.0.from").fill("03:00")
        field("windows.0.for").fill("90m")
        field("windows.0.zone").fill("Europe/Berlin")
        for kind in ["detection", "prefetch"]:
            page.uncheck(f"input[name='windows.0.allows'][value={kind}]")
        page.click("text=Add a freeze")
        field("freezes.0.from").fill("2027-12-20")
        field("freezes.0.to").fill("2028-01-04")
        field("freezes.0.reason").fill("Year end")
        field("catchUp").select_option("never")
        page.click("[aria-label='Remove List 1']")
        field("reboot-mode").select_option("ifNeeded")
        field("reboot-deadline").fill("1d")
        field("reboot-warning").fill("5m")
        field("before-snapshot").select_option("preferred")
        page.click("text=Add a probe")
        field("probes.0.value").fill("nginx.service")
        field("after-within").fill("5m")
        page.check("input[name=sla][value=pci-401]")
        field("applies").press("Enter")
        words = page.inner_text("#preview >> xpath=..")
        expect("Nothing is installed at once" in words, words)
        self.house.picture(page, "policy-form-checked")
        page.fill("#note", "Built by the form")
        page.click("button[value=save]")
        page.wait_for_url("**/policies/pol_*")
        kiosks = re.search(r"pol_\w+", page.url).group(0)
        page.goto(f"/policies/{kiosks}/edit?as=text")
        expect(page.input_value("#yaml") == self.FORM, page.input_value("#yaml"))
        page.goto(f"/policies/{kiosks}/switch")
        page.click("text=Delete it")
        page.wait_for_url("**/policies?notice=policy-deleted")
        page.context.close()

    def shapes(self):
        page = self.open("/policies/new?as=text")
        field = lambda name: self.field(page, name)
        page.fill("#yaml", "# Kept\n" + TEXT)
        page.click("button[value=to-form]")
        expect(field("rings.0.rings.1.budget").input_value() == "20%", "the ring is not in the form")
        expect("has comments" in page.inner_text("main"), "nothing is said of comments")
        page.click("button[value=to-text]")
        expect(page.input_value("#yaml") == "# Kept\n" + TEXT, "the text has changed though nothing else has")
        page.click("button[value=to-form]")
        field("applies").fill("rol = server")
        field("rings.0.rings.0.soak").fill("24")
        page.click("text=Check, and show what it would do")
        faults = page.inner_text("[role=alert]")
        expect("did you mean “role”" in faults and "List 1, Ring 1, “Soaks for”" in faults, faults)
        expect("did you mean “role”" in field("applies-fault").inner_text(), "not beside its field")
        expect(field("applies").input_value() == "rol = server", "what was typed is lost")
        expect(page.locator("button[value=save]").count() == 0, "a policy with faults can be saved")
        self.house.picture(page, "policy-form-faults")
        page.click("[role=alert] >> text=List 1, Ring 1")
        page.click("button[value=to-text]")
        expect('"rol = server"' in page.input_value("#yaml"), "the text is not what the form says")
        expect("did you mean “role”" in page.inner_text("[role=alert]"), "the text is not told what is wrong")
        page.click("button[value=to-form]")
        expect("can only show a text that can be used" in page.inner_text("main"), "a faulty text in the form")
        expect('"rol = server"' in page.input_value("#yaml"), "the text was lost")
        page.watch.troubles.clear()  # The refusal above is a 400 on purpose, which the browser notes.
        self.close(page)

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
        page = self.open(f"/policies/{self.policy}/edit?as=text")
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
        dates = page.locator(".scale").first.locator("time")
        shown = [dates.nth(place).inner_text() for place in range(dates.count())]
        expect(len(shown) == 4 and all(re.fullmatch(r"\d{1,2} [A-Z][a-z]{2}", date) for date in shown), f"dates: {shown}")
        expect(dates.first.get_attribute("title").endswith(" UTC"), "the title does not say it in universal time")
        opening = page.locator("td .dim time").first.inner_text()
        expect(re.fullmatch(r"[SF]\w\w \d+ \w+ 22:00 to .*02:00 \+0[12]:00", opening), f"not by the window's clocks: {opening}")
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

    def moves(self):
        endpoint = self.house.endpoints["web-2.berlin.example.org"].id
        page = self.open(f"/endpoints/{endpoint}")
        for site, words in [("Berlin", "Harbour Clinics · Berlin"), ("None", "Harbour Clinics · Debian")]:
            page.click("text=Change what is said of it")
            page.select_option("#site", label=site)
            page.click("form[action$='/traits'] button")
            page.wait_for_url("**?notice=traits-set")
            expect(words in page.inner_text("main"), f"{site}: {page.inner_text('main')[:300]}")
            expect("canary, web" in page.inner_text("main"), "the tags are gone")
            page.goto(f"/endpoints/{endpoint}")
        page.goto(f"/audit?subject={endpoint}")
        words = page.inner_text("main")
        expect("to the site “Berlin”" in words and "out of the site “Berlin”" in words, words[:500])
        expect("as administrator" in words, "the role is not told")
        self.close(page)

    def recipe(self):
        page = self.open("/recipes", java_script_enabled=False)
        page.fill("#recipe-yaml", RECIPE.replace("version:", "vresion:"))
        page.click("button:has-text('Check')")
        words = page.inner_text("[role=alert]")
        expect("Line 3, column 1" in words and "vresion" in words, words)
        # A browser sends its own ends of lines: what comes back is what was typed.
        expect(page.input_value("#recipe-yaml") == RECIPE.replace("version:", "vresion:"), "the text has changed")
        page.fill("#recipe-yaml", RECIPE + "---\n" + RECIPE.replace("labtool", "labother"))
        page.click("button:has-text('Check')")
        expect("Nothing is wrong" in page.inner_text("main"), "a sound text is refused")
        page.click("button:has-text('Save')")
        page.wait_for_url("**/recipes?notice=recipes-changed")
        expect(page.locator("tbody tr").count() == 2, "both recipes are not listed")
        page.fill("#recipe-yaml", RECIPE.replace("2.1.0", "2.2.0"))
        page.click("button:has-text('Save')")
        page.wait_for_url("**/recipes?notice=recipes-changed")
        expect("2.2.0" in page.inner_text("tbody"), "the next version is not there")
        self.house.picture(page, "recipes-saved")
        page.click("button[aria-label='Withdraw the recipe of labother']")
        page.wait_for_url("**/recipes?notice=recipes-changed")
        expect(page.locator("tbody tr").count() == 1, "the withdrawn recipe is still listed")
        self.close(page)

    def places(self):
        tenant = f"?tenant={self.tenant}"
        policy = f"/policies/{self.policy}"
        return {
            "policies": "/policies", "policy": policy, "policy-edit": policy + "/edit", "policy-text": policy + "/edit?as=text", "policy-new": "/policies/new",
            "policy-switch": policy + "/switch", "policy-history": policy + "/history", "policy-plan": "/policies/plan" + tenant,
            "policy-windows": "/policies/windows" + tenant, "approvals": "/approvals", "approval-new": "/approvals/new",
            "exceptions": "/exceptions", "groups": "/groups", "recipes": "/recipes",
        }
