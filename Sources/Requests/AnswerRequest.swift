import Administration
public import ControlPlane
public import Fleet
import Rollout
public import ServerRecords

/// What is said in an answer to a request.
public struct RequestAnswer: Hashable, Sendable, Codable {
    /// In words; a refusal needs them.
    public var reason: String?
    /// Whether who grants a run accepts that a part of it cannot be undone.
    public var acceptsNoWayBack: Bool?

    /// An answer.
    public init(reason: String? = nil, acceptsNoWayBack: Bool? = nil) {
        self.reason = reason
        self.acceptsNoWayBack = acceptsNoWayBack
    }
}

extension UseCases {
    /// Grants a request: what was asked for is done in the granter's name, by the rules that hold
    /// for the granter. It takes somebody else than who asked.
    ///
    /// The request is taken first, so that two who grant it at once do it once; if what was asked
    /// for is refused then, it waits again.
    ///
    /// - Throws: `Refusal` `E_REQUEST_SAME_PERSON`, `E_REQUEST_STATE`, `E_NOT_FOUND`, and whatever
    ///   the approval or the run is refused with.
    public func grantRequest(
        _ id: RequestID, _ answer: RequestAnswer = RequestAnswer(), by principal: Principal
    ) async throws -> RequestRecord {
        try principal.require(.approve)
        let words = try Self.checkedNote(answer.reason)
        let now = effects.now()
        var taken = try await ledger.write { records in
            var request = try Self.waiting(id, for: principal, at: now, in: records)
            guard try records.areTwoPeople(request.requestedBy, principal.name) else {
                throw Refusal(
                    .conflict, "E_REQUEST_SAME_PERSON", "Nobody grants what they ask for.",
                    nextStep: "Ask somebody else with the right to approve.")
            }
            request.state = .granted
            (request.answeredBy, request.answeredAt) = (principal.name, now)
            request.answer = words.isEmpty ? nil : words
            try records.update(request)
            return request
        }
        do {
            taken.outcome = try await carryOut(
                taken, acceptsNoWayBack: answer.acceptsNoWayBack, by: principal)
        } catch {
            try await release(taken)
            throw error
        }
        return try await conclude(taken, "granted", "Granted", by: principal, at: now)
    }

    /// Refuses a request, and says why.
    ///
    /// - Throws: `Refusal` `E_REQUEST_REASON`, `E_REQUEST_STATE`, `E_NOT_FOUND`.
    public func refuseRequest(
        _ id: RequestID, _ answer: RequestAnswer, by principal: Principal
    ) async throws -> RequestRecord {
        try principal.require(.approve)
        let words = try Self.checkedNote(answer.reason)
        guard words.contains(where: { !$0.isWhitespace }) else {
            throw Refusal(
                .malformed, "E_REQUEST_REASON", "Who asked must know why it is refused.",
                nextStep: "Give a reason.")
        }
        let now = effects.now()
        return try await end(id, .refused, words, by: principal, at: now)
    }

    /// Takes a request back: by who asked for it only.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_REQUEST_STATE`, `E_NOT_FOUND`.
    public func withdrawRequest(
        _ id: RequestID, by principal: Principal
    ) async throws -> RequestRecord {
        try principal.require(.request)
        return try await end(id, .withdrawn, nil, by: principal, at: effects.now())
    }

    // MARK: Parts

    private static func waiting(
        _ id: RequestID, for principal: Principal, at now: Timestamp, in records: any Records
    ) throws -> RequestRecord {
        guard let request = try records.request(id, in: principal.scope) else {
            throw Refusal.notFound("request")
        }
        guard request.state == .waiting || request.isUnfinished(at: now) else {
            throw Refusal(
                .conflict, "E_REQUEST_STATE", "The request is \(request.state.rawValue) already.",
                nextStep: "Ask again when it is still wanted.")
        }
        return request
    }

    /// Does what was asked for, and tells the identifier of what came of it.
    private func carryOut(
        _ request: RequestRecord, acceptsNoWayBack: Bool?, by principal: Principal
    ) async throws -> String {
        if var run = request.run {
            run.acceptsNoWayBack = acceptsNoWayBack
            return try await approve(run, by: principal).id.text
        }
        let updates = request.updates ?? RequestedUpdates()
        let draft = ApprovalDraft(
            .approve, tenant: request.tenant, level: updates.level, place: updates.place,
            endpoints: updates.endpoints, package: updates.package, version: updates.version,
            vulnerability: updates.vulnerability, reason: request.reason)
        return try await decide(draft, by: principal).record.id.text
    }

    private func release(_ taken: RequestRecord) async throws {
        try await ledger.write { records in
            var request = taken
            request.state = .waiting
            (request.answeredBy, request.answeredAt, request.answer) = (nil, nil, nil)
            try records.update(request)
        }
    }

    private func conclude(
        _ request: RequestRecord, _ verb: String, _ word: String, by principal: Principal,
        at now: Timestamp
    ) async throws -> RequestRecord {
        try await ledger.write { records in
            try records.update(request)
            try self.auditAnswer(request, verb, word, by: principal, at: now, in: records)
        }
        return request
    }

    private func end(
        _ id: RequestID, _ state: RequestRecord.State, _ words: String?,
        by principal: Principal, at now: Timestamp
    ) async throws -> RequestRecord {
        try await ledger.write { records in
            var request = try Self.waiting(id, for: principal, at: now, in: records)
            if state == .withdrawn,
                try records.person(behind: request.requestedBy)
                    != records.person(behind: principal.name)
            {
                throw Refusal(
                    .forbidden, "E_FORBIDDEN", "Only who asked takes a request back.",
                    nextStep: "Refuse it, if you may approve.")
            }
            request.state = state
            (request.answeredBy, request.answeredAt, request.answer) = (principal.name, now, words)
            try records.update(request)
            let (verb, word) =
                state == .refused ? ("refused", "Refused") : ("withdrawn", "Took back")
            try self.auditAnswer(request, verb, word, by: principal, at: now, in: records)
            return request
        }
    }

    private func auditAnswer(
        _ request: RequestRecord, _ verb: String, _ word: String, by principal: Principal,
        at now: Timestamp, in records: any Records
    ) throws {
        let why = request.answer.map { " Why: \($0)" } ?? ""
        let outcome = request.outcome.map { " It became \($0)." } ?? ""
        try appendAudit(
            "request.\(verb)", subject: request.id.text,
            sentence: "\(word) what \(request.requestedBy) asked for: \(request.sentence)"
                + outcome + why, actor: principal.name, tenant: request.tenant, in: records,
            at: now)
    }
}
