"""What is taken back: an update wherever it is, what an endpoint installed last, by packages or by a snapshot; always shown first, and asked."""

import time

from suite import eventually, expect

TENANT = "Anchor Museum"
OLD, NEW = "3.0.16-1~deb12u1", "3.0.17-1~deb12u3"


class Rollbacks:
    """The checks; `house` is the dashboard that they are part of."""

    def __init__(self, house):
        self.house = house
        self.names = [f"anchor-{number}.example.org" for number in range(1, 4)]
        self.job = None

    def run(self, check):
        check("an update is rolled back wherever it is, after a preview, without scripts", self.update_is_rolled_back)
        check("an endpoint says what goes back, what cannot, and what a snapshot would cost", self.endpoint_is_rolled_back)
        check("nobody else is offered a rollback, or can order one", self.rights)

    def endpoint(self, number):
        return self.house.endpoints[self.names[number - 1]]

    def install(self, package, numbers, way_back, snapshot=None):
        """Installs an update by a deployment of its own; the job of the first endpoint."""
        words = [word for number in numbers for word in ("--endpoint", self.endpoint(number).id)]
        self.house.server.command("deployment", "create", *words, "--update", package, "--no-way-back")
        jobs = []
        for number in numbers:
            endpoint = self.endpoint(number)
            order = eventually("the order comes", lambda: endpoint.collect(5))
            jobs.append(order["job"])
            way = way_back(number) if callable(way_back) else way_back
            endpoint.finish(order, way_back=way, snapshot=snapshot)
        return jobs[0]

    def update_is_rolled_back(self):
        self.house.server.command("tenant", "create", TENANT)
        self.house.enrol(TENANT, self.names)
        for number in (1, 2, 3):
            self.endpoint(number).scan()
        self.job = self.install("openssl", (1, 2, 3), lambda number: "none" if number == 3 else "packageDowngrade")
        page = self.house.page(java_script_enabled=False)
        page.goto(f"/jobs/{self.job}")
        page.click("#updates a:has-text('Roll back wherever it is')")
        page.wait_for_url("**/rollback?*")
        back, stays = (page.inner_text(f"section[aria-labelledby={name}]") for name in ("goes-back", "stays"))
        for number in (1, 2):
            expect(self.names[number - 1] in back, f"{number} is missing: {back}")
        expect(NEW in back and OLD in back and self.names[2] not in back, back)
        expect(self.names[2] in stays and "neither kept nor offered" in stays, stays)
        expect(f"openssl {NEW}: blocked" in page.inner_text("main"), "the block is not told")
        self.house.picture(page, "rollback")
        page.watch.assert_quiet()
        page.click("button:has-text('Roll back 2 updates on 2 endpoints')")
        page.wait_for_url("**/deployments/dep_*?notice=rolling-back")
        for number in (1, 2):
            order = self.endpoint(number).collect(20)
            lines = order["updates"] if order else None
            expect(lines and lines[0]["goesBack"] and lines[0]["to"] == OLD, f"not the order: {order}")
            self.endpoint(number).finish(order)
        place = page.url.split("?")[0]

        def finished():
            page.goto(place)
            return "Finished" in page.inner_text("#standing")

        eventually("the rollback has ended", finished)
        page.watch.assert_quiet()
        page.goto("/rollback")
        page.fill("#rollback-update", "openssl")
        page.select_option("#rollback-tenant", label=TENANT)
        page.click("button:has-text('Show what would go back')")
        expect("Nothing of it can be taken back" in page.inner_text("main"), "it goes back twice")
        page.watch.assert_quiet()
        page.context.close()

    def endpoint_is_rolled_back(self):
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime())
        for number in (1, 2):
            self.install("tzdata", (number,), "none", f"lvm vg/patchbay-{stamp}-job_{number}")
        endpoint = self.endpoint(1)
        page = self.house.page()
        page.goto(f"/endpoints/{endpoint.id}")
        page.click("a.button:has-text('Roll back')")
        page.wait_for_url("**/rollback?*")
        expect("tzdata" in page.inner_text("section[aria-labelledby=stays]"), "what stays is not told")
        expect(page.locator("button.danger").count() == 0, "what cannot go back is offered")
        page.select_option("select[name=way]", "snapshot")
        page.wait_for_url("**way=snapshot*")
        words = page.inner_text("main")
        expect("Everything that was written to the root file system" in words and "all files on it" in words, words)
        expect(page.locator("input[name=acceptsLoss]:required").count() == 1, "nobody has to accept the loss")
        box, acts = page.locator(".confirm").bounding_box(), page.locator("form.sum .acts").bounding_box()
        expect(acts["y"] - box["y"] - box["height"] >= 12, "the word stands too close to the button")
        self.house.picture(page, "rollback-snapshot")
        page.check("input[name=acceptsLoss]")
        page.watch.assert_quiet()
        page.click("button:has-text('Roll back 1 update')")
        page.wait_for_url("**/deployments/dep_*?notice=rolling-back")
        order = endpoint.collect(20)
        line = order["updates"][0] if order else {}
        expect(line.get("returnsTo", {}).get("snapshot", "").startswith("lvm vg/"), f"not the order: {order}")
        endpoint.finish(order)
        page.wait_for_selector("#standing >> text=Finished")
        page.watch.assert_quiet()
        page.context.close()

    def rights(self):
        page = self.house.people.page_of("paul")
        own = self.house.endpoints["web-1.berlin.example.org"]
        for place in ("/deployments", f"/endpoints/{own.id}", f"/jobs/{self.house.job}"):
            answer = page.goto(place)
            expect(answer.status == 200, f"{place}: {answer.status}")
            expect(page.locator("a:has-text('Roll back')").count() == 0, f"{place} offers it")
        page.watch.assert_quiet()
        for place in ("/rollback", f"/rollback?endpoint={own.id}"):
            answer = page.goto(place)
            expect(answer.status == 403, f"{place}: {answer.status}")
        page.context.close()

    def places(self):
        snapshot = f"/rollback?endpoint={self.endpoint(2).id}&way=snapshot"
        return {"rollback-which": "/rollback", "rollback-stays": f"/rollback?endpoint={self.endpoint(3).id}", "rollback-by-snapshot": snapshot}
