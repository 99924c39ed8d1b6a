public import ControlPlane
public import Policy
import PolicyDocument
public import ServerRecords

/// A policy's text, read: the value, and what is to be said about the text.
public struct PolicyReading: Sendable {
    /// The policy; `nil` when the text cannot be used.
    public var policy: PatchPolicy?
    /// The risks that it accepts.
    public var exceptions: [RiskException]
    /// Errors and warnings, in the order of the text.
    public var remarks: [PolicyRemark]

    /// The policy's canonical text; `nil` when the text cannot be used.
    public var canonical: String? {
        policy.map { PolicyWriter.yaml($0, accepting: exceptions) }
    }
}

extension UseCases {
    /// Whether operators must sign what is saved before endpoints go by it.
    public func operatorsMustSign(by principal: Principal) async throws -> Bool {
        try principal.require(.view)
        return try await ledger.read { records in
            try self.heldRoot(in: records)?.isSealed ?? false
        }
    }

    /// Reads a draft's text where it would stand, without asking what it would do.
    public func readPolicy(
        _ draft: PolicyDraft, by principal: Principal
    ) async throws -> PolicyReading {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            let text = try self.read(draft, by: principal, at: now, in: records).text
            return PolicyReading(
                policy: text.policy, exceptions: text.exceptions, remarks: text.remarks)
        }
    }
}
