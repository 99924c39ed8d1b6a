@testable import HTMLTree
import Fleet
import Foundation
import HTTPAPI
import TestSupport
import Testing

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
@testable import Dashboard

/// Pages are functions: each one is held against a golden file, and all of them against the rules
/// that every page keeps.
@Suite struct PageTests {
    @Test(arguments: AllPages.names)
    func `a page is what its golden file holds`(name: String) {
        // Addresses of assets change with every change of a style; pages are compared without them.
        let text = AllPages.text(name).replacing(/\.[0-9a-f]{12}\.(css|js|svg)/) { ".HASH.\($0.1)" }
        expectGolden(text, "\(name).html")
    }

    @Test func `an update's row names what it closes there, each with its page`() throws {
        let risk = """
            [{"manager": "apt", "name": "openssl", "architecture": "amd64",
              "candidate": "3.0.17-1~deb12u3", "vulnerabilities": ["CVE-2026-1", "ALSA-2024:2950"],
              "risk": 57.6, "sentence": "Risk 57.6 of 100: it is used.", "severity": "critical",
              "kev": true, "exposure": "internetFacing", "criticality": "high"}]
            """
        var detail = Samples.endpoint
        detail.risks = try JSONDecoder().decode([UpdateRisk].self, from: Data(risk.utf8))
        let text = endpointPage(detail, chrome: Samples.chrome("/endpoints/x")).text
        #expect(
            text.contains(
                "Risk 57.6: closes <a href=\"/vulnerabilities/CVE-2026-1\">CVE-2026-1</a>, "
                    + "<a href=\"/vulnerabilities/ALSA-2024:2950\">ALSA-2024:2950</a>."))
    }

    @Test(arguments: AllPages.names)
    func `a page holds no inline style, script or event handler, and refers to no other site`(
        name: String
    ) {
        let text = AllPages.text(name)
        #expect(!text.contains(/<[^>]*\sstyle=/))
        #expect(!text.contains(/<[^>]*\son[a-z]+=/))
        #expect(!text.contains("<style"))
        #expect(!text.contains(/<script[^>]*>[^<]/))
        #expect(!text.contains(/(src|href|action)="(https?:|\/\/|javascript:|data:)/))
    }

    @Test(arguments: AllPages.names)
    func
        `a page has a language, a title, one main heading, and every form that changes something carries its token`(
            name: String
        )
    {
        let text = AllPages.text(name)
        #expect(text.contains("<html lang=\"en\""))
        #expect(text.contains(/<title>[^<]+ · Patchbay<\/title>/))
        #expect(text.matches(of: /<h1>/).count == 1)
        let posts = text.matches(of: /<form [^>]*method="post"/).count
        let tokens = text.matches(of: /name="csrf"/).count
        #expect(tokens == (name.hasPrefix("sign-in") ? 0 : posts))
    }

    @Test(arguments: AllPages.names)
    func `an identifier stands once in a page, and labels point to one`(name: String) {
        let text = AllPages.text(name)
        let ids = text.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        for label in text.matches(of: /<label for="([^"]+)"/) {
            #expect(ids.contains(String(label.1)))
        }
        for used in text.matches(of: /<use href="#([^"]+)"/) {
            #expect(ids.contains(String(used.1)))
        }
        for named in text.matches(of: /aria-labelledby="([^"]+)"/) {
            #expect(ids.contains(String(named.1)))
        }
    }

    @Test func `a viewer is offered nothing that changes something`() {
        let text = AllPages.text("endpoint-as-viewer")
        let actions = text.matches(of: /action="([^"]+)"/).map { String($0.1) }
        #expect(Set(actions) == ["/theme", "/sign-out"])
        #expect(!text.contains("type=\"checkbox\""))
    }

    @Test func `the list of 100 endpoints is smaller than 64 KB`() {
        let items = (0..<100).map {
            Samples.item(UInt64($0 + 1000), "server-\($0).berlin.example.org", restarts: 3)
        }
        let page = endpointsPage(
            EndpointPage(items: items, next: nil, total: 100), filter: EndpointFilter(),
            chrome: Samples.chrome())
        #expect(page.rendered().count < 64_000)
    }

    @Test func `the first page with all its files is smaller than 60 KB`() {
        let page = AllPages.text("overview").utf8.count
        #expect(page + Asset.all.reduce(0) { $0 + $1.bytes.count } < 60_000)
    }

    @Test func `what an endpoint calls itself is text, whatever it holds`() {
        let hostile = "<script>alert('1')</script>\"><img src=x onerror=alert(1)>&\u{0}\u{1B}[31m"
        let page = endpointsPage(
            EndpointPage(items: [Samples.item(1, hostile)], next: nil, total: 1),
            filter: EndpointFilter(search: hostile), chrome: Samples.chrome()
        ).text
        #expect(!page.contains("<script>"))
        #expect(!page.contains("<img"))
        #expect(
            page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&gt;&lt;img src=x"))
        #expect(!page.utf8.contains(0) && !page.utf8.contains(0x1B))
    }

    /// Writes every page and the assets into a folder, to be looked at in a browser.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PATCHBAY_PREVIEW"] != nil))
    func `pages can be written to a folder to be looked at`() throws {
        let folder = URL(filePath: ProcessInfo.processInfo.environment["PATCHBAY_PREVIEW"] ?? "")
        let assets = folder.appending(path: "assets")
        try FileManager.default.createDirectory(at: assets, withIntermediateDirectories: true)
        for asset in Asset.all {
            try Data(asset.bytes).write(to: folder.appending(path: asset.place.path))
        }
        for (name, page) in AllPages.byName {
            try Data(page.rendered()).write(to: folder.appending(path: "\(name).html"))
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).count
                > AllPages.names.count)
    }
}
