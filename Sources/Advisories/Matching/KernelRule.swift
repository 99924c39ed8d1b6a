import Versions

/// Which of several installed kernels counts.
///
/// A kernel that lies on the disk and is neither running nor the newest endangers nobody, and no
/// update mends it: it is passed over. The running one is what an attacker meets; where it is
/// affected and the newest installed one is not, the fix is there and waits for a reboot.
struct KernelRule {
    enum Role: Equatable {
        /// Not running, and not the newest.
        case idle
        /// It counts; when it is not the newest of its kind, what would run after a reboot.
        case counts(afterReboot: SoftwareRow?)
    }

    /// The roles of those rows that are kernels, by their place.
    static func roles(of rows: [SoftwareRow], running: String) -> [Int: Role] {
        var groups: [Group: [Int]] = [:]
        for (place, row) in rows.enumerated() {
            if let group = Group(row) { groups[group, default: []].append(place) }
        }
        var roles: [Int: Role] = [:]
        for places in groups.values {
            guard let newest = newest(of: places, rows) else { continue }
            let current = places.first { isRunning(rows[$0], running) } ?? newest
            for place in places { roles[place] = .idle }
            roles[current] = .counts(afterReboot: current == newest ? nil : rows[newest])
        }
        return roles
    }

    /// Whether a row is one of what `roles` tells apart.
    static func isKernel(_ row: SoftwareRow) -> Bool { Group(row) != nil }

    /// The version of a kernel that runs but is not installed any more, in the place of a row that
    /// would replace it; RPM's kernels only, whose release is their version.
    static func running(_ running: String, insteadOf row: SoftwareRow) -> SoftwareRow? {
        guard row.order == .rpm, isWholeKernel(row.name) || row.name.hasSuffix("-core"),
            running.hasSuffix("." + row.architecture), !isRunning(row, running)
        else { return nil }
        let version = String(running.dropLast(row.architecture.utf8.count + 1))
        let installed = withoutEpoch(row.version)
        guard let tag = distributionTag(installed), tag == distributionTag(Substring(version)),
            (try? row.order.compare(version, String(installed))) == .less
        else { return nil }
        var old = row
        let epoch = row.version.prefix(row.version.utf8.count - installed.utf8.count)
        old.version = epoch + version
        old.sourceVersion = old.version
        return old
    }

    /// Kernels of one kind, of which one runs.
    private struct Group: Hashable {
        var kind: String
        var flavour: String
        var architecture: String

        init?(_ row: SoftwareRow) {
            architecture = row.architecture
            if row.ecosystem != nil { return nil }
            if row.order == .deb {
                guard let release = KernelRule.release(inName: row.name) else { return nil }
                let parts = release.split(
                    separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
                kind = String(row.name.dropLast(release.utf8.count))
                flavour = parts.count > 2 ? String(parts[2]) : ""
            } else {
                guard KernelRule.isOfKernel(row.name) else { return nil }
                kind = row.name
                flavour = ""
            }
        }
    }

    /// `6.1.0-50-amd64` in `linux-image-6.1.0-50-amd64`, `6.8.0-40` in
    /// `linux-hwe-6.8-headers-6.8.0-40`: Debian's and Ubuntu's packages of a kernel carry its release
    /// in their names, and the next release's lie beside them. It is the first part with three
    /// numbers, to the end.
    static func release(inName name: String) -> Substring? {
        guard name.hasPrefix("linux-") else { return nil }
        let bytes = name.utf8
        var start = bytes.startIndex
        while let hyphen = bytes[start...].firstIndex(of: UInt8(ascii: "-")) {
            start = bytes.index(after: hyphen)
            let part = bytes[start...].prefix { $0 != UInt8(ascii: "-") }
            if isDigit(part.first), part.count(where: { $0 == UInt8(ascii: ".") }) > 1 {
                return name[start...]
            }
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (0x30...0x39).contains($0) } ?? false
    }

    /// `kernel`, and Amazon's `kernel6.12`.
    private static func isWholeKernel(_ name: some StringProtocol) -> Bool {
        guard name.hasPrefix("kernel") else { return false }
        return name.utf8.dropFirst("kernel".utf8.count).allSatisfy {
            isDigit($0) || $0 == UInt8(ascii: ".")
        }
    }

    /// Whether an RPM package is a kernel or lies beside one.
    private static func isOfKernel(_ name: String) -> Bool {
        name.hasPrefix("kernel") && isWholeKernel(name.prefix { $0 != "-" })
    }

    private static func newest(of places: [Int], _ rows: [SoftwareRow]) -> Int? {
        places.max { a, b in
            let order = try? rows[a].order.compare(rows[a].version, rows[b].version)
            return order.map { $0 == .less } ?? (a < b)
        }
    }

    private static func isRunning(_ row: SoftwareRow, _ running: String) -> Bool {
        if running.isEmpty { return false }
        if row.order == .deb {
            guard let release = release(inName: row.name) else { return false }
            return release == running || release == running + "-unsigned"
        }
        let version = withoutEpoch(row.version)
        if running == "\(version).\(row.architecture)" { return true }
        // SUSE: `5.14.21-150500.55.7-default` runs from `5.14.21-150500.55.7.1`.
        guard let cut = running.lastIndex(of: "-"), row.name.hasPrefix("kernel-") else {
            return false
        }
        return running[running.index(after: cut)...] == row.name.dropFirst("kernel-".count)
            && (version == running[..<cut] || version.hasPrefix(running[..<cut] + "."))
    }

    private static func withoutEpoch(_ version: String) -> Substring {
        version.firstIndex(of: ":").map { version[version.index(after: $0)...] }
            ?? Substring(version)
    }

    /// `el9` in `5.14.0-687.34.1.el9_8`: what tells a container's foreign kernel from its own.
    private static func distributionTag(_ version: Substring) -> Substring? {
        version.split(separator: ".").last { part in
            part.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
        }.map { $0.prefix { $0 != "_" } }
    }
}
