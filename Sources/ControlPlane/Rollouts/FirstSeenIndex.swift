import Fleet
import ServerRecords
import Versions

/// Since when the fixes in missing updates have been on offer in a tenant.
///
/// It is the *fix* that ages, not the file: a version that replaces one that was still missing
/// holds its fix too, so the age counts from the first version between what is installed and what
/// is missing. A package that is released every few days is not put off for ever.
struct FirstSeenIndex {
    private struct Package: Hashable {
        let manager: PackageManagerName
        let name: String
    }

    private var sightings: [Package: [FirstSeenVersion]] = [:]

    init(_ rows: [FirstSeenVersion]) {
        for row in rows {
            sightings[Package(manager: row.manager, name: row.package), default: []].append(row)
        }
    }

    /// When the oldest fix in a missing update was first seen; `nil` when it never was.
    func fixSeen(_ update: Update) -> Timestamp? {
        let known = sightings[Package(manager: update.manager, name: update.name)] ?? []
        let ecosystem = Ecosystem(update.manager)
        return known.filter { row in
            if row.version == update.candidate { return true }
            guard let ecosystem else { return false }
            return (try? ecosystem.compare(row.version, update.installed)) == .greater
                && (try? ecosystem.compare(row.version, update.candidate)) == .less
        }.map(\.firstSeenAt).min()
    }
}
