import ControlPlane
import Fleet
import Policy
import PolicyDocument
import ServerRecords

/// One thing to say about a policy's text, and where.
public struct PolicyRemark: Hashable, Sendable, Codable {
    /// Whether the text cannot be used because of it.
    public var isError: Bool
    /// The line, from 1.
    public var line: Int
    /// The column, from 1.
    public var column: Int
    /// What is wrong and, where it helps, what to write instead.
    public var message: String

    /// A remark.
    public init(isError: Bool, line: Int, column: Int, message: String) {
        self.isError = isError
        self.line = line
        self.column = column
        self.message = message
    }
}

/// A policy's text, read.
struct PolicyText {
    /// The value; `nil` when there are errors.
    let policy: PatchPolicy?
    /// The risks that it accepts.
    let exceptions: [RiskException]
    /// Errors and warnings, in the order of the text.
    let remarks: [PolicyRemark]
    /// Where its parts stand; `nil` when the text cannot be used.
    let spots: PolicySpots?

    /// The longest text, in bytes: 256 rules of 200 bytes come to a fifth of it.
    static let maximumBytes = 256 * 1024

    /// Reads the text of exactly one policy, as it stands among `others`.
    init(
        _ yaml: String, among others: [PatchPolicy], at now: Timestamp,
        isKnownZone: @escaping @Sendable (String) -> Bool
    ) {
        guard yaml.utf8.count <= Self.maximumBytes else {
            policy = nil
            spots = nil
            exceptions = []
            remarks = [
                PolicyRemark(
                    isError: true, line: 1, column: 1,
                    message: "the text has more than \(Self.maximumBytes / 1024) KiB")
            ]
            return
        }
        let file = PolicyFile.read(
            Array(yaml.utf8), named: "policy",
            in: PolicyFile.Surroundings(now: now, isKnownZone: isKnownZone, others: others))
        var remarks = file.diagnostics.map {
            PolicyRemark(
                isError: $0.severity == .error, line: $0.line, column: $0.column,
                message: $0.message)
        }
        if file.isUsable, file.policies.count != 1 {
            remarks.append(
                PolicyRemark(
                    isError: true, line: 1, column: 1,
                    message: "the text holds \(file.policies.count) policies; save each by itself"))
        }
        let isUsable = !remarks.contains(where: \.isError)
        policy = isUsable ? file.policies.first : nil
        spots = policy.flatMap { file.spots[$0.name] }
        exceptions = policy.flatMap { file.exceptions[$0.name] } ?? []
        self.remarks = remarks
    }

    /// The refusal of a text with errors: the first few of them.
    var refusal: Refusal {
        let errors = remarks.filter(\.isError)
        let lines = errors.prefix(Self.errorsTold).map { "\($0.line):\($0.column): \($0.message)" }
        let rest = errors.count > lines.count ? " (and \(errors.count - lines.count) more)" : ""
        return Refusal(
            .malformed, "E_POLICY_INVALID",
            "The policy cannot be used. " + lines.joined(separator: "; ") + rest,
            nextStep: "Correct the line and column that are named; nothing has been saved.")
    }

    /// How many errors a refusal repeats.
    private static let errorsTold = 5
}
