public import Fleet

/// A server asks an endpoint for evidence: the whole fixed set, now. It names no path, no command
/// and no section.
public struct EvidenceRequest: Hashable, Sendable, Codable {
    /// The name that the bundle will have; the same request is answered once.
    public var id: EvidenceID
    /// Why.
    public var reason: EvidenceReason
    /// The vulnerabilities that demand it; empty where a person just asks.
    public var vulnerabilities: [String]

    /// A request.
    public init(id: EvidenceID, reason: EvidenceReason, vulnerabilities: [String]) {
        self.id = id
        self.reason = reason
        self.vulnerabilities = vulnerabilities
    }
}

/// What a job's order says of evidence: these vulnerabilities, which its updates mend, demand that
/// the endpoint is examined before it is patched.
public struct EvidenceDemand: Hashable, Sendable, Codable {
    /// The vulnerabilities.
    public var vulnerabilities: [String]
    /// The start of the clock that demands it, the latest of several: evidence from before it does
    /// not show what has happened since.
    public var since: Timestamp

    /// A demand.
    public init(vulnerabilities: [String], since: Timestamp) {
        self.vulnerabilities = vulnerabilities
        self.since = since
    }
}

/// The server has a bundle.
public struct EvidenceReceipt: Hashable, Sendable, Codable {
    /// Which bundle.
    public var id: EvidenceID
    /// The SHA-256 of the bytes that it has.
    public var sha256: String
    /// How many they are.
    public var bytes: Int

    /// A receipt.
    public init(id: EvidenceID, sha256: String, bytes: Int) {
        self.id = id
        self.sha256 = sha256
        self.bytes = bytes
    }
}

/// The names of vulnerabilities as evidence carries them.
public enum EvidenceNames {
    /// Whether names that came from outside are few and short, and made of what such names are made
    /// of.
    public static func areRight(_ names: [String]) -> Bool {
        names.count <= EvidenceLimits.vulnerabilities && names.allSatisfy(isRight)
    }

    /// The names within their bounds.
    public static func bounded(_ names: [String]) -> [String] {
        Array(names.filter(isRight).prefix(EvidenceLimits.vulnerabilities))
    }

    private static func isRight(_ name: String) -> Bool {
        (1...EvidenceLimits.vulnerabilityBytes).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                // - . : _
                case 0x2D, 0x2E, 0x3A, 0x5F: true
                default: false
                }
            }
    }
}
