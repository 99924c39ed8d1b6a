import AgentCore
import Fleet
import Rollout
import SystemFiles
import ToolOutputs

/// Looks whether a lock list can be installed now: locks, the package database, apt's own solution
/// of exactly this list, space.
struct AptPreflight {
    /// The most updates that are looked at one by one when the whole list cannot be installed as it
    /// is; each costs a run of the solver (0.1 to 0.7 s).
    static let mostLookedAtAlone = 60
    /// How often a part of the list is left out and the rest looked at again.
    private static let rounds = 4

    let runner: any CommandRunning
    let root: String
    /// Packages that are known to be broken, as `PackageBlame.mark` has them.
    let tolerated: Set<String>
    /// The kept packages of lines that go back.
    var kept: [LockedUpdate: String] = [:]

    func check(_ updates: [LockedUpdate]) async -> Preflight {
        if let holder = LockHolders(root: root).first() { return .locked(holder: holder) }
        guard let bytes = Files.bytes("\(root)/var/lib/dpkg/status"), !bytes.isEmpty else {
            return .blocked(
                .interruptedPackageManager,
                "\(root)/var/lib/dpkg/status cannot be read, or is empty.")
        }
        let status = DpkgStatus(bytes)
        if let damage = damage(status, before: updates) { return .needsRepair(damage) }
        var settled = updates.compactMap { held($0, status) }
        var open = without(settled, updates)
        guard !open.isEmpty else { return .ready(install: [], settled: settled) }
        // Each round leaves out what apt itself names as the obstacle.
        for _ in 0..<Self.rounds {
            switch await look(open) {
            case .fits:
                return .ready(install: open, settled: settled)
            case .obstacle(let obstacle) where obstacle.failure == .lockHeld:
                return .locked(holder: obstacle.sentence)
            case .obstacle(let obstacle):
                let blamed = open.filter { obstacle.culprits.contains($0.name) }
                let out = blamed.isEmpty ? await alone(open) : blamed.map { skipped($0, obstacle) }
                // Nothing to leave out: it is all or nothing, and so nothing.
                guard !out.isEmpty else {
                    return settled.isEmpty
                        ? .blocked(obstacle.failure, obstacle.sentence)
                        : .ready(install: [], settled: settled + open.map { skipped($0, obstacle) })
                }
                settled += out
                open = without(out, open)
                guard !open.isEmpty else { return .ready(install: [], settled: settled) }
            }
        }
        return .ready(
            install: [],
            settled: settled
                + open.map {
                    skipped(
                        $0,
                        Obstacle(
                            failure: .dependency,
                            sentence:
                                "No part of the list could be found that can be installed by itself."
                        ))
                })
    }

    /// What stands in the way, and of which packages.
    struct Obstacle: Hashable, Sendable {
        var failure: FailureClass
        var sentence: String
        var culprits: [String] = []
    }

    private enum Look {
        case fits
        case obstacle(Obstacle)
    }

    /// Lets apt solve the list, and compares its plan with what was approved and with the space
    /// that there is.
    private func look(_ updates: [LockedUpdate]) async -> Look {
        let words = AptCommand.solve(updates, kept: kept)
        let output: CommandOutput
        do throws(CommandFailure) {
            output = try await runner.run(
                Command(
                    path: words[0], arguments: Array(words.dropFirst()),
                    environment: ["LC_ALL": "C"]))
        } catch {
            return .obstacle(Obstacle(failure: .other, sentence: "apt-get \(error.clause)."))
        }
        guard output.status == 0 else {
            let lines = TextLines.strings(output.output) + TextLines.strings(output.errorOutput)
            let verdict = AptComplaint(lines).verdict
            return .obstacle(
                Obstacle(
                    failure: verdict?.failure ?? .other,
                    sentence: verdict?.sentence ?? output.complaint
                        ?? "apt-get ended with status \(output.status).",
                    culprits: verdict?.culprits ?? []))
        }
        let plan = AptPlan(output.output)
        if let obstacle = unapproved(plan, updates) { return .obstacle(obstacle) }
        let need = DiskNeed(
            plan: output.output, newPackages: plan.newlyInstalled + Array(plan.upgraded))
        if let sentence = need.shortage(on: DiskFacts(root: root).disks, root: root) {
            return .obstacle(
                Obstacle(
                    failure: .diskFull,
                    sentence: "Too little room for \(Self.named(updates)): \(sentence)"))
        }
        return .fits
    }

    /// New dependencies may come along; nothing that is installed may be removed, and nothing may
    /// change that nobody approved.
    private func unapproved(_ plan: AptPlan, _ updates: [LockedUpdate]) -> Obstacle? {
        let approved = Set(updates.map(\.name))
        let others = plan.upgraded.union(plan.downgraded).filter {
            !approved.contains(Self.bareName($0))
        }.sorted()
        let named = Self.named(updates)
        if !plan.removed.isEmpty {
            return Obstacle(
                failure: .dependency,
                sentence:
                    "Installing \(named) would remove \(plan.removed.sorted().joined(separator: ", "))."
            )
        }
        guard !others.isEmpty else { return nil }
        return Obstacle(
            failure: .dependency,
            sentence:
                "Installing \(named) would also change "
                + "\(others.prefix(10).joined(separator: ", ")), which nobody approved."
        )
    }

    /// The updates that cannot be installed even by themselves, each with its own reason.
    private func alone(_ updates: [LockedUpdate]) async -> [UpdateOutcome] {
        guard updates.count > 1, updates.count <= Self.mostLookedAtAlone else { return [] }
        var out: [UpdateOutcome] = []
        for update in updates {
            if case .obstacle(let obstacle) = await look([update]) {
                out.append(skipped(update, obstacle))
            }
        }
        return out
    }

    /// Why the package database must be mended before these updates; `nil` when it is in order.
    private func damage(_ status: DpkgStatus, before updates: [LockedUpdate]) -> String? {
        // dpkg's journal: entries with all-digit names are there only while it runs, and after it
        // was cut off.
        let journal = Files.names(in: "\(root)/var/lib/dpkg/updates").filter {
            $0.allSatisfy(\.isNumber)
        }
        if !journal.isEmpty { return "dpkg was interrupted." }
        // What was not wholly unpacked can only be unpacked anew, which apt's own repair does not do:
        // an update of it does.
        let anew = Set(updates.map(\.key))
        let broken = status.entries.filter {
            $0.unfinished != nil
                && !PackageBlame.isMarked($0.name, $0.version, in: tolerated)
                && !($0.unfinished == "half-installed" && anew.contains($0.key))
        }
        guard let first = broken.first else { return nil }
        let more = broken.count > 1 ? " and \(broken.count - 1) more" : ""
        return "\(first.name) is \(first.unfinished ?? "")\(more)."
    }

    private func held(_ update: LockedUpdate, _ status: DpkgStatus) -> UpdateOutcome? {
        guard let entry = status.entries.first(where: { $0.key == update.key }), entry.isHeld else {
            return nil
        }
        return UpdateOutcome(
            update: update, state: .skipped, failure: .held, versionAfter: entry.version,
            sentence: "\(update.name) is on hold on the endpoint.")
    }

    private func skipped(_ update: LockedUpdate, _ obstacle: Obstacle) -> UpdateOutcome {
        UpdateOutcome(
            update: update, state: .skipped, failure: obstacle.failure, versionAfter: update.from,
            sentence: obstacle.sentence)
    }

    private func without(_ settled: [UpdateOutcome], _ updates: [LockedUpdate]) -> [LockedUpdate] {
        let gone = Set(settled.map(\.update))
        return updates.filter { !gone.contains($0) }
    }

    /// The first names of a list, for a sentence.
    private static func named(_ updates: [LockedUpdate]) -> String {
        let names = updates.map(\.name).sorted()
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return names.prefix(3).joined(separator: ", ") + more
    }

    private static func bareName(_ name: String) -> String {
        name.split(separator: ":").first.map(String.init) ?? name
    }
}
