public import Administration
public import ControlPlane
public import Fleet
import Policy
public import ServerRecords

/// What somebody is about to say, before it is stored.
public struct ExclusionPreview: Hashable, Sendable, Codable {
    /// What is about to be kept back, in few words.
    public var about: String
    /// What would stay open because updates are not installed; `nil` for what lets them be
    /// installed, and where it is not known.
    public var leavesOpen: OpenRisks?
    /// That nothing in the fleet is meant by it now; `nil` when something is.
    public var warning: String?

    /// The figures as a sentence, and what else is to be known.
    public var sentence: String {
        [leavesOpen?.sentence ?? "It is not known what stays open by it.", warning]
            .compactMap(\.self).joined(separator: " ")
    }
}

extension UseCases {
    /// What has been said of updates, with what else is to be told to whoever says it. It is stored
    /// already, whatever becomes of the questions that this asks.
    ///
    /// - Parameters:
    ///   - item: what has been stored.
    ///   - principal: who said it.
    /// - Returns: the same, with its remarks.
    public func remarked(_ item: ApprovalItem, by principal: Principal) async -> ApprovalItem {
        var item = await withLeftOpen([item], by: principal).first ?? item
        item.warning = try? await warning(about: item.record, by: principal)
        return item
    }

    /// What people have said, each with what stays open by it; where that cannot be told, without.
    ///
    /// - Parameters:
    ///   - items: what they have said.
    ///   - principal: who asks, and sees no other endpoints than their own.
    /// - Returns: the same in the same order.
    public func withLeftOpen(
        _ items: [ApprovalItem], by principal: Principal
    ) async -> [ApprovalItem] {
        let now = effects.now()
        let exclusions = try? await ledger.read { records -> [Exclusion?] in
            let names = try DirectoryNames(scope: .provider, records: records)
            return items.map { Exclusion($0.record, names, at: now) }
        }
        guard let exclusions,
            let figures = try? await leftOpen(by: exclusions, seenBy: principal)
        else { return items }
        return zip(items, figures).map { item, open in
            var item = item
            item.leavesOpen = open
            return item
        }
    }

    /// What stays open by risks that are accepted or asked to be; without those of which it cannot
    /// be told.
    ///
    /// - Parameters:
    ///   - exceptions: the risks.
    ///   - principal: who asks, and sees no other endpoints than their own.
    /// - Returns: the figures by exception.
    public func openRisks(
        leftBy exceptions: [ExceptionRecord], seenBy principal: Principal
    ) async -> [ExceptionID: OpenRisks] {
        let now = effects.now()
        let exclusions = try? await ledger.read { records -> [Exclusion?] in
            let names = try DirectoryNames(scope: .provider, records: records)
            return exceptions.map { Exclusion($0, names, at: now) }
        }
        guard let exclusions,
            let figures = try? await leftOpen(by: exclusions, seenBy: principal)
        else { return [:] }
        var found: [ExceptionID: OpenRisks] = [:]
        for (record, open) in zip(exceptions, figures) { found[record.id] = open }
        return found
    }

    /// What would be if somebody said this of updates. Nothing is changed; a reason and a time may
    /// be missing yet.
    ///
    /// - Throws: `Refusal`, as `decide`.
    public func preview(
        _ draft: ApprovalDraft, by principal: Principal
    ) async throws -> ExclusionPreview {
        try principal.require(.approve)
        let now = effects.now()
        var whole = draft
        if whole.reason?.contains(where: { !$0.isWhitespace }) != true { whole.reason = "-" }
        if whole.verdict == .defer, whole.until == nil {
            whole.until = now.adding(seconds: 86_400)
        }
        let id: ApprovalID = effects.newIdentifier()
        let (record, exclusion) = try await ledger.read {
            [whole] records -> (ApprovalRecord, Exclusion?) in
            let record = try self.approval(of: whole, id, by: principal, at: now, in: records)
            let names = try DirectoryNames(scope: .provider, records: records)
            return (record, Exclusion(record, names, at: now))
        }
        return ExclusionPreview(
            about: Self.about(record.word.updates, record.word.updates.vulnerability),
            leavesOpen: try await leftOpen(by: [exclusion], seenBy: principal)[0],
            warning: try await warning(about: record, by: principal))
    }

    /// What would stay open if a risk were accepted. Nothing is changed; names and reasons may be
    /// missing yet.
    ///
    /// - Throws: `Refusal`, as `requestException`.
    public func preview(
        _ draft: ExceptionDraft, by principal: Principal
    ) async throws -> ExclusionPreview {
        try principal.require(.request)
        let now = effects.now()
        var whole = draft
        func filled(_ text: String) -> String { text.contains { !$0.isWhitespace } ? text : "-" }
        (whole.name, whole.owner) = (filled(draft.name), filled(draft.owner))
        (whole.reason, whole.compensatingControl) = (
            filled(draft.reason), filled(draft.compensatingControl)
        )
        let id: ExceptionID = effects.newIdentifier()
        let (record, exclusion) = try await ledger.read {
            [whole] records -> (ExceptionRecord, Exclusion?) in
            let record = try self.exception(of: whole, id, by: principal, at: now, in: records)
            let names = try DirectoryNames(scope: .provider, records: records)
            return (record, Exclusion(record, names, at: now))
        }
        let updates = UpdateSelector(package: record.package, versions: record.versions)
        return ExclusionPreview(
            about: Self.about(updates, record.vulnerabilities.joined(separator: ", ")),
            leavesOpen: try await leftOpen(by: [exclusion], seenBy: principal)[0],
            warning: try await warning(about: record, by: principal))
    }

    /// Which updates are meant, in few words.
    private static func about(_ updates: UpdateSelector, _ vulnerability: String?) -> String {
        [updates.package?.pattern, updates.versionWords, vulnerability].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: " ")
    }
}
