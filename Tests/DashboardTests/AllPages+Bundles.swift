import BundlePages
import Bundles
import Fleet
import HTMLTree
import PageParts
import Policy
import Rollout

@testable import ServerRecords

extension AllPages {
    /// The pages about bundles.
    static let bundles: [(name: String, page: HTML)] = [
        (
            "bundles",
            bundlesPage(BundleSamples.all, tenant: nil, chrome: Samples.chrome("/bundles"))
        ),
        (
            "bundles-empty",
            bundlesPage([], tenant: nil, chrome: Samples.chrome("/bundles", role: .viewer))
        ),
        (
            "bundle",
            bundlePage(
                BundleSamples.report(BundleSamples.approved), lines: BundleSamples.lines,
                policies: ["laptops", "servers"], chrome: Samples.chrome("/bundles/x"))
        ),
        (
            "bundle-as-viewer",
            bundlePage(
                BundleSamples.report(BundleSamples.takenBack), lines: BundleSamples.lines,
                policies: [], chrome: Samples.chrome("/bundles/x", role: .viewer))
        ),
    ]
}

/// Bundles in each state.
private enum BundleSamples {
    static func bundle(
        _ number: Int, _ name: String, _ change: (inout PatchBundle) -> Void
    ) -> PatchBundle {
        guard let name = PolicyName(name) else { preconditionFailure("not a name: \(name)") }
        var bundle = PatchBundle(
            id: Samples.id(UInt64(number)), tenant: Samples.tenant, name: name, version: number,
            query: BundleQuery(
                origins: ["Debian-Security"], classes: [.security], severity: .important,
                seenFrom: Samples.now.adding(seconds: -30 * 86_400)),
            content: PatchBundle.Content(
                lines: 2, packages: 2, vulnerabilities: 8, knownExploited: 1), note: "The month",
            approvers: 2, madeBy: "user:rita", madeAt: Samples.now.adding(seconds: -7200))
        change(&bundle)
        return bundle
    }

    static func word(_ person: String, isApproval: Bool = true) -> PatchBundle.Word {
        PatchBundle.Word(
            isApproval: isApproval, by: "user:\(person)", person: "user:\(person)",
            at: Samples.now.adding(seconds: -3600), reason: isApproval ? "" : "It breaks the shop",
            approvals: [])
    }

    static func promotion(_ ring: String, _ number: Int) -> PatchBundle.Promotion {
        PatchBundle.Promotion(
            deployment: Samples.id(UInt64(number)), policy: "servers", lane: .routine, ring: ring,
            group: nil, endpoints: 2, by: "user:anna", at: Samples.now.adding(seconds: -1800))
    }

    static let approved = bundle(2, "monthly") {
        $0.state = .approved
        $0.words = [word("anna"), word("ben")]
        $0.promotions = [promotion("canary", 21), promotion("broad", 22)]
    }

    static let takenBack = bundle(1, "browsers") {
        $0.state = .approved
        $0.words = [word("anna"), word("ben")]
        $0.promotions = [promotion("canary", 21), promotion("broad", 22)]
        $0.promotions[0].takenBackBy = Samples.id(23)
        $0.promotions[1].stays = "Nothing of it was installed; it is called off."
        $0.rolledBackAt = Samples.now
    }

    static let all = [
        approved, takenBack,
        bundle(3, "proposed") { _ in },
        bundle(4, "half") {
            $0.state = .awaitingSecondPerson
            $0.words = [word("anna")]
        },
        bundle(5, "declined") {
            $0.state = .declined
            $0.words = [word("ben", isApproval: false)]
        },
        bundle(6, "paused") {
            $0.state = .approved
            $0.pausedAt = Samples.now
        },
    ]

    static let lines = [
        BundleLine(
            manager: .apt, package: "nginx", version: "1.22.1-9+deb12u3", source: "nginx",
            origin: "Debian-Security:12/stable-security", classes: [.security],
            severity: .important, vulnerabilities: ["CVE-2026-1000"], knownExploited: true),
        BundleLine(
            manager: .apt, package: "linux-image-amd64", version: "6.1.140-1", source: "linux",
            origin: "Debian-Security:12/stable-security", classes: [.security, .bugfix],
            severity: .critical, vulnerabilities: (0..<7).map { "CVE-2026-200\($0)" }),
    ]

    static func report(_ bundle: PatchBundle) -> BundleReport {
        var figures = BundleReport.Figures()
        (figures.endpoints, figures.all, figures.part) = (4, 1, 1)
        (figures.none, figures.unknown) = (1, 1)
        (figures.verified, figures.failed, figures.underWay, figures.notBegun) = (1, 1, 1, 1)
        let rows: [(String, BundleReport.Holding, Int, BundleReport.Outcome)] = [
            ("web-1", .none, 0, .failed), ("web-2", .unknown, 0, .underWay),
            ("web-3", .part, 1, .notBegun), ("web-4", .all, 2, .verified),
        ]
        return BundleReport(
            bundle: bundle, at: Samples.now, figures: figures,
            steps: bundle.promotions.enumerated().map { place, step in
                BundleReport.Step(
                    deployment: step.deployment, place: step.place,
                    state: place == 0 ? .finished : .running, endpoints: 2,
                    verified: place == 0 ? 1 : 0, failed: place == 0 ? 1 : 0,
                    underWay: place == 0 ? 0 : 1)
            },
            rows: rows.enumerated().map { place, row in
                BundleReport.Row(
                    endpoint: Samples.id(UInt64(31 + place)), name: row.0, holding: row.1,
                    has: row.2, of: 2, outcome: row.3,
                    deployment: row.3 == .notBegun ? nil : bundle.promotions.first?.deployment)
            })
    }
}
