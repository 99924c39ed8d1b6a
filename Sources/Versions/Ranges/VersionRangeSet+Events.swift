/// A version at which something changes, as in an OSV range (OSV schema, `affected[].ranges[]`).
public enum VersionEvent: Hashable, Sendable {
    /// From this version on it is affected; `0` means from before the first.
    case introduced(String)
    /// From this version on it is affected no more.
    case fixed(String)
    /// This version is affected, and none after it.
    case lastAffected(String)
    /// Nothing is said of this version and those after it; `*` means of none.
    case limit(String)

    /// The version that it happens at.
    public var version: String {
        switch self {
        case .introduced(let version), .fixed(let version), .lastAffected(let version),
            .limit(let version):
            version
        }
    }
}

extension VersionRangeSet {
    /// What the events of one OSV range call affected, by the evaluation of the OSV schema. The
    /// order of the events does not count; at one version, they count as they come.
    ///
    /// - Throws: `VersionRangeError` when a version cannot be read, or when there are too many.
    public init(events: [VersionEvent], in ecosystem: Ecosystem) throws(VersionRangeError) {
        guard events.count <= Self.mostConstraints else { throw .tooManyConstraints }
        let limits = events.filter { $0.limits && $0.version != "*" }.map(\.version)
        let isLimited = !limits.isEmpty && !events.contains(.limit("*"))
        let sorted = try events.filter { !$0.limits }.sorted(in: ecosystem)
        var ranges: [VersionRange] = []
        var open: [VersionConstraint]?
        for event in sorted {
            switch event {
            case .introduced(let version):
                open = open ?? (version == "0" ? [] : [VersionConstraint(.from, version)])
            case .fixed(let version):
                // Named as both last affected and fixed, a version is fixed.
                if ranges.last?.constraints.last?.isLast(version, in: ecosystem) == true {
                    let shorter = ranges.removeLast().constraints.dropLast()
                    ranges.append(VersionRange(shorter + [VersionConstraint(.before, version)]))
                }
                guard let start = open else { continue }
                ranges.append(VersionRange(start + [VersionConstraint(.before, version)]))
                open = nil
            case .lastAffected(let version):
                guard let start = open else { continue }
                ranges.append(VersionRange(start + [VersionConstraint(.upTo, version)]))
                open = nil
            case .limit: continue
            }
        }
        if let open { ranges.append(VersionRange(open)) }
        // A version below any of the limits is within them.
        if isLimited {
            ranges = limits.flatMap { limit in
                ranges.map { VersionRange($0.constraints + [VersionConstraint(.before, limit)]) }
            }
        }
        try self.init(ranges, in: ecosystem)
    }
}

extension VersionConstraint {
    fileprivate func isLast(_ other: String, in ecosystem: Ecosystem) -> Bool {
        comparison == .upTo && (try? ecosystem.compare(version, other)) == .equal
    }
}

extension VersionEvent {
    fileprivate var limits: Bool {
        if case .limit = self { return true }
        return false
    }

    fileprivate var isFromTheFirst: Bool { self == .introduced("0") }
}

extension [VersionEvent] {
    /// From old to new; events at one version stay as they come.
    fileprivate func sorted(in ecosystem: Ecosystem) throws(VersionRangeError) -> [VersionEvent] {
        for event in self where !event.isFromTheFirst {
            do {
                try ecosystem.check(event.version)
            } catch { throw .version(error) }
        }
        return enumerated().sorted { a, b in
            if a.element.isFromTheFirst != b.element.isFromTheFirst {
                return a.element.isFromTheFirst
            }
            let order =
                a.element.isFromTheFirst
                ? .equal : (try? ecosystem.compare(a.element.version, b.element.version))
            return order == .less || order == .equal && a.offset < b.offset
        }.map(\.element)
    }
}
