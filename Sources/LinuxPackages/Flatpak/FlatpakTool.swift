import AgentCore
import Fleet
import PackageManagers
import Rollout
import Synchronization
import ToolOutputs

/// flatpak: the applications and runtimes that are there for everybody on the endpoint.
///
/// What is exact is the commit; a version is the application's own and may be empty or stand still.
/// So a version here is `version@commit`, or the commit alone, with the commit's first twelve
/// digits as flatpak shows them.
struct FlatpakTool: Sendable {
    let manager = PackageManagerName.flatpak
    let runner: any CommandRunning

    private static let path = "/usr/bin/flatpak"
    private static let columns = "--columns=application,version,branch,arch,origin"

    init(runner: any CommandRunning) {
        self.runner = runner
    }

    private var flatpak: ToolRunner { ToolRunner(runner: runner, path: Self.path) }
}

// MARK: - Looking

extension FlatpakTool: SoftwareLooking {
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        var errors: [(key: String, error: String?)] = []
        for remote in await remotes() {
            // Asking without --cached fetches the remote's summary.
            let output = await flatpak.run(
                ["remote-ls", "--system", "--updates", Self.columns, remote.id],
                seconds: ToolRunner.refreshSeconds)
            errors.append((remote.id, output.status == 0 ? nil : output.reason))
        }
        return RefreshReport.of(errors, at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        let list = await flatpak.run(["list", "--system", Self.columns + ",active"])
        guard list.status == 0 else {
            throw ScanFailure(
                code: "E_SCAN_FLATPAK", message: "flatpak cannot list what is installed.",
                nextStep: "Run `flatpak list --system` on the endpoint: \(list.reason)")
        }
        var look = SoftwareLook()
        let rows = FlatpakRows(list.output)
        look.unparsed = rows.unparsed
        look.packages = rows.rows.map(\.package)
        let remotes = await remotes()
        look.sources = remotes.map { remote in
            SourceJudgement(
                key: remote.id, name: remote.name,
                indexTime: report?.outcomes[remote.id]?.succeededAt
            ).state(report: report, now: now)
        }
        await addUpdates(rows.rows, remotes.map(\.id), to: &look)
        return look
    }

    private func addUpdates(
        _ installed: [FlatpakRows.Row], _ remotes: [String], to look: inout SoftwareLook
    ) async {
        let masks = await masks()
        for remote in remotes {
            let output = await offers(of: remote)
            guard output.status == 0 else {
                // Never fetched, or gone: its source says so, and what it has is not known.
                for place in look.sources.indices
                where look.sources[place].name.hasPrefix("\(remote) ") {
                    if look.sources[place].state == .ok {
                        look.sources[place].state = .failed
                        look.sources[place].error = output.reason
                    }
                }
                continue
            }
            let offers = FlatpakRows(output.output, names: installed)
            look.unparsed += offers.unparsed
            look.updates += offers.rows.compactMap { offer in
                update(offer, among: installed, masks: masks)
            }
        }
    }

    /// What a remote offers, by the summary that lies here. An installation throws it away, and
    /// then there is no other way than to fetch it again.
    private func offers(of remote: String) async -> CommandOutput {
        let columns = Self.columns + ",commit,download-size"
        let cached = await flatpak.run([
            "remote-ls", "--system", "--cached", "--updates", columns, remote,
        ])
        guard cached.status != 0, cached.reason.contains("No cached summary") else { return cached }
        return await flatpak.run(["remote-ls", "--system", "--updates", columns, remote])
    }

    private func update(
        _ offer: FlatpakRows.Row, among installed: [FlatpakRows.Row], masks: [String]
    ) -> Update? {
        guard
            let own = installed.first(where: { $0.name == offer.name && $0.arch == offer.arch }),
            own.commit != offer.commit
        else { return nil }
        let mask = masks.first { FlatpakMask.covers($0, offer) }
        return Update(
            manager: manager, name: own.name, architecture: own.arch, installed: own.version,
            candidate: offer.version, classes: [.feature], origin: offer.origin,
            installability: mask == nil ? .installable : .held, bytes: offer.bytes,
            reason: mask.map { "A mask on this endpoint holds it (flatpak mask \($0))." })
    }

    private func masks() async -> [String] {
        let output = await flatpak.run(["mask", "--system"])
        return output.status == 0
            ? TextLines.strings(output.output).map { TextLines.trimmed($0) }.filter {
                !$0.isEmpty && !$0.contains(" ")
            } : []
    }

    private func remotes() async -> [(id: String, name: String, url: String)] {
        let output = await flatpak.run(["remotes", "--system", "--columns=name,url"])
        return TextLines.strings(output.output).compactMap { line in
            let fields = line.split(separator: "\t").map(String.init)
            guard let id = fields.first, Grammar.consists(id, of: "_.-") else { return nil }
            let url = fields.count > 1 ? fields[1] : ""
            return (id, "\(id) \(url)", url)
        }
    }
}

// MARK: - Installing

extension FlatpakTool: LockListTool, ReturningTool {
    /// flatpak has no lock that keeps others out: its repository waits for a moment at most.
    func lockHolder() -> String? { nil }

    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] {
        let masks = await masks()
        var held: [PackageKey: String] = [:]
        for update in updates {
            let row = FlatpakRows.Row(update)
            if let mask = masks.first(where: { FlatpakMask.covers($0, row) }) {
                held[update.key] = "A mask on this endpoint holds it (flatpak mask \(mask))."
            }
        }
        return held
    }

    /// A remote keeps former commits for as long as it likes: each is asked for.
    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        guard !updates.isEmpty else { return [] }
        let (installed, remotes) = (await installed(), await remotes())
        var questions: [LockedUpdate: FlatpakHistory.Question] = [:]
        for update in updates {
            guard let own = installed.first(where: { $0.isMeant(by: update) }),
                let remote = remotes.first(where: { $0.id == own.origin })
            else { continue }
            let active = await flatpak.run(["info", "--system", "--show-commit", own.reference])
            guard let commit = FlatpakCommits.alone(active),
                commit.hasPrefix(FlatpakRows.commit(of: update.from))
            else { continue }
            questions[update] = FlatpakHistory.Question(
                remote: remote.id, url: remote.url, reference: own.reference, commit: commit)
        }
        let answered = await FlatpakHistory(runner: runner).answered(Array(questions.values))
        return Set(updates.filter { update in questions[update].map(answered.contains) ?? false })
    }

    /// Each question goes over the network, and scans come every hour: what a remote still had is
    /// believed until another commit is on offer. What it had not is asked again, since it may only
    /// have been out of reach.
    func knownToBeOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        let open = updates.filter { !FlatpakCommits.wasOffered($0) }
        let found = open.isEmpty ? [] : await stillOffered(open)
        FlatpakCommits.noteOffered(found)
        return Set(updates).subtracting(open).union(found)
    }

    /// The whole commit of a line among those that a remote names for an application, the newest
    /// first: an update must be the newest itself.
    private func commit(of update: LockedUpdate, among output: CommandOutput) -> String? {
        let wanted = FlatpakRows.commit(of: update.to)
        guard update.isRollback else {
            return FlatpakCommits.alone(output).flatMap { $0.hasPrefix(wanted) ? $0 : nil }
        }
        return TextLines.strings(output.output).lazy.compactMap { line in
            TextLines.words(line).last.flatMap { FlatpakCommits.isWhole($0) ? $0 : nil }
        }.first { $0.hasPrefix(wanted) }
    }

    private func installed() async -> [FlatpakRows.Row] {
        FlatpakRows(await flatpak.run(["list", "--system", Self.columns + ",active"]).output).rows
    }

    /// Asks each application's remote whether its newest commit is the approved one, or whether it
    /// still has the one that is gone back to.
    func solve(_ updates: [LockedUpdate]) async -> Solution {
        var plan = ChangePlan()
        let installed = await installed()
        for update in updates {
            guard let own = installed.first(where: { $0.isMeant(by: update) }) else {
                return .refused(
                    Obstacle(
                        .versionNotAvailable, "\(update.name) is not installed.",
                        culprits: [update.name]))
            }
            let output = await flatpak.run([
                "remote-info", "--system", update.isRollback ? "--log" : "--show-commit",
                own.origin, own.reference,
            ])
            guard output.status == 0 else {
                let verdict = FlatpakComplaint(lines: output.lines, status: output.status).verdict
                return .refused(
                    Obstacle(
                        verdict?.failure ?? .other, verdict?.sentence ?? output.reason,
                        culprits: [update.name]))
            }
            guard let commit = commit(of: update, among: output) else { continue }
            FlatpakCommits.note(commit, for: update)
            let change = ChangePlan.Change(
                name: update.name, architecture: update.architecture, version: update.to)
            if update.isRollback {
                plan.goBack(to: change)
            } else {
                plan.changed.append(change)
            }
        }
        return .plan(plan)
    }

    /// One program for each application: `--commit` goes with one only.
    func commands(for updates: [LockedUpdate]) -> [[String]] {
        updates.map { update in
            let commit = FlatpakCommits.full(update) ?? FlatpakRows.commit(of: update.to)
            return [
                Self.path, "update", "--system", "-y", "--noninteractive", "--commit=\(commit)",
                FlatpakRows.Row(update).reference,
            ]
        }
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        FlatpakComplaint(lines: lines, status: status).verdict
    }
}

/// The whole commits behind the twelve digits that are shown, as the remotes told them at
/// preflight.
enum FlatpakCommits {
    /// A whole commit that a command printed, alone on its line.
    static func alone(_ output: CommandOutput) -> String? {
        guard output.status == 0 else { return nil }
        return TextLines.strings(output.output).map { TextLines.trimmed($0) }.first(where: isWhole)
    }

    /// Whether a word is a whole commit.
    static func isWhole(_ word: String) -> Bool {
        word.utf8.count == 64 && word.allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private static let known = Mutex<[LockedUpdate: String]>([:])
    /// One endpoint has some tens of applications; more than this is forgotten.
    private static let most = 4096

    static func note(_ commit: String, for update: LockedUpdate) {
        known.withLock { known in
            if known.count >= most { known = [:] }
            known[update] = commit
        }
    }

    static func full(_ update: LockedUpdate) -> String? { known.withLock { $0[update] } }

    /// Updates whose former commit their remote still had at the last look.
    private static let offered = Mutex<Set<LockedUpdate>>([])

    static func noteOffered(_ updates: Set<LockedUpdate>) {
        offered.withLock { offered in
            if offered.count + updates.count > most { offered = [] }
            offered.formUnion(updates)
        }
    }

    static func wasOffered(_ update: LockedUpdate) -> Bool {
        offered.withLock { $0.contains(update) }
    }
}
