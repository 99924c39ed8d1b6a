public import Fleet

/// A stop: packages that must not be installed, whatever was granted.
public struct Hold: RoleDocument {
    /// The kind of document.
    public static let type = "hold"
    /// Whose keys sign it.
    public static let role = TrustRole.approval

    /// One package, or one version of it.
    public struct Entry: Hashable, Sendable, Codable {
        /// The package manager.
        public var manager: PackageManagerName
        /// The package's name.
        public var name: String
        /// The version that is held; `nil` for every version.
        public var version: String?

        /// A package, or one version of it.
        public init(manager: PackageManagerName, name: String, version: String? = nil) {
            self.manager = manager
            self.name = name
            self.version = version
        }
    }

    /// What is held; empty to lift a hold by a new version of it.
    public var entries: [Entry]
    /// Why, for people.
    public var reason: String

    /// The most entries of one hold.
    public static let maximumEntries = 1_000
    /// The longest reason, in bytes: a paragraph.
    static let maximumReasonBytes = 1_000

    /// A hold.
    public init(_ entries: [Entry], reason: String) {
        self.entries = entries
        self.reason = reason
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        if entries.count > Self.maximumEntries { return "it holds too many packages" }
        return reason.utf8.count > Self.maximumReasonBytes ? "its reason is too long" : nil
    }

    /// Whether a version of a package is held.
    public func covers(_ package: PackageKey, version: String) -> Bool {
        entries.contains {
            $0.manager == package.manager && $0.name == package.name
                && ($0.version ?? version) == version
        }
    }
}

/// A script that endpoints may run: its exact bytes.
public struct Script: RoleDocument {
    /// The kind of document.
    public static let type = "script"
    /// Whose keys sign it.
    public static let role = TrustRole.script

    /// The program that reads it, such as `/bin/sh`.
    public var interpreter: String
    /// The SHA-256 of the script in hexadecimal.
    public var sha256: String
    /// After how many seconds it is ended.
    public var timeoutSeconds: Int
    /// The script itself; `nil` where only its digest is signed, and then no endpoint can run it.
    public var text: String?

    /// The longest run, in seconds: one day.
    public static let maximumTimeoutSeconds = 86_400
    /// The longest script, in bytes: what asks whether a service works has a few hundred.
    public static let maximumScriptBytes = 65_536

    /// A script of which only the digest is known.
    public init(interpreter: String, sha256: String, timeoutSeconds: Int) {
        self.interpreter = interpreter
        self.sha256 = sha256
        self.timeoutSeconds = timeoutSeconds
    }

    /// A script.
    public init(interpreter: String, text: String, timeoutSeconds: Int) {
        self.init(
            interpreter: interpreter, sha256: Digest.sha256Hex(text),
            timeoutSeconds: timeoutSeconds)
        self.text = text
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        guard interpreter.hasPrefix("/"), interpreter.utf8.count <= Grant.maximumTextBytes else {
            return "its interpreter is not an absolute path"
        }
        guard Hex.decode(sha256)?.count == 32 else {
            return "its hash is not 64 hexadecimal digits"
        }
        if let text {
            guard (1...Self.maximumScriptBytes).contains(text.utf8.count) else {
                return "its text is not 1 to \(Self.maximumScriptBytes) bytes"
            }
            guard Digest.sha256Hex(text) == sha256 else {
                return "its hash is not that of its text"
            }
        }
        return (1...Self.maximumTimeoutSeconds).contains(timeoutSeconds)
            ? nil : "its timeout is not 1 to \(Self.maximumTimeoutSeconds) seconds"
    }
}

/// A release of the agent for one platform. Its heading's version only counts up, so that an agent
/// never goes back to a release with a known fault.
public struct AgentRelease: RoleDocument {
    /// The kind of document.
    public static let type = "release"
    /// Whose keys sign it.
    public static let role = TrustRole.release

    /// The release's number, such as `1.4.0`.
    public var number: String
    /// Operating system and architecture, such as `linux-amd64`.
    public var platform: String
    /// The SHA-256 of the program in hexadecimal.
    public var sha256: String
    /// The program's size in bytes.
    public var bytes: Int

    /// A release.
    public init(number: String, platform: String, sha256: String, bytes: Int) {
        self.number = number
        self.platform = platform
        self.sha256 = sha256
        self.bytes = bytes
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        if [number, platform].contains(where: { $0.isEmpty || $0.utf8.count > 64 }) {
            return "its number or platform is empty or too long"
        }
        guard Hex.decode(sha256)?.count == 32 else {
            return "its hash is not 64 hexadecimal digits"
        }
        return bytes > 0 ? nil : "its size is not above zero"
    }
}
