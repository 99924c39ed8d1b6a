import Versions

/// What a Debian changelog (Debian Policy 4.4) says was mended after a version.
package enum DebianChangelog {
    /// The most ids that are taken of one update: chromium's updates of a year name about 300.
    private static let mostNames = 500
    /// Years with four digits, and four to seven digits behind them (CVE numbering since 2014).
    private static let numberLength = 4...7

    /// The CVE ids that entries newer than a version name, in the order of the text, each once.
    ///
    /// Entries come newest first: reading ends at the first that is not newer. An entry whose
    /// version cannot be read counts as part of the one above it.
    package static func vulnerabilities(in text: [UInt8], after installed: String) -> [String] {
        var names: [String] = []
        var known: Set<String> = []
        var isInside = false
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if let version = version(ofHeading: line) {
                guard let order = try? DebianVersion.order(version, installed) else { continue }
                if order != .greater { break }
                isInside = true
            } else if isInside {
                for name in Self.names(in: line) where known.insert(name).inserted {
                    names.append(name)
                    if names.count == mostNames { return names }
                }
            }
        }
        return names
    }

    /// The version of `openssl (3.0.17-1~deb12u3) bookworm-security; urgency=medium`.
    private static func version(ofHeading line: ArraySlice<UInt8>) -> String? {
        guard let first = line.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\t"),
            let open = line.firstIndex(of: UInt8(ascii: "(")),
            let close = line[open...].firstIndex(of: UInt8(ascii: ")")),
            line[close...].contains(UInt8(ascii: ";"))
        else { return nil }
        return String(validating: line[(open + 1)..<close], as: UTF8.self)
    }

    private static let mark = Array("CVE-".utf8)

    /// The CVE ids that a line names, in its order.
    package static func names(in line: ArraySlice<UInt8>) -> [String] {
        var names: [String] = []
        var place = line.startIndex
        while place + mark.count <= line.endIndex {
            guard line[place..<place + mark.count].elementsEqual(mark) else {
                place += 1
                continue
            }
            let year = line[(place + mark.count)...].prefix { isDigit($0) }
            let rest = line[year.endIndex...]
            let number = rest.dropFirst().prefix { isDigit($0) }
            if year.count == 4, rest.first == UInt8(ascii: "-"),
                numberLength.contains(number.count)
            {
                names.append(String(decoding: line[place..<number.endIndex], as: UTF8.self))
            }
            place = max(place + mark.count, number.endIndex)
        }
        return names
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
