"""The dashboard in a real headless Chromium, against a real server, with endpoints that speak the real protocol.

Usage: browser_test.py PROGRAM, the path of the built `patchbay`. Prints `N passed, N failed`; exit status 1 when one failed.
PATCHBAY_SCREENSHOTS names a folder for pictures of the pages."""

import os
import re
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from endpoint import Endpoint, EnrolmentToken
from findings import Findings
from people import People
from policies import Policies
from rollbacks import Rollbacks
from rollouts import Rollouts
from server import Server
from suite import Suite, Watch, expect
from triages import Triages
from verdicts import Verdicts

PASSWORD = "correct horse battery staple 7"
SECURITY, BUGFIX = ["security"], ["bugfix"]
BASE = {"adduser": "3.134", "apt": "2.6.1", "bash": "5.2.15-2+b8", "libssl3": "3.0.16-1~deb12u1",
        "nginx": "1.22.1-9", "openssl": "3.0.16-1~deb12u1", "postgresql-15": "15.13-0+deb12u1", "tzdata": "2025b-0+deb12u1"}
MISSING = [
    ("libssl3", "3.0.17-1~deb12u3", SECURITY, "installable"),
    ("nginx", "1.22.1-9+deb12u3", SECURITY, "installable"),
    ("openssl", "3.0.17-1~deb12u3", SECURITY, "installable"),
    ("postgresql-15", "15.14-0+deb12u1", SECURITY, "held"),
    ("tzdata", "2025b-0+deb12u2", BUGFIX, "installable"),
]


class Dashboard:
    def __init__(self, browser, server):
        self.browser, self.server = browser, server
        self.suite = Suite()
        self.cookies = None
        self.endpoints = {}
        self.deployment = self.job = None
        self.people = People(self)
        self.policies = Policies(self)
        self.rollouts = Rollouts(self)
        self.rollbacks = Rollbacks(self)
        self.findings = Findings(self)
        self.verdicts = Verdicts(self)
        self.triages = Triages(self)

    # Contexts

    def context(self, **options):
        context = self.browser.new_context(ignore_https_errors=True, base_url=self.server.address, **options)
        if self.cookies:
            context.add_cookies(self.cookies)
        return context

    def page(self, **options):
        context = self.context(**options)
        page = context.new_page()
        # Milliseconds: a debug server on a busy machine takes seconds for one password hash.
        page.set_default_timeout(60_000)
        page.watch = Watch(context, self.server.address)
        return page

    # Signing in

    def wrong_password(self):
        page = self.page()
        page.goto("/endpoints")
        expect("/sign-in?back=%2Fendpoints" in page.url, f"not led to the form: {page.url}")
        page.fill("#name", "anna")
        page.fill("#password", "wrong")
        page.click("main button[type=submit]")
        expect("wrong" in page.inner_text("[role=alert]"), "no sentence")
        expect(page.input_value("#name") == "anna", "the name was lost")
        page.context.close()

    def first_sign_in(self, one_time):
        page = self.page()
        page.goto("/endpoints")
        page.fill("#name", "anna")
        page.fill("#password", one_time)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account")
        page.goto("/")
        expect(page.url.endswith("/account"), "a one-time password opens other pages")
        page.fill("#current", one_time)
        page.fill("#new", PASSWORD)
        page.fill("#again", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account?notice=password-changed")
        page.watch.assert_quiet()
        cookie = next(each for each in page.context.cookies() if each["name"] == "__Host-patchbay")
        expect(cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict", f"weak cookie: {cookie}")
        self.cookies = page.context.cookies()
        page.context.close()

    def signs_in_to_where_one_wanted(self):
        kept, self.cookies = self.cookies, None
        page = self.page()
        self.cookies = kept
        page.goto("/updates?security=true")
        page.fill("#name", "anna")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/updates?security=true")
        page.click("text=Sign out")
        page.wait_for_url("**/sign-in?notice=signed-out")
        page.goto("/")
        expect("/sign-in" in page.url, "the session is still good")
        page.context.close()

    def forged_form(self):
        page = self.page()
        page.goto("/")
        answer = page.request.post("/sign-out", form={"csrf": "forged"}, max_redirects=0)
        expect(answer.status == 403, f"a form without the session's token: {answer.status}")
        page.context.close()

    # Filling the fleet

    def empty_fleet(self):
        page = self.page()
        page.goto("/")
        expect(page.locator("text=patchbay-agent enrol").count() == 1, "the empty page does not teach")
        page.goto("/tenants")
        for name in ["Harbour Clinics", "Northwind Foods"]:
            page.fill("#tenant-name", name)
            page.click("text=Add the tenant")
            page.wait_for_url("**/tenants?notice=tenant-created")
        page.select_option("#site-tenant", label="Harbour Clinics")
        page.fill("#site-name", "Berlin")
        page.click("text=Add the site")
        page.wait_for_url("**/tenants?notice=site-created")
        page.fill("#tenant-name", "Northwind Foods")
        page.watch.assert_quiet()
        page.click("text=Add the tenant")
        expect("in use" in page.inner_text("[role=alert]"), "a taken name has no sentence")
        page.context.close()

    def enrol(self, tenant, names):
        page = self.page()
        page.goto("/enrolment")
        page.select_option("#tenant", label=tenant)
        page.fill("#uses", str(len(names)))
        page.fill("#note", f"Browser test, {tenant}")
        expect(page.input_value("#address") == self.server.address, f"address: {page.input_value('#address')}")
        page.click("text=Make the token")
        token = EnrolmentToken(page.inner_text("#token"))
        self.picture(page, "enrolment-new")
        page.goto("/enrolment")
        expect("pbe1." not in page.content(), "the token is shown twice")
        page.watch.assert_quiet()
        for name in names:
            endpoint = Endpoint(token, self.server.port, name, BASE, MISSING)
            endpoint.enrol()
            self.endpoints[name] = endpoint
        page.context.close()

    def fill(self):
        self.enrol("Harbour Clinics", [f"web-{number}.berlin.example.org" for number in range(1, 7)])
        self.enrol("Northwind Foods", ["mail.northwind.example.org", "new.northwind.example.org"])
        up_to_date = self.endpoints["web-6.berlin.example.org"]
        up_to_date.updates = []
        restart = self.endpoints["web-5.berlin.example.org"]
        restart.reboot = [{"kind": "newerKernelInstalled", "detail": "6.1.0-41-amd64, and 6.1.0-40-amd64 runs"}]
        stale = self.endpoints["web-4.berlin.example.org"]
        stale.sources.append({"name": "http://apt.example.org/postgres bookworm-pgdg main", "state": "failed",
                              "error": "Could not resolve “apt.example.org”."})
        for name, endpoint in self.endpoints.items():
            if name != "new.northwind.example.org":
                endpoint.scan()

    # Reading

    def numbers(self, page):
        """The overview's numbers of endpoints, by the list that each leads to."""
        page.goto("/")
        links = page.eval_on_selector_all(
            "main a[href^='/endpoints?']", "all => all.map((a) => [a.getAttribute('href'), a.textContent.trim()])")
        found = [(place, re.match(r"\d[\d,]*", words)) for place, words in links]
        return {place: number.group(0) for place, number in found if number}

    def differing_numbers(self, page):
        """Each number of the overview that is not the count and the rows of its list."""
        numbers, differing = self.numbers(page), []
        expect(len(numbers) > 4, f"few numbers: {numbers}")
        for place, number in numbers.items():
            page.goto(place)
            shown = page.inner_text(".title .dim")
            rows = page.locator("tbody tr").count()
            if not shown.startswith(number + " ") or rows != int(number.replace(",", "")):
                differing.append(f"{number} leads to {place}: {shown!r}, {rows} rows")
        return differing

    def each_number_leads_to_its_list(self):
        page = self.page()
        # Endpoints are judged a while after they reported, between two pages too: only what stays differs.
        for _ in range(30):
            differing = self.differing_numbers(page)
            if not differing:
                break
            page.wait_for_timeout(1000)
        expect(not differing, "; ".join(differing))
        page.watch.assert_quiet()
        page.context.close()

    def filters_live_in_the_address(self):
        page = self.page()
        page.goto("/endpoints")
        page.keyboard.press("/")
        page.keyboard.type("WEB-1")
        page.keyboard.press("Enter")
        page.wait_for_url("**/endpoints?search=WEB-1")
        expect(page.locator("tbody tr").count() == 1, "search")
        page.select_option("select[name=compliance]", "compliant")
        page.wait_for_url("**/endpoints?*compliance=compliant*")
        expect(page.locator("text=No endpoint matches").count() == 1, "two filters")
        page.click("a.chip:has-text('Compliant')")
        expect(page.locator("tbody tr").count() == 1, "a chip takes its filter off")
        page.goto("/endpoints?order=missingSecurity")
        expect(page.get_attribute("th[aria-sort]", "aria-sort") == "descending", "sort is not said")
        page.watch.assert_quiet()
        page.context.close()

    def each_missing_update_has_its_reason(self):
        page = self.page()
        page.goto("/endpoints?search=web-1")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/endpoints/ept_*")
        rows = page.locator("section:has(#missing) tbody tr")
        expect(rows.count() == len(MISSING), f"{rows.count()} rows")
        held = rows.filter(has_text="postgresql-15")
        expect("on hold" in held.inner_text() and held.locator("input").count() == 0, held.inner_text())
        for number in range(rows.count()):
            expect(rows.nth(number).locator("code").count() == 1, "no reason code")
        self.picture(page, "endpoint")
        page.watch.assert_quiet()
        page.context.close()

    # Approving

    def approves_by_keyboard_alone(self):
        page = self.page()
        page.goto("/endpoints?search=web-1")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/endpoints/ept_*")
        self.tab_to(page, "input[value^='openssl@']")
        page.keyboard.press("Space")
        self.tab_to(page, "[data-submit]")
        expect(page.inner_text("[data-submit]") == "Review 1 update", page.inner_text("[data-submit]"))
        page.keyboard.press("Enter")
        page.wait_for_selector("text=1 update on 1 endpoint")
        self.tab_to(page, "button.main")
        expect(page.inner_text("button.main") == "Approve for 1 endpoint", page.inner_text("button.main"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/deployments/dep_*")
        self.deployment = re.search(r"dep_\w+", page.url).group(0)
        page.watch.assert_quiet()
        page.context.close()

    @staticmethod
    def tab_to(page, selector):
        for _ in range(60):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                expect(outline != "none", f"the focus on {selector} cannot be seen")
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by keyboard")

    def live_progress(self):
        page = self.page()
        page.goto(f"/deployments/{self.deployment}")
        page.evaluate("window.stays = true")
        endpoint = self.endpoints["web-1.berlin.example.org"]
        order = endpoint.collect()
        self.job = order["job"]
        endpoint.progress(order, "installing", "Sets up openssl (3.0.17-1~deb12u3).", 62)
        page.wait_for_selector("text=Sets up openssl")
        page.wait_for_selector("text=62%")
        self.picture(page, "deployment")
        endpoint.log(order, "Setting up openssl (3.0.17-1~deb12u3) ...\n<b>not markup</b>\n")
        endpoint.finish(order)
        page.wait_for_selector("#standing >> text=Finished")
        expect(page.evaluate("window.stays === true"), "the page was loaded again")
        page.click("tbody th a")
        page.wait_for_url("**/jobs/job_*")
        expect("<b>not markup</b>" in page.inner_text("pre.log"), "the log is not text")
        expect(page.locator("#updates >> text=Verified").count() == 1, "the outcome")
        page.watch.assert_quiet()
        page.context.close()

    def approves_for_many_from_the_fleet(self):
        page = self.page()
        page.goto("/updates")
        page.check("input[value^='libssl3@']")
        page.check("input[value^='nginx@']")
        page.click("text=Choose endpoints for 2 updates")
        page.wait_for_selector("text=Choose a tenant")
        page.click("main a:has-text('Harbour Clinics')")
        boxes = page.locator("tbody input[type=checkbox]")
        expect(boxes.count() == 5, f"{boxes.count()} endpoints")
        boxes.nth(0).uncheck()
        boxes.nth(4).click(modifiers=["Shift"])
        page.click("[data-select-all]")
        page.click("text=Review for 5 endpoints")
        page.wait_for_selector("text=10 updates on 5 endpoints")
        self.picture(page, "review")
        page.fill("#title", "Web servers, security")
        page.click("text=Approve for 5 endpoints")
        page.wait_for_url("**/deployments/dep_*")
        self.second = re.search(r"dep_\w+", page.url).group(0)
        page.watch.assert_quiet()
        page.context.close()

    def halts_resumes_and_a_failure_shows_its_cause(self):
        page = self.page()
        page.goto(f"/deployments/{self.second}")
        page.click("text=Halt")
        page.wait_for_url("**?notice=halted")
        page.click("text=Resume")
        page.wait_for_url("**?notice=resumed")
        endpoint = self.endpoints["web-2.berlin.example.org"]
        endpoint.finish(endpoint.collect(), "diskFull", "/var has 12 MB free, and 48 MB are needed; nothing was started.")
        other = self.endpoints["web-3.berlin.example.org"]
        order = other.collect()
        other.progress(order, "waitingForLock", "unattended-upgrades (pid 812) holds the lock.")
        page.wait_for_selector("text=unattended-upgrades (pid 812) holds the lock.")
        page.goto("/")
        page.click("section[aria-labelledby=failed] a:has-text('web-2')")
        page.wait_for_url("**/jobs/job_*")
        expect("Free the space" in page.inner_text("#standing"), "no next step")
        page.watch.assert_quiet()
        page.context.close()

    def cancelling_asks_first(self):
        page = self.page()
        page.goto(f"/deployments/{self.second}")
        page.click("text=Cancel the deployment")
        page.wait_for_url("**/cancel")
        expect("not begun" in page.inner_text("main"), "no question")
        page.click("text=Let it go on")
        page.wait_for_url(f"**/deployments/{self.second}")
        page.watch.assert_quiet()
        page.context.close()

    def works_without_scripts(self):
        page = self.page(java_script_enabled=False)
        page.goto("/updates?search=tzdata")
        page.check("input[value^='tzdata@']")
        page.click("button:has-text('Choose endpoints')")
        page.click("main a:has-text('Northwind Foods')")
        page.click("button:has-text('Review for the chosen endpoints')")
        page.click("button:has-text('Approve for 1 endpoint')")
        page.wait_for_url("**/deployments/dep_*")
        expect("http-equiv=\"refresh\"" in page.content(), "the page does not move without scripts")
        page.goto("/endpoints")
        page.fill("input[type=search]", "mail")
        page.click("button:has-text('Filter')")
        expect(page.locator("tbody tr").count() == 1, "filter without scripts")
        page.click("button[value=dark]")
        expect(page.get_attribute("html", "data-theme") == "dark", "theme without scripts")
        page.context.close()

    # History, audit, dangerous things

    def time_travel(self):
        page = self.page()
        place = f"/endpoints/{self.endpoints['web-1.berlin.example.org'].id}"
        page.goto(place + "/packages?search=openssl")
        expect("3.0.17-1~deb12u3" in page.inner_text("tbody"), "now")
        page.goto(place + "/history")
        page.locator("tbody th a").last.click()
        page.wait_for_url("**/packages?at=*")
        expect("3.0.16-1~deb12u1" in page.inner_text("tbody tr:has-text('openssl')"), "then")
        page.goto(place + "/packages?at=2020-01-01T00:00")
        expect("Nothing was known" in page.inner_text("[role=alert]"), "before the first scan")
        page.context.close()

    def audit_proves_itself(self):
        page = self.page()
        page.goto("/audit")
        page.click("text=Verify the chains")
        page.wait_for_selector("text=Intact.")
        self.picture(page, "audit")
        subject = page.locator("tbody a[href^='/deployments/']").first
        expect(subject.count() == 1, "no link to what it is about")
        with page.expect_download() as download:
            page.click("text=Export")
        with open(download.value.path()) as export:
            expect("audit/v1" in export.readline(), "the export")
        page.watch.assert_quiet()
        page.context.close()

    def retiring_wants_the_name(self):
        page = self.page()
        endpoint = self.endpoints["new.northwind.example.org"]
        page.goto(f"/endpoints/{endpoint.id}/retire")
        page.watch.assert_quiet()
        page.fill("#name", "something else")
        page.click("button.danger")
        expect("not the endpoint's name" in page.inner_text("[role=alert]"), "any name will do")
        page.fill("#name", endpoint.name)
        page.click("button.danger")
        page.wait_for_url("**/endpoints?notice=endpoint-retired")
        expect(page.locator(f"text={endpoint.name}").count() == 0, "still in the list")
        page.context.close()

    def scan_now_shows_when_it_has_come(self):
        page = self.page()
        endpoint = self.endpoints["web-6.berlin.example.org"]
        page.goto(f"/endpoints/{endpoint.id}")
        page.click("text=Scan now")
        page.wait_for_selector("text=has not come yet")
        endpoint.packages["bash"] = "5.2.15-2+b9"
        endpoint.scan()
        page.wait_for_selector("text=has not come yet", state="detached")
        page.watch.assert_quiet()
        page.context.close()

    def another_tenant_sees_nothing(self):
        page = self.page()
        page.goto("/users")
        page.fill("#user-name", "ben")
        page.select_option("#user-role", "viewer")
        page.select_option("#user-tenant", label="Northwind Foods")
        page.click("text=Add the user")
        one_time = page.inner_text("#password")
        page.context.close()
        kept, self.cookies = self.cookies, None
        page = self.page()
        self.cookies = kept
        page.goto("/sign-in")
        page.fill("#name", "ben")
        page.fill("#password", one_time)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account")
        page.fill("#current", one_time)
        page.fill("#new", PASSWORD + " ben")
        page.fill("#again", PASSWORD + " ben")
        page.keyboard.press("Enter")
        page.wait_for_url("**/account?notice=password-changed")
        page.goto("/endpoints")
        expect("berlin" not in page.content(), "a foreign endpoint in the list")
        foreign = self.endpoints["web-1.berlin.example.org"].id
        for place in [f"/endpoints/{foreign}", f"/deployments/{self.deployment}", f"/jobs/{self.job}"]:
            answer = page.goto(place)
            expect(answer.status == 404, f"{place}: {answer.status}")
        expect(page.goto("/audit").status == 403, "a viewer reads the audit log")
        page.context.close()

    def revoking_a_token(self):
        page = self.page()
        page.goto("/enrolment")
        page.select_option("#tenant", label="Harbour Clinics")
        page.fill("#note", "To be revoked")
        page.click("text=Make the token")
        page.goto("/enrolment")
        page.click("a[aria-label='Revoke To be revoked']")
        page.click("button.danger")
        page.wait_for_url("**/enrolment?notice=token-revoked")
        expect("Revoked" in page.inner_text("tr:has-text('To be revoked')"), "still good")
        page.watch.assert_quiet()
        page.context.close()

    # Every page, in every dress

    def places(self):
        endpoint = f"/endpoints/{self.endpoints['web-2.berlin.example.org'].id}"
        return {
            "overview": "/", "endpoints": "/endpoints", "endpoint": endpoint, "packages": endpoint + "/packages",
            "history": endpoint + "/history", "endpoint-jobs": endpoint + "/jobs", "retire": endpoint + "/retire",
            "updates": "/updates", "deployments": "/deployments", "deployment": f"/deployments/{self.second}",
            "cancel": f"/deployments/{self.second}/cancel", "job": f"/jobs/{self.job}", "enrolment": "/enrolment",
            "tenants": "/tenants", "users": "/users", "audit": "/audit", "account": "/account", "roles": "/roles", "requests": "/requests",
            **self.policies.places(),
            **self.rollouts.places(),
            **self.rollbacks.places(),
            **self.findings.places(),
            **self.verdicts.places(),
            **self.triages.places(),
        }

    def walk(self, dress, options):
        page = self.page(**options)
        for name, place in self.places().items():
            answer = page.goto(place)
            expect(answer.status == 200, f"{place}: {answer.status}")
            expect(len(answer.body()) < 60_000, f"{place}: {len(answer.body())} bytes")
            width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            expect(width[0] <= width[1], f"{place} is {width[0]} px wide in a window of {width[1]} px")
            self.picture(page, f"{dress}-{name}")
            self.assert_accessible(page, place)
            page.watch.assert_quiet()
        page.context.close()

    def sign_in_page_is_accessible(self):
        kept, self.cookies = self.cookies, None
        for scheme in ["light", "dark"]:
            page = self.page(color_scheme=scheme)
            page.goto("/sign-in")
            self.assert_accessible(page, "/sign-in")
            self.picture(page, f"{scheme}-sign-in")
            page.watch.assert_quiet()
            page.context.close()
        self.cookies = kept

    def assert_accessible(self, page, place):
        found = Axe().run(page).response["violations"]
        grave = [each for each in found if each["impact"] in ("serious", "critical")]
        words = [f"{each['id']}: {each['nodes'][0]['html'][:160]} {each['nodes'][0].get('failureSummary', '')[:300]}"
                 for each in grave]
        expect(not grave, f"{place}: " + "; ".join(words))

    def theme_switch(self):
        page = self.page()
        page.goto("/deployments")
        page.click("button[value=dark]")
        expect(page.get_attribute("html", "data-theme") == "dark", "at once")
        page.reload()
        expect(page.get_attribute("html", "data-theme") == "dark", "after loading again")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        expect(ground == "rgb(16, 17, 20)", ground)
        page.watch.assert_quiet()
        page.context.close()

    def files_are_kept_for_ever(self):
        page = self.page()
        page.goto("/")
        for place in page.eval_on_selector_all(
                "link[href^='/assets'], script[src]", "all => all.map((each) => each.getAttribute('href') || each.src)"):
            headers = page.request.get(place).headers
            expect("immutable" in headers["cache-control"], f"{place}: {headers}")
            expect(headers["x-content-type-options"] == "nosniff", place)
        page.context.close()

    def picture(self, page, name):
        folder = os.environ.get("PATCHBAY_SCREENSHOTS")
        if folder:
            os.makedirs(folder, exist_ok=True)
            page.screenshot(path=os.path.join(folder, name + ".png"), full_page=True)

    def run(self, one_time):
        check = self.suite.check
        check("a wrong password is answered with a sentence", self.wrong_password)
        check("the first sign-in wants a password of one's own", self.first_sign_in, one_time)
        check("signing in leads to where one wanted to go, and signing out ends the session", self.signs_in_to_where_one_wanted)
        check("a form without the session's token is refused", self.forged_form)
        check("an empty installation teaches, tenants and sites are made", self.empty_fleet)
        check("an enrolment token is shown once, and endpoints enrol with it", self.fill)
        check("each number of the overview leads to the list of exactly that count", self.each_number_leads_to_its_list)
        check("filters live in the address", self.filters_live_in_the_address)
        check("each missing update has its reason", self.each_missing_update_has_its_reason)
        check("an update is approved by keyboard alone", self.approves_by_keyboard_alone)
        check("a deployment's page moves as its job does", self.live_progress)
        check("updates are approved for many endpoints from the fleet's list", self.approves_for_many_from_the_fleet)
        check("a deployment is halted and resumed, a failure shows its cause", self.halts_resumes_and_a_failure_shows_its_cause)
        check("cancelling a deployment asks first", self.cancelling_asks_first)
        check("everything works without scripts", self.works_without_scripts)
        check("packages of an earlier time are shown", self.time_travel)
        check("a scan that was asked for shows when it has come", self.scan_now_shows_when_it_has_come)
        self.policies.run(check)
        self.rollouts.run(check)
        self.findings.run(check)
        self.triages.run(check)
        self.people.run(check)
        self.verdicts.run(check)
        self.rollbacks.run(check)
        check("the audit log proves itself", self.audit_proves_itself)
        check("one tenant never sees another", self.another_tenant_sees_nothing)
        check("revoking a token asks first", self.revoking_a_token)
        check("the theme is switched and stays", self.theme_switch)
        check("files of pages are kept for ever", self.files_are_kept_for_ever)
        check("the form to sign in is accessible", self.sign_in_page_is_accessible)
        check("every page in light", self.walk, "light", {"color_scheme": "light"})
        check("every page in dark", self.walk, "dark", {"color_scheme": "dark"})
        check("every page at 360 px", self.walk, "phone", {"viewport": {"width": 360, "height": 740}})
        check("retiring an endpoint wants its name", self.retiring_wants_the_name)
        self.suite.end()


def main():
    program = sys.argv[1]
    with Server(program) as server, sync_playwright() as playwright:
        one_time = server.administrator("anna")
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("PATCHBAY_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        try:
            Dashboard(browser, server).run(one_time)
        finally:
            browser.close()


main()
