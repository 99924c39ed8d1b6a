import Calendar
import Fleet
import Foundation
import TestSupport

/// The system's zone files, and Foundation's zones as the oracle: tests may use both, the module
/// neither.
enum ZoneDatabase {
    /// Zones that do everything that zones do: half-hour and two-hour steps, negative daylight
    /// saving, quarter-hour offsets, changes at midnight, a day left out, rules given up.
    static let names = [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
        "America/Sao_Paulo", "Africa/Casablanca", "Europe/Dublin", "Asia/Tehran", "Pacific/Apia",
        "America/Havana", "Antarctica/Troll", "Pacific/Chatham", "America/St_Johns", "Asia/Gaza",
        "America/Nuuk",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")))
    }

    static func rules(_ name: String) throws -> TimeZoneRules {
        try TimeZoneRules(name: name, tzif: bytes(name))
    }
}

extension Requirement {
    /// The system's zone files are installed.
    static let zoneDatabase = Requirement {
        FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Berlin")
            ? nil : "the zone database is not installed (apt-get install tzdata)"
    }
}

/// What Foundation says of a zone.
struct ZoneOracle {
    let zone: TimeZone

    init?(_ name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        self.zone = zone
    }

    func offset(_ second: Int64) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }

    /// The first second at which the clocks show a local time, or are first past it. Where nothing
    /// changes within a day the answer is plain; elsewhere every minute is looked at.
    func second(showing local: Int64) -> Int64 {
        let reach: Int64 = 26 * 3600
        let plain = Int64(offset(local))
        let around = stride(from: local - reach, through: local + reach, by: 3600 * 2)
        if around.allSatisfy({ Int64(offset($0)) == plain }) { return local - plain }
        var second = local - reach
        while second + Int64(offset(second)) < local { second += 60 }
        return second
    }
}

extension LocalDate {
    /// A date that the tests know to exist.
    static func iso(_ text: String) -> LocalDate {
        LocalDate(text) ?? LocalDate(daysSinceEpoch: .min / 4)
    }
}

extension LocalTime {
    static func hm(_ text: String) -> LocalTime { LocalTime(text) ?? .midnight }
}

extension Timestamp {
    static func at(_ text: String) -> Timestamp {
        Timestamp(text) ?? Timestamp(seconds: .min / 4000)
    }
}
