import Calendar
public import ControlPlane
public import Fleet
import Policy
public import ServerRecords
import Trust

extension UseCases {
    /// Declares who is on duty. In managed mode it is signed at once; in sealed mode it waits for
    /// operators, and no endpoint has it before.
    ///
    /// - Throws: `Refusal` `E_DUTY_TIME`, `E_DUTY_PERSON`, `E_DUTY_WINDOW`, `E_DUTY_LIMIT` with what
    ///   is wrong; `E_TRUST_NO_ROOT` without a trust root.
    public func declareDuty(_ wish: DutyWish, by principal: Principal) async throws -> DutySummary {
        try principal.require(.deploy)
        guard let tenant = try principal.tenant(for: wish.tenant) else {
            throw Refusal(
                .malformed, "E_TENANT", "A duty is one tenant's.", nextStep: "Name the tenant.")
        }
        let now = effects.now()
        let duty = try Self.duty(wish, by: principal, at: now.wholeSeconds)
        return try await writeWaking { records, wakes in
            guard try !records.tenants(in: .tenant(tenant)).isEmpty else {
                throw Refusal.notFound("tenant")
            }
            try self.checkWindows(of: duty, tenant, in: records)
            let known = try self.knownDocuments(Duty.self, of: .tenant(tenant), in: records)
            let names = Set(known.map(\.name))
            let name = Self.freeName(at: now, besides: names)
            try self.checkRoom(forDuty: name, beside: known, at: now)
            let document = SignedDocument(
                DocumentHeading(
                    name: name, version: 1,
                    scope: .tenant(tenant), issuedAt: now.wholeSeconds, expiresAt: duty.until),
                duty)
            return try self.sign(
                document, "duty.declare",
                "\(duty.person) is on duty from \(duty.from) until \(duty.until)\(duty.forWindows).",
                by: principal, in: records, at: now, waking: &wakes)
        }
    }

    /// Ends a duty: nothing starts any more by it. What has started goes on.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND`; `E_DUTY_OVER` when it is over already.
    public func endDuty(
        _ name: String, of tenant: TenantID?, by principal: Principal
    ) async throws -> DutySummary {
        try principal.require(.deploy)
        guard let tenant = try principal.tenant(for: tenant) else {
            throw Refusal(
                .malformed, "E_TENANT", "A duty is one tenant's.", nextStep: "Name the tenant.")
        }
        let now = effects.now()
        return try await writeWaking { records, wakes in
            let known = try self.knownDocuments(Duty.self, of: .tenant(tenant), in: records)
            guard let newest = known.newest(named: name),
                let former = try? newest.read(as: Duty.self)
            else { throw Refusal.notFound("duty") }
            var duty = former.body
            let end = max(duty.from, min(duty.until, now.wholeSeconds))
            guard now < former.heading.expiresAt, end < duty.until else { throw Self.isOver }
            duty.until = end
            // It must be believed for as long as the one that it takes the place of.
            let document = SignedDocument(
                DocumentHeading(
                    name: name, version: newest.version + 1, scope: .tenant(tenant),
                    issuedAt: now.wholeSeconds, expiresAt: former.heading.expiresAt), duty)
            return try self.sign(
                document, "duty.end", "\(duty.person) is not on duty any more.",
                by: principal, in: records, at: now, waking: &wakes)
        }
    }

    /// The duties of a tenant that are not over, with the windows that need somebody.
    ///
    /// `past` shows those too that are over and have not been forgotten.
    public func duties(
        of tenant: TenantID?, past: Bool = false, by principal: Principal
    ) async throws -> DutyRoster {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        return try await ledger.read { records in
            var (items, windows): ([DutySummary], Set<String>) = ([], [])
            let waiting = try records.unsignedDocuments(in: scope).map(\.document)
                .filter { $0.type == Duty.type }
            for tenant in try records.tenants(in: scope).map(\.id) {
                windows.formUnion(try self.staffedWindows(of: tenant, in: records))
                let own = waiting.filter { $0.scope.tenant == tenant }
                items += try self.signedDuties(of: tenant, in: records)
                    .map { try DutySummary($0.stored, $0.document, isSigned: true, at: now) }
                items += try own.map {
                    try DutySummary($0, $0.read(as: Duty.self), isSigned: false, at: now)
                }
            }
            let shown = past ? items : items.filter { $0.state != .over }
            return DutyRoster(
                items: shown.sorted {
                    ($0.from, $0.name, $0.version) < ($1.from, $1.name, $1.version)
                },
                windows: windows.sorted())
        }
    }

    /// The windows of a tenant's policies that need somebody on duty.
    private func staffedWindows(of tenant: TenantID, in records: any Records) throws -> Set<String>
    {
        let policies = try policyShelf.policies(of: tenant, in: records)
        return Set(policies.flatMap(\.policy.windows).filter { $0.staffing == .onDuty }.map(\.name))
    }

    private func checkWindows(
        of duty: Duty, _ tenant: TenantID, in records: any Records
    ) throws {
        guard let windows = duty.windows else { return }
        let staffed = try staffedWindows(of: tenant, in: records)
        guard let unknown = windows.first(where: { !staffed.contains($0) }) else { return }
        throw Refusal(
            .malformed, "E_DUTY_WINDOW",
            "No window “\(PlainText.line(unknown, atMost: 63))” of the tenant's policies needs "
                + "somebody on duty.",
            nextStep: staffed.isEmpty
                ? "Write “staffed: true” into a window first."
                : "These do: \(staffed.sorted().joined(separator: ", ")).")
    }

    /// What is wished, where it makes sense.
    private static func duty(
        _ wish: DutyWish, by principal: Principal, at now: Timestamp
    ) throws -> Duty {
        // A script's token is nobody who could be there.
        guard wish.person != nil || !ActorName.isToken(principal.name) else {
            throw Refusal(
                .malformed, "E_DUTY_PERSON", "Nobody is named who is on duty.",
                nextStep: "Name the person.")
        }
        guard wish.windows.map({ !$0.isEmpty }) ?? true else {
            throw Refusal(
                .malformed, "E_DUTY_WINDOW", "The duty is for no window.",
                nextStep:
                    "Name windows, or leave them out: then it is for each that needs somebody.")
        }
        let own = principal.name.split(separator: ":", maxSplits: 1).last.map(String.init)
        let person = (wish.person ?? own ?? principal.name).trimmed
        let from = max(wish.from?.wholeSeconds ?? now, now)
        let duty = Duty(
            person, from: from, until: wish.until.wholeSeconds,
            windows: wish.windows)
        func wrong(_ message: String, _ nextStep: String) -> Refusal {
            Refusal(.malformed, "E_DUTY_TIME", message, nextStep: nextStep)
        }
        guard from < duty.until else {
            throw wrong(
                "The duty would end before it begins, or has ended.", "Give a later end.")
        }
        guard duty.until.seconds(since: from) <= Duty.maximumSeconds else {
            throw wrong(
                "A duty lasts \(Duty.maximumSeconds / 86_400) days at most.",
                "Declare each person's time by itself.")
        }
        guard from.seconds(since: now) <= Duty.maximumAheadSeconds else {
            throw wrong(
                "A duty is declared \(Duty.maximumAheadSeconds / 86_400) days ahead at most.",
                "Declare it later.")
        }
        if let fault = duty.fault {
            throw Refusal(
                .malformed, "E_DUTY_PERSON", "The duty cannot be taken: \(fault).",
                nextStep: "Name the person, and windows by their names.")
        }
        return duty
    }

    private static let isOver = Refusal(
        .conflict, "E_DUTY_OVER", "The duty is over.", nextStep: "There is nothing to end.")

    /// A name that no other duty of the tenant has.
    private static func freeName(at now: Timestamp, besides names: Set<String>) -> String {
        let base = "duty-\(now.milliseconds / 1000)"
        var (name, count) = (base, 1)
        while names.contains(name) {
            count += 1
            name = "\(base)-\(count)"
        }
        return name
    }

    private func sign(
        _ document: SignedDocument<Duty>, _ action: String, _ sentence: String,
        by principal: Principal, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws -> DutySummary {
        guard let root = try heldRoot(in: records) else { throw Self.noRoot }
        guard let tenant = document.heading.scope.tenant else { throw Refusal.notFound("tenant") }
        let envelope: Envelope
        do {
            envelope = try document.envelope()
        } catch {
            throw Refusal(
                .malformed, "E_DUTY_PERSON", "The duty cannot be taken: \(error.message)",
                nextStep: "Name the person, and windows by their names.")
        }
        let isSigned = try sign(
            SigningWish(document, actor: principal.name, reason: sentence),
            under: root, in: records, at: now, waking: &wakes)
        try appendAudit(
            action, subject: document.heading.name,
            sentence: isSigned ? sentence : "It waits for signatures that \(sentence)",
            actor: principal.name,
            tenant: tenant, in: records, at: now)
        decisionBoard.forget()
        wakes.insert(SignalSubject.decisions(of: tenant))
        return try DutySummary(
            StoredDocument(document, envelope), document, isSigned: isSigned, at: now)
    }
}

extension Duty {
    /// ` for the window weekend`; nothing where it is for all.
    fileprivate var forWindows: String {
        guard let windows else { return "" }
        let word = windows.count == 1 ? "window" : "windows"
        return " for the \(word) \(windows.joined(separator: ", "))"
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
