public import Fleet

/// How long a product's release will still be supported, seen from one instant.
public struct EndOfLifeStatus: Hashable, Sendable {
    /// Where the end of support lies.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// It has passed: replace, isolate, buy extended support, or make an exception that
        /// expires.
        case ended
        /// In the next 90 days.
        case within90Days
        /// In the next 365 days.
        case within365Days
        /// Later than that, or not announced.
        case supported
    }

    /// The product, by endoflife.date's name or the distribution's `ID`.
    public var product: String
    /// The release cycle, such as `12`.
    public var cycle: String
    /// Where the end of support for everybody lies.
    public var state: State
    /// The last day of the last support that everybody has, at 00:00 UTC; `nil` when nobody says.
    public var endsAt: Timestamp?
    /// The last day of the longest support that must be chosen or bought, at 00:00 UTC; `nil` where
    /// there is none or it has no date.
    public var extendedUntil: Timestamp?
    /// Every support that the release has, in the order in which they end.
    public var phases: [SupportPhase]

    /// Whether support that must be chosen or bought is still to be had.
    public func hasExtendedSupport(at now: Timestamp) -> Bool {
        extendedUntil.map { !EndOfLife.isOver($0, at: now) } ?? false
    }
}

/// Joins operating systems and applications with what is published about the end of their support.
public enum EndOfLife {
    /// A last day of support lasts until its end, everywhere on Earth: UTC's is taken.
    private static let day: Int64 = 86_400

    /// The status of an operating system; `nil` when no feed knows its release.
    ///
    /// Debian's and Ubuntu's own calendar (distro-info) is believed before endoflife.date's.
    public static func status(
        of os: OperatingSystem, in index: AdvisoryIndex, at now: Timestamp
    ) -> EndOfLifeStatus? {
        let platform = Platform(os, known: index.distributionReleases)
        let names = platform.releases.map(\.release).filter { !$0.isEmpty }
        let distribution = os.id.lowercased()
        let own = index.distributionReleases.first { release in
            release.distribution == distribution
                && (names.contains(release.version) || names.contains(release.series))
        }
        if let own, let ends = own.endOfLife {
            let longer = own.extendedSupport.map {
                Support($0.name, .on($0.until), isForAll: isForAll($0.name, of: distribution))
            }
            return status(
                of: distribution, cycle: own.version.isEmpty ? own.series : own.version,
                [Support("security", .on(ends), isForAll: true)] + longer, at: now)
        }
        return status(ofProduct: product(of: os), version: os.versionId, in: index, at: now)
    }

    /// The status of a product's version; `nil` when no feed knows it.
    ///
    /// A package of a distribution is no product in this sense: the distribution mends it for as
    /// long as the release is supported, whatever the makers of the software do.
    public static func status(
        ofProduct product: String, version: String, in index: AdvisoryIndex, at now: Timestamp
    ) -> EndOfLifeStatus? {
        let known = index.cycles.filter { $0.product == product }
        return cycle(of: version, in: known).map { status(of: $0, at: now) }
    }

    /// The status of every package that comes from beside the operating system and is a product
    /// that a feed knows, by its name or its package URL; in the order of product and cycle.
    public static func applications(
        of rows: [SoftwareRow], in index: AdvisoryIndex, at now: Timestamp
    ) -> [EndOfLifeStatus] {
        let statuses = Set(eachApplication(of: rows, in: index, at: now).compactMap(\.self))
        return statuses.sorted { ($0.product, $0.cycle) < ($1.product, $1.cycle) }
    }

    /// The same, for each row in the rows' order; `nil` where no feed knows it as a product.
    public static func eachApplication(
        of rows: [SoftwareRow], in index: AdvisoryIndex, at now: Timestamp
    ) -> [EndOfLifeStatus?] {
        var products: [String: [EndOfLifeCycle]] = [:]
        for cycle in index.cycles {
            products[cycle.product, default: []].append(cycle)
            for url in cycle.packageURLs where cycle.product != url {
                products[url, default: []].append(cycle)
            }
        }
        return rows.map { row in
            guard let ecosystem = row.ecosystem?.lowercased() else { return nil }
            let name = row.name.lowercased()
            let known = products["pkg:\(ecosystem)/\(name)"] ?? products[name] ?? []
            return cycle(of: row.version, in: known).map { status(of: $0, at: now) }
        }
    }

    private static func status(of cycle: EndOfLifeCycle, at now: Timestamp) -> EndOfLifeStatus {
        var supports = [Support("security", cycle.endOfLife, isForAll: true)]
        if let active = cycle.activeSupport {
            supports.insert(Support("active", active, isForAll: true), at: 0)
        }
        if let longer = cycle.extendedSupport {
            // endoflife.date has one longer support a release; Debian's is LTS.
            let name = cycle.product == "debian" ? "lts" : "extended"
            supports.append(
                Support(name, longer, isForAll: isForAll(name, of: cycle.product)))
        }
        return status(of: cycle.product, cycle: cycle.cycle, supports, at: now)
    }

    private struct Support {
        let name: String
        let end: SupportEnd
        let isForAll: Bool

        init(_ name: String, _ end: SupportEnd, isForAll: Bool) {
            self.name = name
            self.end = end
            self.isForAll = isForAll
        }
    }

    /// Whether a longer support comes to everybody without being asked for: Debian's LTS comes from
    /// the same package sources, and so did that of Ubuntu's servers.
    private static func isForAll(_ support: String, of product: String) -> Bool {
        (product == "debian" && support == "lts") || (product == "ubuntu" && support == "server")
    }

    /// The state is that of the last support that everybody has.
    private static func status(
        of product: String, cycle: String, _ supports: [Support], at now: Timestamp
    ) -> EndOfLifeStatus {
        // Full support that is said to last longer than security fixes is no longer support.
        let lasting = supports.filter { $0.name != "active" }
        let end = lasting.filter(\.isForAll).map(\.end).reduce(.ended, SupportEnd.later)
        let longest = lasting.filter { !$0.isForAll }.compactMap(\.end.date).max()
        let phases = supports.map {
            SupportPhase($0.name, $0.end, isForAll: $0.isForAll, at: now)
        }
        return EndOfLifeStatus(
            product: product, cycle: cycle, state: state(end, at: now), endsAt: end.date,
            extendedUntil: longest, phases: phases)
    }

    /// The cycle that a version belongs to: the longest that the version's leading parts spell.
    private static func cycle(of version: String, in cycles: [EndOfLifeCycle]) -> EndOfLifeCycle? {
        cycles.filter { isVersion(version, of: $0.cycle) }
            .max { $0.cycle.utf8.count < $1.cycle.utf8.count }
    }

    private static func isVersion(_ version: String, of cycle: String) -> Bool {
        guard !cycle.isEmpty, version.hasPrefix(cycle) else { return false }
        guard let next = version.utf8.dropFirst(cycle.utf8.count).first else { return true }
        return !(0x30...0x39).contains(next)
    }

    private static func state(_ end: SupportEnd, at now: Timestamp) -> EndOfLifeStatus.State {
        switch end {
        case .ended: return .ended
        case .open: return .supported
        case .on(let last):
            if isOver(last, at: now) { return .ended }
            if isOver(last, at: now.adding(seconds: 90 * day)) { return .within90Days }
            if isOver(last, at: now.adding(seconds: 365 * day)) { return .within365Days }
            return .supported
        }
    }

    static func isOver(_ lastDay: Timestamp, at now: Timestamp) -> Bool {
        now >= lastDay.adding(seconds: day)
    }

    /// endoflife.date's name of an operating system.
    private static func product(of os: OperatingSystem) -> String {
        switch os.id.lowercased() {
        case "alpine": "alpine-linux"
        case "amzn": "amazon-linux"
        case "centos": os.name.lowercased().contains("stream") ? "centos-stream" : "centos"
        case "ol": "oracle-linux"
        case "opensuse-leap", "opensuse": "opensuse"
        case "photon": "vmware-photon"
        case "pop": "pop-os"
        case "rocky": "rocky-linux"
        case "sles", "sles_sap", "sled": "sles"
        case let other: other
        }
    }
}
