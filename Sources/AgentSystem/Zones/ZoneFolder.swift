public import Calendar

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The system's time zone files.
///
/// They are read with the C library, since a static agent has no use for the whole of Foundation.
public struct ZoneFolder: Sendable {
    /// Where Linux and macOS keep them.
    public static let system = ZoneFolder(path: "/usr/share/zoneinfo")

    /// The folder.
    public let path: String

    /// A folder of zone files.
    public init(path: String) {
        self.path = path
    }

    /// A zone's rules. Throws when there is no such zone or its file cannot be read; a `ZoneName`
    /// cannot lead out of the folder.
    public func rules(_ name: ZoneName) throws(ZoneError) -> TimeZoneRules {
        guard let bytes = Self.bytes(path + "/" + name.text) else {
            throw ZoneError(
                .unknown, "The time zone \(name.text) is not in \(path).",
                nextStep: "Use a name of the IANA database, such as Europe/Berlin.")
        }
        return try TimeZoneRules(name: name.text, tzif: bytes)
    }

    /// The rules of a zone by its text; universal time needs no file, and `nil` is for a zone that
    /// is not known here.
    public func rules(named text: String) -> TimeZoneRules? {
        if ["UTC", "Etc/UTC"].contains(text) { return .utc }
        return ZoneName(text).flatMap { try? rules($0) }
    }

    /// A file's bytes, one more than a zone may have at most.
    private static func bytes(_ file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        while content.count <= TimeZoneRules.maximumFileBytes {
            var count = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, filled in
                count = LibC.read(descriptor, UnsafeMutableBufferPointer(rebasing: buffer[...]))
                filled = max(0, count)
            }
            if count < 0 { return nil }
            if count == 0 { break }
            content += piece
        }
        return content
    }
}
