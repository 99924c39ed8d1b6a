public import ControlPlane
public import Fleet
public import ServerRecords
import Verdicts

extension UseCases {
    /// The most own words of one place that count at once.
    static let mostOwnVerdicts = 1_000

    /// Says ok, caution or block of an update oneself: it comes before what any feed says, and in
    /// the place of an earlier word on the same.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_VERDICTS_ENTRY`, `E_VERDICTS_LIMIT`.
    public func sayVerdict(
        _ draft: VerdictDraft, by principal: Principal
    ) async throws -> VerdictItem {
        try principal.require(.approve)
        let place = try principal.tenant(for: draft.tenant)
        let now = effects.now()
        let said = UpdateVerdict(
            draft.verdict, package: draft.package, version: draft.version,
            vulnerability: draft.vulnerability, evidence: draft.reason, at: now)
        if let fault = said.fault {
            throw Refusal(
                .malformed, "E_VERDICTS_ENTRY", "The verdict cannot be used: \(fault).",
                nextStep: "Name the update, and give a reason in one line.")
        }
        let own = OwnVerdict(tenant: place, said, by: principal.name)
        return try await writeWaking { records, wakes in
            if let place, try records.tenants(in: .tenant(place)).isEmpty {
                throw Refusal.notFound("tenant")
            }
            let known = try records.ownVerdicts(in: Scope(place)).filter { $0.tenant == place }
            guard
                known.count < Self.mostOwnVerdicts
                    || known.contains(where: { $0.subject == own.subject })
            else {
                throw Refusal(
                    .conflict, "E_VERDICTS_LIMIT",
                    "There are \(Self.mostOwnVerdicts) own verdicts already.",
                    nextStep: "Take back those that are not needed.")
            }
            try records.save(own)
            try self.appendAudit(
                "verdict.said", subject: own.title,
                sentence: "Said \(said.verdict.rawValue) of \(own.title), before what feeds say: "
                    + said.evidence,
                actor: principal.name, tenant: place, in: records, at: now)
            try self.decisionsChanged(
                for: place, by: principal.name, in: records, at: now, waking: &wakes)
            return VerdictItem(said, feed: nil, person: principal.name, tenant: place)
        }
    }

    /// Takes one's own word back: feeds count again.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func withdrawVerdict(
        package: String?, version: String?, vulnerability: String?, of tenant: TenantID?,
        by principal: Principal
    ) async throws {
        try principal.require(.approve)
        let place = try principal.tenant(for: tenant)
        let now = effects.now()
        try await writeWaking { records, wakes in
            let own = try records.ownVerdicts(in: Scope(place)).first {
                $0.tenant == place && $0.verdict.package == package
                    && $0.verdict.version == version
                    && $0.verdict.vulnerability == vulnerability
            }
            guard let own else { throw Refusal.notFound("own verdict") }
            try records.remove(own)
            try self.appendAudit(
                "verdict.withdrawn", subject: own.title,
                sentence: "Took back the own verdict \(own.verdict.verdict.rawValue) of "
                    + "\(own.title); what feeds say counts again.",
                actor: principal.name, tenant: place, in: records, at: now)
            try self.decisionsChanged(
                for: place, by: principal.name, in: records, at: now, waking: &wakes)
        }
    }
}

extension OwnVerdict {
    /// What it is about, for people: `openssl 3.0.2`.
    fileprivate var title: String {
        [verdict.package, verdict.version, verdict.vulnerability].compactMap(\.self)
            .joined(separator: " ")
    }
}
