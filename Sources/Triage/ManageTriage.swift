public import ControlPlane
public import Fleet
public import ServerRecords

extension UseCases {
    /// The longest text of a note, in characters: a page.
    public static let longestTriageNote = 4_000
    /// How much of it the audit log tells, in characters.
    private static let noteTold = 500

    /// Asks an endpoint for evidence at its next check-in. Where it has been asked already and has
    /// not answered, that request stands. Where no triage is open, one is opened.
    ///
    /// - Parameters:
    ///   - id: the endpoint.
    ///   - why: why, in one sentence.
    ///   - principal: who asks.
    /// - Returns: the triage.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_ENDPOINT_RETIRED`, `E_TRIAGE_NOTE`.
    public func askForEvidence(
        of id: EndpointID, because why: String, by principal: Principal
    ) async throws -> TriageItem {
        try principal.require(.manageEndpoints)
        try Self.check(note: why)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard let endpoint = try records.endpoint(id, in: principal.scope) else {
                throw Refusal.notFound("endpoint")
            }
            guard endpoint.retiredAt == nil else {
                throw Refusal(
                    .conflict, "E_ENDPOINT_RETIRED", "\(endpoint.name) is retired.",
                    nextStep: "Enrol it again with a new enrolment token if it should be managed.")
            }
            let known = try self.triages(of: id, tenant: endpoint.tenant, in: records)
            let open = known.first(where: \.isOpen)
            var triage =
                open
                ?? TriageRecord(
                    id: self.effects.newIdentifier(), tenant: endpoint.tenant, endpoint: id,
                    openedAt: now, openedBy: principal.name)
            // A request under way stands: another would only be answered later.
            if !triage.needsEvidence {
                triage.ask = TriageRecord.Ask(
                    id: self.effects.newIdentifier(), at: now, by: principal.name, why: why)
                triage.evidenceMetAt = nil
                if open == nil { try records.insert(triage) } else { try records.update(triage) }
            }
            try self.appendAudit(
                "evidence.asked", subject: triage.id.text,
                sentence: "Asked \(endpoint.name) for evidence: "
                    + PlainText.line(why, atMost: Self.noteTold),
                actor: principal.name, tenant: endpoint.tenant, in: records, at: now)
            try self.settleForensics(of: endpoint, in: records, waking: &wakes)
            return TriageItem(triage, of: endpoint.name, at: now)
        }
    }

    /// Notes which endpoints, accounts and data a triage is about.
    ///
    /// - Parameters:
    ///   - id: the triage.
    ///   - text: the scope.
    ///   - principal: who notes it.
    /// - Returns: the triage.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_TRIAGE_NOTE`, `E_TRIAGE_ENDED`.
    public func noteScope(
        of id: TriageID, _ text: String, by principal: Principal
    ) async throws -> TriageItem {
        try principal.require(.manageEndpoints)
        try Self.check(note: text)
        return try await change(id, by: principal) { triage, _, now in
            guard triage.isOpen else { throw Self.triageEnded }
            triage.scope = TriageRecord.Note(text: text, by: principal.name, at: now)
            return (
                "triage.scoped",
                "Noted the scope of the triage: " + PlainText.line(text, atMost: Self.noteTold)
            )
        }
    }

    /// Gives the verdict of a triage, or another one than before: that is how an endpoint is cleared
    /// on which traces were found.
    ///
    /// - Parameters:
    ///   - id: the triage.
    ///   - verdict: the verdict.
    ///   - note: why; must say something unless nothing was found.
    ///   - principal: who gives it.
    /// - Returns: the triage.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_TRIAGE_NOTE`, `E_TRIAGE_ENDED`.
    public func giveVerdict(
        on id: TriageID, _ verdict: TriageRecord.Verdict, note: String, by principal: Principal
    ) async throws -> TriageItem {
        try principal.require(.deploy)
        try Self.check(note: note, mayBeEmpty: verdict == .noTraces)
        return try await change(id, by: principal) { triage, endpoint, now in
            guard triage.isOpen || triage.ending == .decided else { throw Self.triageEnded }
            // Whoever clears an endpoint on which traces were found says why.
            if triage.verdict == .traces { try Self.check(note: note) }
            triage.verdict = verdict
            triage.decision = TriageRecord.Note(text: note, by: principal.name, at: now)
            triage.ending = .decided
            triage.endedAt = triage.endedAt ?? now
            let told = note.isEmpty ? "" : " " + PlainText.line(note, atMost: Self.noteTold)
            return ("triage.decided", "\(verdict.sentence(of: endpoint.name))\(told)")
        }
    }

    private func change(
        _ id: TriageID, by principal: Principal,
        _ body:
            @escaping @Sendable (inout TriageRecord, EndpointRecord, Timestamp) throws -> (
                action: String, sentence: String
            )
    ) async throws -> TriageItem {
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard var triage = try records.triage(id, in: principal.scope),
                let endpoint = try records.endpoint(triage.endpoint, in: principal.scope)
            else { throw Refusal.notFound("triage") }
            let had = triage.verdict
            let (action, sentence) = try body(&triage, endpoint, now)
            try records.update(triage)
            try self.appendAudit(
                action, subject: id.text, sentence: sentence, actor: principal.name,
                tenant: triage.tenant, in: records, at: now)
            try self.endTriageAlerts(of: triage, by: principal.name, at: now, in: records)
            if triage.verdict == .traces, had != .traces {
                try self.raiseAlert(
                    .tracesFound, about: id.text, sentence, of: triage.tenant, at: now,
                    in: records)
            } else if triage.verdict != .traces, had == .traces {
                try self.endAlert(
                    .tracesFound, about: id.text, of: triage.tenant, by: Self.triageWatcher,
                    at: now, in: records)
            }
            try self.settleForensics(of: endpoint, in: records, waking: &wakes)
            return TriageItem(triage, of: endpoint.name, at: now)
        }
    }

    private static let triageEnded = Refusal(
        .conflict, "E_TRIAGE_ENDED", "The triage is over.",
        nextStep: "Ask the endpoint for evidence to begin another.")

    private static func check(note: String, mayBeEmpty: Bool = false) throws(Refusal) {
        let isEmpty = !note.contains { !$0.isWhitespace }
        guard note.count <= longestTriageNote, mayBeEmpty || !isEmpty else {
            throw Refusal(
                .malformed, "E_TRIAGE_NOTE",
                "A note says what was found, in 1 to \(longestTriageNote) characters.",
                nextStep: "Write what was looked at and what was seen.")
        }
    }
}

extension TriageRecord.Verdict {
    /// The verdict on an endpoint, in one sentence.
    public func sentence(of endpoint: String) -> String {
        switch self {
        case .noTraces: "No traces of an attack were found on \(endpoint)."
        case .traces:
            "Traces of an attack were found on \(endpoint): isolate it, and do not patch it before "
                + "it is imaged; nothing is installed on it."
        case .undetermined: "Whether \(endpoint) was attacked could not be told."
        }
    }
}
