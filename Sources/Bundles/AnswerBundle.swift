import Administration
public import ControlPlane
public import Fleet
import Policy
public import ServerRecords

/// What is said in an approval of a bundle, or in declining it.
public struct BundleAnswer: Hashable, Sendable, Codable {
    /// Why; declining needs it.
    public var reason: String?
    /// Whether policies hear the approval too: rules that wait for a person then bring the versions
    /// through their own rings. Without it the approved bundle goes where it is brought to.
    public var policiesToo: Bool?

    /// An answer.
    public init(reason: String? = nil, policiesToo: Bool? = nil) {
        self.reason = reason
        self.policiesToo = policiesToo
    }
}

extension UseCases {
    /// Approves a bundle as one. Where two people are asked for, the second of them lets it go.
    ///
    /// - Throws: `Refusal` `E_BUNDLE_SAME_PERSON`, `E_BUNDLE_STATE`, `E_NOT_FOUND`.
    public func approveBundle(
        _ id: BundleID, _ answer: BundleAnswer = BundleAnswer(), by principal: Principal
    ) async throws -> PatchBundle {
        try await say(true, of: id, answer, by: principal)
    }

    /// Declines a bundle as one: none of its versions is installed by anybody until it is approved
    /// after all, or each is.
    ///
    /// - Throws: `Refusal` `E_BUNDLE_REASON`, `E_BUNDLE_STATE`, `E_NOT_FOUND`.
    public func declineBundle(
        _ id: BundleID, _ answer: BundleAnswer, by principal: Principal
    ) async throws -> PatchBundle {
        try await say(false, of: id, answer, by: principal)
    }

    private func say(
        _ isApproval: Bool, of id: BundleID, _ answer: BundleAnswer, by principal: Principal
    ) async throws -> PatchBundle {
        try principal.require(.approve)
        let reason = try Self.checkedNote(answer.reason)
        guard isApproval || reason.contains(where: { !$0.isWhitespace }) else {
            throw Refusal(
                .malformed, "E_BUNDLE_REASON",
                "Whoever reads it later must know why the bundle is not installed.",
                nextStep: "Give a reason.")
        }
        let now = effects.now()
        return try await writeWaking { records, wakes in
            var bundle = try Self.bundle(id, in: principal.scope, records)
            try Self.requireNotRolledBack(bundle)
            let person = try records.person(behind: principal.name)
            var word = PatchBundle.Word(
                isApproval: isApproval, by: principal.name, person: person, at: now,
                reason: reason, approvals: [])
            try Self.check(word, of: bundle, in: records)
            // Who declines speaks of all; who approves takes back what declined it.
            var isHeard = !isApproval || answer.policiesToo == true
            for place in bundle.words.indices
            where bundle.words[place].isOver != true && bundle.words[place].isApproval != isApproval
            {
                try Self.end(bundle.words[place], of: bundle, by: principal, at: now, in: records)
                isHeard = isHeard || !bundle.words[place].approvals.isEmpty
                bundle.words[place].isOver = true
            }
            if !isApproval || answer.policiesToo == true {
                word.approvals = try self.store(word, of: bundle, at: now, in: records)
            }
            bundle.words.append(word)
            let count = bundle.standingApprovals.count
            bundle.state =
                !isApproval
                ? .declined : count >= bundle.approvers ? .approved : .awaitingSecondPerson
            try records.update(bundle)
            try self.appendAudit(
                isApproval ? "bundle.approved" : "bundle.declined", subject: id.text,
                sentence: bundle.sentence(of: word), actor: principal.name,
                tenant: bundle.tenant, in: records, at: now)
            guard isHeard else { return bundle }
            try self.decisionsChanged(
                for: bundle.tenant, by: principal.name, in: records, at: now, waking: &wakes)
            return bundle
        }
    }

    private static func check(
        _ word: PatchBundle.Word, of bundle: PatchBundle, in records: any Records
    ) throws {
        guard bundle.words.count < mostBundleWords else {
            throw wrongState(bundle, "so much has been said of it that no more is taken")
        }
        switch bundle.state {
        case .proposed: return
        case .approved where !word.isApproval, .declined where word.isApproval: return
        case .approved: throw wrongState(bundle, "it is approved already")
        case .declined: throw wrongState(bundle, "it is declined already")
        case .awaitingSecondPerson:
            guard word.isApproval else { return }
            for earlier in bundle.standingApprovals
            where try !records.areTwoPeople(earlier.by, word.by) {
                throw Refusal(
                    .conflict, "E_BUNDLE_SAME_PERSON",
                    "Two people must approve the bundle, and one person is one, by whatever name or "
                        + "token.", nextStep: "Ask somebody else with the right to approve.")
            }
        }
    }

    /// The most words about one bundle: nobody turns round more often than that.
    private static let mostBundleWords = 50

    /// Stores a word for policies, a line each.
    private func store(
        _ word: PatchBundle.Word, of bundle: PatchBundle, at now: Timestamp, in records: any Records
    ) throws -> [ApprovalID] {
        let note = "The bundle \(bundle.title)." + (word.reason.isEmpty ? "" : " \(word.reason)")
        let verdict: ApprovalByHand.Verdict = word.isApproval ? .approved : .declined(reason: note)
        return try records.bundleLines(bundle.id, in: .tenant(bundle.tenant)).map { line in
            let record = ApprovalRecord(
                id: effects.newIdentifier(), place: .tenant(bundle.tenant),
                word: ApprovalByHand(
                    verdict,
                    updates: UpdateSelector(package: Glob(line.package), version: line.version),
                    level: .tenant, person: word.person, at: now), note: note)
            try records.insert(record)
            return record.id
        }
    }

    /// Takes back what a word said to policies.
    private static func end(
        _ word: PatchBundle.Word, of bundle: PatchBundle, by principal: Principal,
        at now: Timestamp, in records: any Records
    ) throws {
        for id in word.approvals {
            guard var record = try records.approval(id, in: .tenant(bundle.tenant)),
                record.endedAt == nil
            else { continue }
            (record.endedAt, record.endedBy) = (now, principal.name)
            try records.update(record)
        }
    }

    // MARK: What all parts ask

    static func bundle(
        _ id: BundleID, in scope: Scope, _ records: any Records
    ) throws -> PatchBundle {
        guard let bundle = try records.bundle(id, in: scope) else {
            throw Refusal.notFound("bundle")
        }
        return bundle
    }

    static func requireNotRolledBack(_ bundle: PatchBundle) throws {
        guard bundle.rolledBackAt == nil else {
            throw wrongState(bundle, "it was rolled back, and its versions are blocked")
        }
    }

    static func wrongState(_ bundle: PatchBundle, _ why: String) -> Refusal {
        Refusal(
            .conflict, "E_BUNDLE_STATE", "With \(bundle.title) that cannot be done: \(why).",
            nextStep: "Look how it stands: patchbay bundle show \(bundle.title).")
    }
}

extension PatchBundle {
    fileprivate func sentence(of word: Word) -> String {
        let verb = word.isApproval ? "Approved" : "Declined"
        let count = standingApprovals.count
        let people = word.isApproval && approvers > 1 ? ", \(count) of \(approvers) people" : ""
        let heard = word.isApproval && !word.approvals.isEmpty ? ", for policies too" : ""
        let why = word.reason.isEmpty ? "" : " Why: \(word.reason)"
        return "\(verb) the bundle \(title)\(people)\(heard).\(why)"
    }
}
