import Advisories
import Fleet

/// The Debian security tracker's lists of notices, `data/DSA/list` and `data/DLA/list`:
///
///     [29 Mar 2023] DSA-5380-1 xorg-server - security update
///         {CVE-2023-1393}
///         [bullseye] - xorg-server 2:1.20.11-1+deb11u6
enum NoticeList {
    /// The format, if a feed begins like a list.
    static func detect(_ start: ArraySlice<UInt8>) -> DetectedFormat? {
        let line = start.prefix { $0 != UInt8(ascii: "\n") }
        guard heading(String(decoding: line.prefix(512), as: UTF8.self)) != nil else { return nil }
        return DetectedFormat(format: .debianNotices) { try read($0, $1) }
    }

    private static func read(_ stream: ByteStream, _ collector: RecordCollector) throws {
        var notice: Advisory?
        var fault: String?
        func finish() throws {
            guard let advisory = notice else { return }
            try collector.attempt(advisory.id) {
                if let fault { throw RecordFault(fault) }
                return [.advisory(advisory)]
            }
            notice = nil
            fault = nil
        }
        try TableLines.read(stream, collector) { number, bytes in
            let line = String(decoding: bytes, as: UTF8.self)
            if line.first?.isWhitespace == true {
                do { try add(line, to: &notice) } catch let found as RecordFault {
                    fault = found.reason
                }
                return
            }
            try finish()
            notice = heading(line)
            if notice == nil { collector.reject("line \(number)", "no heading of a notice") }
        }
        try finish()
    }

    private static func heading(_ line: String) -> Advisory? {
        guard line.hasPrefix("["), let close = line.firstIndex(of: "]"),
            let date = date(line[line.index(after: line.startIndex)..<close])
        else { return nil }
        let words = line[line.index(after: close)...].split(separator: " ")
        guard let id = words.first, id.hasPrefix("DSA-") || id.hasPrefix("DLA-") else { return nil }
        return Advisory(
            id: String(id), source: AdvisorySource(name: "debian-notices", authority: .notices),
            published: date, title: headline(words.dropFirst().joined(separator: " ")))
    }

    /// `29 Mar 2023`
    private static func date(_ text: Substring) -> Timestamp? {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3, let month = months.firstIndex(of: parts[1]) else { return nil }
        let day = parts[0].count == 1 ? "0" + parts[0] : parts[0]
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return FeedTime.read("\(parts[2])-\(number)-\(day)")
    }

    private static func add(_ line: String, to notice: inout Advisory?) throws {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let first = words.first else { return }
        if first.hasPrefix("{") {
            notice?.vulnerabilities += VulnerabilityName.cves(inText: line)
            return
        }
        // Notes to the notice stand in the same place.
        guard first.hasPrefix("["), first.hasSuffix("]"), words.count >= 3, words[1] == "-" else {
            return
        }
        let home = DistributionNames.debian(String(first.dropFirst().dropLast()))
        var package = AffectedPackage(
            scope: home.scope, order: home.order, name: words[2], counting: home.counting)
        guard words.count >= 4 else { throw RecordFault("no version behind \(words[2])") }
        switch words[3] {
        case "<not-affected>": package.status = .notAffected
        case "<unfixed>": break
        case "<end-of-life>", "<no-dsa>": package.status = .willNotFix
        case "<undetermined>": package.status = .undetermined
        case let version where version.hasPrefix("<"): return
        case let version: package.ranges = [.before(fix: version)]
        }
        notice?.affected.append(package)
    }
}
