/// A stream of a package module, such as `nodejs:18`.
public struct ModuleStream: Hashable, Sendable {
    /// The module's name.
    public var name: String
    /// The stream.
    public var stream: String

    /// A module's stream.
    public init(name: String, stream: String) {
        self.name = name
        self.stream = stream
    }

    /// A label such as `nodejs:18`, with or without version, context and architecture behind; `nil`
    /// for what is none.
    public init?(label: some StringProtocol) {
        let parts = label.split(separator: ":")
        guard parts.count >= 2 else { return nil }
        self.init(name: String(parts[0]), stream: String(parts[1]))
    }
}

/// The mark that the builders of modules put into the releases of their packages:
/// `1.20.1-1.module+el8.8.0+19544+8d92fce4`, `1.module_el8.7.0+3500`.
public enum ModuleMark {
    private static let text = Array(".module".utf8)

    /// Whether a version is that of a module's package.
    public static func isIn(_ version: String) -> Bool {
        let bytes = version.utf8
        guard bytes.count > text.count else { return false }
        var matched = 0
        for byte in bytes {
            matched = byte == text[matched] ? matched + 1 : (byte == text[0] ? 1 : 0)
            if matched == text.count { return true }
        }
        return false
    }
}
