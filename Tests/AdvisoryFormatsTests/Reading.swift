import Advisories
import AdvisoryFormats
import Versions

/// A feed that was read.
struct Outcome {
    var summary: FeedSummary
    var records: [FeedRecord]

    var advisories: [Advisory] {
        records.compactMap { if case .advisory(let advisory) = $0 { advisory } else { nil } }
    }

    var vulnerabilities: [VulnerabilityRecord] {
        records.compactMap { if case .vulnerability(let record) = $0 { record } else { nil } }
    }

    /// What each advisory says of each package, one line each.
    var lines: [String] {
        advisories.flatMap { advisory in advisory.affected.map { "\(advisory.id) \(line($0))" } }
    }
}

/// Reads a feed out of a text, in pieces of a size.
func read(_ text: String, name: String = "feed", pieces: Int = 7) throws -> Outcome {
    try read(Array(text.utf8), name: name, pieces: pieces)
}

/// Reads a feed out of bytes, in pieces of a size.
func read(_ bytes: [UInt8], name: String = "feed", pieces: Int = 7) throws -> Outcome {
    var records: [FeedRecord] = []
    let summary = try FeedReader.read(stream(bytes, pieces: pieces), name: name) {
        records.append($0)
    }
    return Outcome(summary: summary, records: records)
}

/// A stream over bytes in pieces of a size.
func stream(_ bytes: [UInt8], pieces: Int) -> ByteStream {
    var place = 0
    return ByteStream {
        let end = min(bytes.count, place + pieces)
        defer { place = end }
        return Array(bytes[place..<end])
    }
}

/// What is said of a package, as one line: scope, counting, name, status, runs, versions.
func line(_ package: AffectedPackage) -> String {
    let scope =
        switch package.scope {
        case .release(let release):
            ([release.distribution, release.release] + [release.channel].compactMap(\.self))
                .joined(separator: "/")
        case .ecosystem(let name): name
        }
    let events = package.ranges.map { range in
        range.events.map { event in
            switch event {
            case .introduced(let version): "≥\(version)"
            case .fixed(let version): "<\(version)"
            case .lastAffected(let version): "≤\(version)"
            case .limit(let version): "|\(version)"
            }
        }.joined(separator: ",")
    }
    let module = package.module.map { ["@\($0.name):\($0.stream)"] } ?? []
    let status = package.status == .affected ? [] : ["\(package.status)"]
    let words =
        [scope, package.order.rawValue, "\(package.counting)", package.name] + module + status
        + events + package.versions.map { "=\($0)" }
    return words.joined(separator: " ")
}
