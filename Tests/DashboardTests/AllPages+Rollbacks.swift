import Administration
import Fleet
import HTMLTree
import PageParts
import RollbackPages
@testable import Rollbacks
import Rollout
import ServerRecords

extension AllPages {
    /// What would be taken back, and the question.
    static let rollbacks: [(name: String, page: HTML)] = [
        (
            "rollback-deployment",
            rollbackPage(
                RollbackQuestion(
                    RollbackSelection(ring: "canary"), of: source,
                    preview: preview(byPackages, lost: lost, halts: 1)),
                chrome: Samples.chrome("/deployments/x/rollback"))
        ),
        (
            "rollback-snapshot",
            rollbackPage(
                RollbackQuestion(
                    RollbackSelection(endpoints: [Samples.items[0].id], way: .snapshot),
                    preview: preview([bySnapshot]),
                    refused: Refusal(
                        .conflict, "E_LOSS_UNACCEPTED", "That is not accepted.",
                        nextStep: "Accept it.")),
                chrome: Samples.chrome("/rollback?way=snapshot"))
        ),
        (
            "rollback-nothing",
            rollbackPage(
                RollbackQuestion(
                    RollbackSelection(updates: ["openssl=3.0.15-1"]),
                    preview: preview([], lost: lost)), chrome: Samples.chrome("/rollback"))
        ),
        (
            "rollback-which",
            rollbackPage(
                RollbackQuestion(RollbackSelection()), chrome: Samples.chrome("/rollback"))
        ),
    ]

    private static let source = RollbackQuestion.Source(
        id: Samples.id(31), title: "openssl on web servers", rings: ["canary", "broad"])

    private static func line(_ name: String, _ from: String, _ to: String) -> LockedUpdate {
        LockedUpdate(
            manager: .apt, name: name, architecture: "amd64", from: from, to: to, goesBack: true)
    }

    private static let byPackages = Samples.items.prefix(2).map {
        RollbackPreview.Part(
            endpoint: $0.id, name: $0.name, way: .packages,
            updates: [line("openssl", "3.0.15-1", "3.0.14-1")])
    }

    private static let lost = [
        RollbackPreview.Lost(
            endpoint: Samples.items[2].id, name: Samples.items[2].name, updates: ["openssl"],
            reason: "The version before was neither kept nor offered any more when it was replaced."
        )
    ]

    private static let bySnapshot = RollbackPreview.Part(
        endpoint: Samples.items[0].id, name: Samples.items[0].name, way: .snapshot,
        updates: [line("openssl", "3.0.15-1", "3.0.14-1"), line("zlib1g", "1.3-2", "1.3-1")],
        snapshot: SnapshotLoss(
            snapshot: "lvm vg/patchbay-20261122010203-job_1", takenAt: Samples.ago(hours: 30),
            packages: 3, others: ["htop", "zlib1g"]))

    private static func preview(
        _ parts: [RollbackPreview.Part], lost: [RollbackPreview.Lost] = [], halts: Int = 0
    ) -> RollbackPreview {
        RollbackPreview(
            parts: parts, lost: lost, blocks: parts.isEmpty ? [] : ["openssl 3.0.15-1"],
            halts: halts, offersSnapshot: parts.contains { $0.snapshot != nil },
            loss: SnapshotLoss.sentence(parts.compactMap(\.snapshot)))
    }
}
