import Fleet

/// A scanner's table: the columns are told by their names, in any order, whatever else stands
/// beside them.
enum ScannerTable {
    /// What a column holds.
    private enum Meaning: Hashable {
        case host, address, number, vulnerability, severity, package, title, detail, seenAt
    }

    /// What columns are called, in lower case without anything but letters and digits. Of a meaning
    /// that several columns have, each is read; the first that is not empty counts.
    private static let names: [(Meaning, [String])] = [
        (
            .host,
            [
                "fqdn", "dnsname", "dns", "hostname", "host", "hostfqdn", "assetname", "asset",
                "computername", "computer", "devicename", "device", "machinename", "machine",
                "endpoint", "endpointname", "netbiosname", "netbios", "systemname", "target",
            ]
        ),
        (.address, ["ip", "ipaddress", "hostip", "ipv4", "ipv4address", "ipv6address", "address"]),
        (
            .number,
            [
                "serialnumber", "serial", "biosserialnumber", "hardwareserialnumber",
                "systemserialnumber", "hardwareuuid", "biosuuid", "systemuuid",
            ]
        ),
        (
            .vulnerability,
            [
                "cve", "cves", "cveid", "cveids", "cvenumber", "cvelist", "vulnerabilityid",
                "vulnerability", "vulnid",
            ]
        ),
        (.severity, ["severity", "risk", "riskfactor", "severitylevel", "threat", "vulnseverity"]),
        (
            .package,
            [
                "package", "packagename", "software", "softwarename", "product", "productname",
                "component", "affectedpackage", "affectedsoftware", "pkgname",
            ]
        ),
        (.title, ["name", "title", "pluginname", "nvtname", "vulnerabilityname", "summary"]),
        (
            .detail,
            [
                "pluginoutput", "output", "results", "result", "specificresult", "evidence",
                "proof", "description",
            ]
        ),
        (
            .seenAt,
            [
                "timestamp", "lastseen", "lastdetected", "lastobserved", "lastfound", "scandate",
                "scantime", "detectedat", "date",
            ]
        ),
    ]

    /// The row of names stands among the first rows; some reports begin with a few lines about
    /// themselves.
    private static let headerRows = 50
    /// The longest text of a cell that is kept, in characters.
    private static let longestCell = 300

    static func read(
        _ stream: ByteStream, into sink: (ScannerRecord) throws -> Void
    ) throws -> ScannerSummary {
        let marks: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF]]
        if marks.contains(Array(stream.peek(2).prefix(2))) {
            throw UnreadableReport(message: "The table is in UTF-16; store it as UTF-8.")
        }
        var rows = TableRows(stream)
        var summary = ScannerSummary()
        let columns = try header(&rows)
        do {
            while let row = try rows.next() {
                let place = "line \(rows.line)"
                switch row {
                case .fields(let fields):
                    let record = record(fields, columns, place)
                    if let fault = ScannerReader.fault(of: record) {
                        summary.reject(place, fault)
                    } else {
                        try sink(record)
                        summary.records += 1
                    }
                case .oversized:
                    summary.reject(place, "a row of more than \(TableRows.rowLimit) bytes")
                case .unclosed: summary.breakOff("\(place): a quote that is not closed")
                }
            }
        } catch let damage as StreamDamage {
            summary.breakOff(damage.reason)
        }
        return summary
    }

    /// The columns' meanings by their places.
    private static func header(_ rows: inout TableRows) throws -> [Meaning: [Int]] {
        for _ in 0..<headerRows {
            guard let row = try rows.next() else { break }
            guard case .fields(let fields) = row else { continue }
            let cells = fields.map(plain)
            var columns: [Meaning: [Int]] = [:]
            for (meaning, known) in names {
                columns[meaning] = known.compactMap { cells.firstIndex(of: $0) }
            }
            let knows = { (meaning: Meaning) in columns[meaning]?.isEmpty == false }
            let knowsMachine = knows(.host) || knows(.address) || knows(.number)
            if knows(.vulnerability), knowsMachine { return columns }
        }
        throw UnreadableReport(
            message:
                "There is no row of column names with a machine (such as Host, IP or DNS) and a vulnerability (such as CVE) among the first \(headerRows) rows."
        )
    }

    private static func plain(_ name: String) -> String {
        String(
            name.lowercased().unicodeScalars.filter {
                ("a"..."z").contains($0) || ("0"..."9").contains($0)
            })
    }

    private static func record(
        _ fields: [String], _ columns: [Meaning: [Int]], _ place: String
    ) -> ScannerRecord {
        func cells(_ meaning: Meaning) -> [String] {
            (columns[meaning] ?? []).compactMap { place in
                guard fields.indices.contains(place) else { return nil }
                let cell = ScannerText.line(fields[place], atMost: longestCell)
                return cell.isEmpty ? nil : cell
            }
        }
        var record = ScannerRecord()
        record.place = place
        for host in cells(.host) {
            if ScannerText.isAddress(host) {
                if record.address.isEmpty { record.address = host }
            } else {
                record.hosts.append(host)
            }
        }
        record.address = cells(.address).first ?? record.address
        record.serialNumber = cells(.number).first ?? ""
        record.vulnerabilities = (columns[.vulnerability] ?? []).flatMap { place in
            fields.indices.contains(place)
                ? VulnerabilityName.cves(inText: fields[place].uppercased()) : []
        }
        record.severity = cells(.severity).lazy.compactMap(ScannerText.severity).first
        record.package = cells(.package).first ?? ""
        record.title = cells(.title).first ?? ""
        record.detail = cells(.detail).first ?? ""
        record.seenAt = cells(.seenAt).lazy.compactMap(FeedTime.read).first
        return record
    }
}

/// Texts of scanners.
enum ScannerText {
    /// One line of a text: control characters, marks of direction and runs of blanks become one
    /// blank.
    static func line(_ text: String, atMost limit: Int) -> String {
        var line = ""
        var count = 0
        for word in text.unicodeScalars.split(whereSeparator: {
            $0 == " " || $0.isMisleading
        }) {
            if !line.isEmpty { line += " " }
            line.unicodeScalars.append(contentsOf: word.prefix(limit))
            count += word.count + 1
            if count > limit { break }
        }
        return String(line.prefix(limit))
    }

    /// Whether a text is an IPv4 or IPv6 address by its looks.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) { return true }
        return text.contains(":")
            && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x3A) || isHexLetter($0) }
    }

    private static func isHexLetter(_ byte: UInt8) -> Bool {
        (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }

    /// A scanner's severity: a word, Qualys's 1 to 5, or a CVSS score.
    static func severity(_ text: String) -> Severity? {
        if let known = Severity(vendorWord: text) { return known }
        if ["none", "info", "informational", "log"].contains(text.lowercased()) { return .unrated }
        guard let number = Double(text) else { return nil }
        if !text.contains("."), (1...5).contains(number) {
            return [.low, .low, .moderate, .important, .critical][Int(number) - 1]
        }
        switch number {
        case 9...10: return .critical
        case 7..<9: return .important
        case 4..<7: return .moderate
        case 0.1..<4: return .low
        default: return nil
        }
    }
}
