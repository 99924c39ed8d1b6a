package import ControlPlane
import Fleet
import Policy
import ServerRecords

/// An accepted risk on its way to its end: one that people asked for, or one of a policy's text.
private struct WatchedRisk {
    /// What tells it and this end of it from all others.
    let subject: String
    let risk: RiskException

    init(_ risk: RiskException, called name: String) {
        self.risk = risk
        subject = "\(name) \(risk.expiresAt.wholeSeconds)"
    }

    /// How long before its end whoever answers for it is told: a week, so that a working week is
    /// left to look again; of a short one a quarter, so that it is not told as soon as it begins.
    private var lead: Int64 {
        min(UseCases.exceptionLeadSeconds, risk.expiresAt.seconds(since: risk.startsAt) / 4)
    }

    /// What is to be told of it at an instant; `nil` for nothing.
    func kind(at now: Timestamp) -> Alert.Kind? {
        if now >= risk.expiresAt {
            // What ended long ago was told then, or before there were such alerts.
            return now < risk.expiresAt.adding(seconds: UseCases.exceptionEndToldSeconds)
                ? .exceptionEnded : nil
        }
        return now >= risk.expiresAt.adding(seconds: -lead) ? .exceptionEnding : nil
    }

    func sentence(_ kind: Alert.Kind, on endpoints: Int) -> String {
        let noun = endpoints == 1 ? "endpoint" : "endpoints"
        let end = risk.expiresAt.wholeSeconds
        return kind == .exceptionEnding
            ? "The exception “\(risk.name)”, which \(risk.owner) answers for, ends at \(end): what "
                + "it keeps back on \(endpoints) \(noun) is decided again then."
            : "The exception “\(risk.name)”, which \(risk.owner) answered for, ended at \(end): "
                + "what it kept back is open again on \(endpoints) \(noun)."
    }
}

extension UseCases {
    /// How long before its end an accepted risk is told, in seconds: seven days.
    package static let exceptionLeadSeconds: Int64 = 7 * 86_400
    /// How long after its end it is still told that one has ended, in seconds: 30 days, so that a
    /// server that was away tells it when it is back, and one that is renewed does not tell of
    /// years.
    package static let exceptionEndToldSeconds: Int64 = 30 * 86_400

    /// Raises an alert for each accepted risk that ends soon, and one when it has ended, each once;
    /// an alert about what is not so any more ends by itself. What has ended is decided again at
    /// once.
    package func watchExceptions() async throws {
        let now = effects.now()
        let tenants = try await ledger.read { try $0.tenants(in: .provider).map(\.id) }
        for owner in tenants.map({ Optional($0) }) + [nil] {
            // Who is concerned is counted before anything is written, which holds everybody up.
            let counts = try await ledger.read { records -> [String: Int]? in
                let news = try self.news(of: owner, at: now, in: records)
                guard !news.isEmpty else { return nil }
                let pairs = try news.fresh.map {
                    (
                        $0.1.subject,
                        try self.endpoints(keptFrom: $0.1, of: owner, at: now, in: records)
                    )
                }
                return Dictionary(pairs) { first, _ in first }
            }
            guard let counts else { continue }
            try await writeWaking { records, wakes in
                let news = try self.news(of: owner, at: now, in: records)
                for alert in news.over { try self.end(alert, at: now, in: records) }
                var hasEnded = false
                for (kind, watched) in news.fresh {
                    // What has come since is told in the next look.
                    guard let count = counts[watched.subject] else { continue }
                    try self.raise(kind, about: watched, on: count, of: owner, at: now, in: records)
                    hasEnded = hasEnded || kind == .exceptionEnded
                }
                guard hasEnded else { return }
                try self.decisionsChanged(
                    for: owner, by: Self.watcher, in: records, at: now, waking: &wakes)
            }
        }
    }

    private static let watcher = "system"

    /// What is to be told, and what is not so any more.
    private struct ExceptionNews {
        var fresh: [(Alert.Kind, WatchedRisk)] = []
        var over: [Alert] = []
        var isEmpty: Bool { fresh.isEmpty && over.isEmpty }
    }

    private func news(
        of owner: TenantID?, at now: Timestamp, in records: any Records
    ) throws -> ExceptionNews {
        let watched = try watched(of: owner, in: records)
        var news = ExceptionNews()
        for kind in [Alert.Kind.exceptionEnding, .exceptionEnded] {
            let current = watched.filter { $0.kind(at: now) == kind }
            let subjects = Set(current.map(\.subject))
            // That one has ended stays for a person to acknowledge, as long as it is there.
            let known = kind == .exceptionEnded ? Set(watched.map(\.subject)) : subjects
            news.over += try records.openAlerts(kind, of: owner)
                .filter { !known.contains($0.subject) }
            for one in current
            where try records.alert(kind, about: one.subject, of: owner) == nil {
                news.fresh.append((kind, one))
            }
        }
        return news
    }

    /// The accepted risks of a tenant, or the provider's own.
    private func watched(of owner: TenantID?, in records: any Records) throws -> [WatchedRisk] {
        let names = try DirectoryNames(scope: .provider, records: records)
        // The provider's own hold for every tenant, so that any tenant's list has them.
        guard let tenant = try owner ?? records.tenants(in: .provider).first?.id else { return [] }
        let requested = try records.exceptions(holdingFor: tenant).compactMap { record in
            guard record.place.tenant == owner, let approver = record.approvedBy,
                let risk = try? record.exception(approver: approver, names)
            else { return WatchedRisk?.none }
            return WatchedRisk(risk, called: record.id.text)
        }
        let written = try policyShelf.policies(of: tenant, in: records)
            .filter { $0.place.tenant == owner }.flatMap { record in
                record.exceptions.map { WatchedRisk($0, called: "\(record.name)/\($0.name)") }
            }
        return requested + written
    }

    private func raise(
        _ kind: Alert.Kind, about watched: WatchedRisk, on count: Int, of owner: TenantID?,
        at now: Timestamp, in records: any Records
    ) throws {
        let alert = Alert(
            id: effects.newIdentifier(), tenant: owner, kind: kind, subject: watched.subject,
            sentence: watched.sentence(kind, on: count), endpoints: count, raisedAt: now)
        guard try records.insert(alert) else { return }
        try appendAudit(
            "alert.raised", subject: alert.id.text, sentence: alert.sentence,
            actor: Self.watcher, tenant: owner, in: records, at: now)
    }

    private func end(_ alert: Alert, at now: Timestamp, in records: any Records) throws {
        var alert = alert
        (alert.acknowledgedAt, alert.acknowledgedBy) = (now, Self.watcher)
        try records.update(alert)
        try appendAudit(
            "alert.acknowledged", subject: alert.id.text,
            sentence: "It is over: \(alert.sentence)", actor: Self.watcher,
            tenant: alert.tenant, in: records, at: now)
    }

    /// How many endpoints of a tenant, or of all, miss an update that a risk is about.
    private func endpoints(
        keptFrom watched: WatchedRisk, of owner: TenantID?, at now: Timestamp,
        in records: any Records
    ) throws -> Int {
        let tenants = try owner.map { [$0] } ?? records.tenants(in: .provider).map(\.id)
        return try tenants.reduce(0) {
            try $0 + endpoints(keptFrom: watched.risk, of: $1, at: now, in: records)
        }
    }

    /// How many endpoints of a tenant miss an update that a risk is about.
    private func endpoints(
        keptFrom risk: RiskException, of tenant: TenantID, at now: Timestamp,
        in records: any Records
    ) throws -> Int {
        var desk = try EndpointDecisions(
            of: tenant, in: records, at: now, isForMany: true, by: self)
        var count = 0
        try eachEndpoint(of: tenant, in: records) { endpoint in
            let posture = try records.posture(of: endpoint.id, tenant: tenant)
            guard let posture, !posture.updates.isEmpty else { return }
            let subject = try desk.subject(endpoint, facts: posture.endpoint)
            guard risk.concerns(subject, at: now) else { return }
            if try desk.decide(endpoint).updates.contains(where: { risk.isAbout($0.subject) }) {
                count += 1
            }
        }
        return count
    }
}

extension RiskException {
    /// Whether a missing update is one that it is about: by its package, and by one of the
    /// vulnerabilities where it names some.
    fileprivate func isAbout(_ subject: UpdateSubject) -> Bool {
        let isNamed =
            package.map {
                $0.matches(subject.update.name) || (subject.source.map($0.matches) ?? false)
            } ?? true
        guard isNamed, !vulnerabilities.isEmpty else { return isNamed }
        return (subject.vulnerabilities ?? []).contains {
            vulnerabilities.contains($0.uppercased())
        }
    }
}
