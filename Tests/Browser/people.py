"""Roles in the browser: who asks, who agrees, who reads; what a role may not do is neither shown nor done."""

from suite import expect

PASSWORD = "correct horse battery staple 8"


class People:
    """The checks; `house` is the dashboard that they are part of."""

    def __init__(self, house):
        self.house = house
        self.cookies = {}

    def run(self, check):
        check("people of four roles are made, and each reads what the role may do", self.makes)
        check("a requester asks, and is offered nothing else", self.asks)
        check("an approver grants what a requester asks for, and changes no policy", self.grants)
        check("a requester asks for a run where updates are chosen, and an approver grants it", self.runs)
        check("an auditor reads the log, with roles, and changes nothing", self.audits)

    def makes(self):
        for name, role in [("rita", "requester"), ("paul", "approver"), ("otto", "auditor"), ("vera", "tenantViewer")]:
            page = self.house.page()
            page.goto("/users")
            page.fill("#user-name", name)
            page.select_option("#user-role", role)
            page.select_option("#user-tenant", label="Harbour Clinics")
            page.click("text=Add the user")
            one_time = page.inner_text("#password")
            page.context.close()
            page = self.page_of(None)
            page.goto("/sign-in")
            page.fill("#name", name)
            page.fill("#password", one_time)
            page.keyboard.press("Enter")
            page.wait_for_url("**/account")
            page.fill("#current", one_time)
            page.fill("#new", PASSWORD)
            page.fill("#again", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/account?notice=password-changed")
            page.click("text=What each role may do")
            page.wait_for_url("**/roles")
            words = page.inner_text("main")
            expect("Who answers for which step" in words and "You are signed in as" in words, words[:300])
            self.cookies[name] = page.context.cookies()
            self.house.picture(page, f"roles-{role}")
            page.watch.assert_quiet()
            page.context.close()

    def page_of(self, name):
        """A page of whoever it is; of nobody who has signed in for no name."""
        kept, self.house.cookies = self.house.cookies, self.cookies.get(name)
        page = self.house.page()
        self.house.cookies = kept
        return page

    def asks(self):
        page = self.page_of("rita")
        page.goto("/requests")
        page.fill("#request-package", "openssl")
        page.fill("#request-reason", "It concerns us")
        page.click("text=Ask for it")
        page.wait_for_url("**/requests?notice=requested")
        expect(page.locator("button:has-text('Grant')").count() == 0, "whoever asks may grant")
        expect(page.locator("button:has-text('Take back')").count() == 1, "it cannot be taken back")
        self.house.picture(page, "requests")
        page.watch.assert_quiet()
        page.goto("/approvals")
        expect(page.locator("text=Say something of updates").count() == 0, "a requester may approve")
        for place in ["/approvals/new", "/policies/new", "/audit", "/users", "/enrolment"]:
            answer = page.goto(place)
            expect(answer.status == 403, f"{place}: {answer.status}")
        page.context.close()

    def grants(self):
        page = self.page_of("paul")
        page.goto("/policies")
        expect(page.locator("text=Write a policy").count() == 0, "an approver may write policies")
        page.goto("/requests")
        page.click("button:has-text('Grant')")
        page.wait_for_url("**/requests?notice=request-answered")
        expect("Granted" in page.inner_text("tbody"), "it is not granted")
        page.goto("/approvals")
        expect("Approved openssl" in page.inner_text("main"), "nothing came of it")
        page.watch.assert_quiet()
        expect(page.goto("/policies/new").status == 403, "an approver writes policies")
        page.context.close()

    def runs(self):
        name = "run.berlin.example.org"
        self.house.enrol("Harbour Clinics", [name])
        endpoint = self.house.endpoints[name]
        endpoint.scan()
        page = self.page_of("rita")
        page.goto(f"/endpoints/{endpoint.id}")
        expect(page.locator("button:has-text('Approve')").count() == 0, "a requester may approve")
        page.check("input[value^='openssl@']")
        page.click("button:has-text('Review')")
        words = page.inner_text("main")
        expect("Nothing begins before somebody else grants it" in words and "Approve" not in words, words)
        expect(page.locator("#deadline").count() == 0, "a requester says the deadline")
        self.house.picture(page, "review-as-requester")
        page.fill("#reason", "The audit wants it")
        page.click("button:has-text('Ask for it for 1 endpoint')")
        page.wait_for_url("**/requests?notice=requested")
        row = page.inner_text("tbody tr >> nth=0")
        expect(f"Install openssl 3.0.17-1~deb12u3 on {name}" in row and "The audit wants it" in row, row)
        page.watch.assert_quiet()
        answer = page.request.post("/deployments", form={"csrf": "x"}, max_redirects=0)
        expect(answer.status == 403, f"a requester approves: {answer.status}")
        page.context.close()
        page = self.page_of("paul")
        page.goto("/requests")
        row = page.locator("tbody tr >> nth=0")
        row.locator("input[name=noWayBack]").check()
        row.locator("button:has-text('Grant')").click()
        page.wait_for_url("**/requests?notice=request-answered")
        page.click("tbody tr >> nth=0 >> text=The run")
        page.wait_for_url("**/deployments/dep_*")
        expect(name in page.inner_text("main"), "the run is another one")
        page.watch.assert_quiet()
        page.context.close()

    def audits(self):
        page = self.page_of("otto")
        page.goto("/audit")
        words = page.inner_text("main")
        expect("as requester" in words and "as approver" in words, words[:500])
        page.watch.assert_quiet()
        page.goto("/requests")
        expect(page.locator("text=Ask for it").count() == 0, "an auditor asks")
        expect(page.goto("/approvals/new").status == 403, "an auditor decides")
        page.context.close()
        page = self.page_of("vera")
        expect(page.goto("/endpoints").status == 200, "a tenant viewer sees nothing")
        expect(page.goto("/audit").status == 403, "a tenant viewer reads the log")
        page.context.close()
