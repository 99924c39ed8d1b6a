"""A rollout that a policy opens by itself: what is foreseen of its rings, its halt with the cause, and a reboot that is asked for."""

import tempfile

from suite import eventually, expect

TENANT = "Quay Logistics"

POLICY = """patchbay: policy/v1
name: quay
applies: tenant = "Quay Logistics"
lanes:
  routine: {windows: [any, night], rings: standard}
rules:
  - {when: package = openssl, approve: at once}
default: {approve: by hand}
windows:
  any: {every: day, from: "00:00", for: 24h, zone: UTC}
  night: {every: day, from: "22:00", for: 4h, zone: UTC}
rings:
  standard:
    - {name: canary, members: tag = canary, soak: 24h, gate: {verified: 100%, minimum: 1}}
    - {name: pilot, members: tag = pilot, soak: 48h, gate: {verified: 95%, minimum: 1}}
    - {name: broad, members: rest, budget: 50%}
reboot: {mode: never}
"""


class Rollouts:
    """The checks; `house` is the dashboard that they are part of."""

    def __init__(self, house):
        self.house = house
        self.names = [f"quay-{number}.example.org" for number in range(1, 5)]
        self.deployment = None

    def run(self, check):
        check("a policy opens a rollout, whose page foresees each ring", self.foresees)
        check("a bad package halts it at the canary, with the cause and the way on", self.halts)
        check("an endpoint's page tells why each update is missing, and asks for a reboot", self.reboots)

    def endpoint(self, number):
        return self.house.endpoints[self.names[number - 1]]

    def foresees(self):
        self.house.server.command("tenant", "create", TENANT)
        self.house.enrol(TENANT, self.names)
        for number in range(1, 5):
            self.endpoint(number).scan()
        for number, tag in ((1, "canary"), (2, "pilot")):
            self.house.server.command("endpoint", "set", self.endpoint(number).id, "--tag", tag)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(POLICY)
            file.flush()
            self.house.server.command("policy", "create", file.name, "--confirm", "--overlap")
        page = self.house.page()

        def rollout():
            page.goto("/deployments")
            return page.get_attribute("a:has-text('quay, routine')", "href") if page.locator("a:has-text('quay, routine')").count() else None

        self.deployment = eventually("the policy opens a rollout", rollout)
        page.goto(self.deployment)
        rings = page.inner_text("#rings")
        expect("100 % verified, at least 1" in rings and "95 % verified, at least 1" in rings, rings)
        expect(rings.count("at the earliest") >= 4, f"nothing is foreseen: {rings}")
        expect("a window is open" in rings, f"no window: {rings}")
        expect(page.locator("a.button:has-text('Halt')").count() == 1, "nobody can halt it")
        self.house.picture(page, "rollout-running")
        page.watch.assert_quiet()
        page.context.close()

    def halts(self):
        canary = self.endpoint(1)
        order = canary.collect(20)
        expect(order and [each["name"] for each in order["updates"]] == ["openssl"], f"not the order: {order}")
        canary.finish(order, "maintainerScript", "openssl's script failed: the key stands there twice.")
        page = self.house.page()

        def halted():
            page.goto(self.deployment)
            return "Halted." in page.inner_text("main")

        eventually("the rollout halts", halted)
        words = page.inner_text("#rollout")
        expect("canary" in words and self.names[0] in words, f"the cause: {words}")
        for action in ("Resume", "Cancel the deployment"):
            expect(page.locator(f"a.button:has-text('{action}')").count() == 1, f"no way to: {action}")
        expect("Blocked openssl" in page.inner_text("#timeline"), "the block is not told")
        self.house.picture(page, "rollout-halted")
        page.click("#rings a:has-text('Roll back this ring')")
        page.wait_for_url("**/rollback?ring=canary")
        expect(page.input_value("select[name=ring]") == "canary", "another ring")
        expect("Nothing of it can be taken back" in page.inner_text("main"), "what never went in goes back")
        page.watch.assert_quiet()
        page.context.close()

    def reboots(self):
        page = self.house.page()
        page.goto(f"/endpoints/{self.endpoint(3).id}")
        missing = page.inner_text("table:has-text('Missing updates')")
        expect("openssl" in missing and "By " in missing, f"no reason: {missing}")
        self.house.picture(page, "rollout-endpoint")
        page.click("a.button:has-text('Reboot')")
        expect("They get a warning first" in page.inner_text("main") or "Who is now gets a warning first" in page.inner_text("main"),
               "people are not thought of")
        self.house.picture(page, "reboot")
        page.click("button:has-text('Reboot quay-3')")
        page.wait_for_url("**/jobs/job_*?notice=reboot-asked")
        page.goto(f"/endpoints/{self.endpoint(3).id}/reboot")
        page.watch.assert_quiet()
        page.click("button:has-text('Reboot quay-3')")
        expect("asked to reboot already" in page.inner_text("[role=alert]"), "it is asked twice")
        page.context.close()

    def places(self):
        return {"rollout": self.deployment, "endpoint-reboot": f"/endpoints/{self.endpoint(4).id}/reboot"}
