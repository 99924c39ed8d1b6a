/// The name of a time zone in the IANA database: `Europe/Berlin`, `Etc/GMT+3`, `UTC`.
///
/// Only its form is checked, so strictly that the name can be used as a path below the folder of
/// zones: letters, digits, `_`, `+`, `-`, in parts joined by `/`; nothing begins with a dot.
public struct ZoneName: Hashable, Sendable {
    /// The name.
    public let text: String

    /// The most characters of a name; the longest in use has 32.
    public static let maximumLength = 64

    /// A name; `nil` when it is not well-formed.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count) else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.allSatisfy(Self.isWellFormed) else { return nil }
        self.text = text
    }

    private static func isWellFormed(_ part: Substring.UTF8View) -> Bool {
        guard let first = part.first, isLetter(first) else { return false }
        return part.allSatisfy {
            isLetter($0) || (48...57).contains($0)
                || [UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
