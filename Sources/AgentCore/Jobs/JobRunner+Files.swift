import Fleet
import Rollout

extension JobRunner {
    /// What may be installed without the updates whose file is another one than the order names.
    /// The endpoint's own signed index says which file it would be: a version that has been built
    /// anew, or comes from another source, is not what the first ring has tried.
    func withoutOtherFiles(_ answer: Preflight) async -> Preflight {
        guard case .ready(let install, let settled) = answer else { return answer }
        let bound = install.filter { $0.sha256 != nil && !$0.isRollback }
        guard !bound.isEmpty else { return answer }
        let offered = await installer.offeredFiles(for: bound)
        let refused = bound.compactMap { update -> UpdateOutcome? in
            guard let wanted = update.sha256, offered[update] != wanted else { return nil }
            return Self.otherFile(update, wanted: wanted, offered: offered[update])
        }
        let out = Set(refused.map(\.update))
        return .ready(
            install: install.filter { !out.contains($0) }, settled: settled + refused)
    }

    private static func otherFile(
        _ update: LockedUpdate, wanted: String, offered: String?
    ) -> UpdateOutcome {
        let words =
            offered.map { "this endpoint's sources offer one with SHA-256 \($0)" }
            ?? "this endpoint's sources do not say which file they offer"
        return UpdateOutcome(
            update: update, state: .skipped, failure: .hashMismatch, versionAfter: update.from,
            sentence: "\(update.name) \(update.to) was refused: the lock list names the file with "
                + "SHA-256 \(wanted), and \(words).")
    }
}
