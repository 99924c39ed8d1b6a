/// Tells apart the formats that are JSON, by the keys of the first values.
enum JSONDetection {
    /// The format of a feed that begins so; `nil` for an unknown one.
    static func detect(_ prefix: ArraySlice<UInt8>, name: String) -> DetectedFormat? {
        guard let root = JSONDocument(prefix: prefix).root else { return nil }
        if root.isArray {
            let reading =
                firstElement(of: root, name: name)
                ?? later(prefix, .elements) { element($0, name: name) }
            return reading?.detected(.elements)
        }
        guard root.isObject else { return nil }
        if let reading = record(root) {
            let isLines = secondLineBeginsObject(prefix)
            return reading.detected(isLines ? .lines : .documents)
        }
        if let single = document(root) { return single }
        if let wrapped = container(root, name: name) { return wrapped }
        if isSparseLines(prefix), let lines = laterLine(prefix, name: name) { return lines }
        return members(root) ?? damagedStart(prefix, name: name)
    }

    /// How many records are looked at: those in front may be the damaged ones.
    private static let looks = 20

    private static func firstElement(of list: JSONValue, name: String) -> JSONReading? {
        list.elements.lazy.filter(\.isObject).prefix(looks)
            .compactMap { element($0, name: name) }.first
    }

    /// Formats whose records are objects that stand for themselves, alone, in a list or one a line.
    private static func record(_ value: JSONValue) -> JSONReading? {
        if CVERecords.isRecord(value) { return CVERecords.reading }
        if CSAFDocuments.isDocument(value) { return CSAFDocuments.reading }
        if OpenVEXDocuments.isDocument(value) { return OpenVEXDocuments.reading }
        if RedHatVulnerabilities.isRecord(value) { return RedHatVulnerabilities.reading }
        if AlmaLinuxNotices.isNotice(value) { return AlmaLinuxNotices.reading }
        if RockyNotices.isNotice(value) { return RockyNotices.reading }
        if BodhiUpdates.isUpdate(value) { return BodhiUpdates.reading }
        if ArchTracker.isGroup(value) { return ArchTracker.reading }
        if PhotonRows.isRow(value) { return PhotonRows.reading }
        if UbuntuNotices.isNotice(value) { return UbuntuNotices.reading }
        if UbuntuVulnerabilities.isRecord(value) { return UbuntuVulnerabilities.reading }
        if OSVRecords.isRecord(value) { return OSVRecords.reading }
        if value["cve"]?["descriptions"] != nil, value["cve"]?["id"] != nil {
            return NVDRecords.reading
        }
        return nil
    }

    /// What stands in a list: the records above, and rows that are nothing alone.
    private static func element(_ value: JSONValue, name: String) -> JSONReading? {
        if let reading = record(value) { return reading }
        if value["cveID"] != nil, value["dateAdded"] != nil {
            return KnownExploitedCatalogue.reading
        }
        if value["cve"]?.text != nil, value["epss"] != nil { return ExploitProbabilities.reading }
        if EndOfLifeProducts.isProduct(value) { return EndOfLifeProducts.reading }
        if EndOfLifeProducts.isCycle(value) { return EndOfLifeProducts.cycles(of: stem(name)) }
        return nil
    }

    /// Documents that are read as a whole.
    private static func document(_ root: JSONValue) -> DetectedFormat? {
        if SecurityDatabase.isDatabase(root) { return SecurityDatabase.reading.detected(.document) }
        if MSRCDocuments.isDocument(root) { return MSRCDocuments.reading.detected(.document) }
        if root["item"]?["product"] != nil, root["identifier"] != nil {
            return EndOfLifeProducts.itemReading.detected(.document)
        }
        if let result = root["result"], EndOfLifeProducts.isProduct(result) {
            return EndOfLifeProducts.resultReading.detected(.document)
        }
        if EndOfLifeProducts.isProduct(root), root["name"] != nil {
            return EndOfLifeProducts.reading.detected(.document)
        }
        return nil
    }

    /// Objects that hold their records in a list under one key.
    private static func container(_ root: JSONValue, name: String) -> DetectedFormat? {
        for (key, list) in root.members where list.isArray {
            if key == "CVE_Items" { return NVDRecords.olderReading.detected(.elementsOf(key)) }
            if let reading = firstElement(of: list, name: name) {
                return reading.detected(.elementsOf(key))
            }
        }
        return emptyContainer(root)
    }

    /// A feed without any record is one all the same, if it says what it is.
    private static func emptyContainer(_ root: JSONValue) -> DetectedFormat? {
        if root.text("format") == "NVD_CVE" {
            return NVDRecords.reading.detected(.elementsOf("vulnerabilities"))
        }
        if root["catalogVersion"] != nil, root["vulnerabilities"] != nil {
            return KnownExploitedCatalogue.reading.detected(.elementsOf("vulnerabilities"))
        }
        return nil
    }

    /// Objects whose members are the records.
    private static func members(_ root: JSONValue) -> DetectedFormat? {
        root.members.lazy.prefix(looks).compactMap { member($0.value) }.first?.detected(.members)
    }

    private static func member(_ value: JSONValue) -> JSONReading? {
        if DebianTracker.isPackage(value) { return DebianTracker.reading }
        if EndOfLifeProducts.isProduct(value) { return EndOfLifeProducts.reading }
        if UbuntuNotices.isNotice(value) { return UbuntuNotices.reading }
        return nil
    }

    // MARK: Damaged starts

    /// The format of a feed whose first record cannot be read: by the records behind it.
    private static func damagedStart(
        _ prefix: ArraySlice<UInt8>, name: String
    ) -> DetectedFormat? {
        let keys = [
            "vulnerabilities", "data", "vulns", "result", "advisories", "notices", "cves",
            "updates",
        ]
        for key in keys {
            if let reading = later(prefix, .elementsOf(key), { element($0, name: name) }) {
                return reading.detected(.elementsOf(key))
            }
        }
        return later(prefix, .members, member)?.detected(.members)
    }

    private static func later(
        _ prefix: ArraySlice<UInt8>, _ plan: JSONSplitter.Plan, _ tell: (JSONValue) -> JSONReading?
    ) -> JSONReading? {
        var splitter = JSONSplitter(ByteStream(Array(prefix)), plan, limit: prefix.count)
        for _ in 0..<looks {
            guard let piece = try? splitter.next() else { return nil }
            guard case .record(_, _, let bytes) = piece else { continue }
            if let value = (try? JSONDocument(bytes))?.root, let reading = tell(value) {
                return reading
            }
        }
        return nil
    }

    // MARK: Lines

    /// Whether behind the first line another object begins: one record a line.
    private static func secondLineBeginsObject(_ prefix: ArraySlice<UInt8>) -> Bool {
        let lines = self.lines(prefix, 2)
        guard lines.count == 2 else { return false }
        return (try? JSONDocument(Array(lines[0])))?.root?.isObject == true
    }

    /// Whether the first line cannot be a text that goes on in the second.
    private static func isSparseLines(_ prefix: ArraySlice<UInt8>) -> Bool {
        let lines = self.lines(prefix, 2)
        return lines.count == 2 && lines[1].first == UInt8(ascii: "{")
    }

    /// The format by a later line, where the first ones are damaged.
    private static func laterLine(_ prefix: ArraySlice<UInt8>, name: String) -> DetectedFormat? {
        for line in lines(prefix, 20).dropFirst() {
            if let value = (try? JSONDocument(Array(line)))?.root, let reading = record(value) {
                return reading.detected(.lines)
            }
        }
        return nil
    }

    private static func lines(_ prefix: ArraySlice<UInt8>, _ count: Int) -> [ArraySlice<UInt8>] {
        let lines = prefix.split(separator: UInt8(ascii: "\n"), maxSplits: count)
        return lines.prefix(count).map { $0.drop(while: isJSONBlank) }.filter { !$0.isEmpty }
    }

    private static func stem(_ name: String) -> String {
        let file = name.split(separator: "/").last ?? ""
        return String(file.prefix { $0 != "." })
    }
}
