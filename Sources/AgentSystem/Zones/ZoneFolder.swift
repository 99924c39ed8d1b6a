public import Calendar
import Foundation

/// The system's time zone files.
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
        let file = path + "/" + name.text
        guard let handle = FileHandle(forReadingAtPath: file),
            let data = try? handle.read(upToCount: TimeZoneRules.maximumFileBytes + 1)
        else {
            throw ZoneError(
                .unknown, "The time zone \(name.text) is not in \(path).",
                nextStep: "Use a name of the IANA database, such as Europe/Berlin.")
        }
        return try TimeZoneRules(name: name.text, tzif: Array(data))
    }
}
