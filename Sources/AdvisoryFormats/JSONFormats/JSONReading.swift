import Advisories
import Fleet

/// How one format's records are read out of JSON.
struct JSONReading: Sendable {
    /// The format.
    let format: FeedFormat
    /// The name of a record, for a message about it; `nil` when it has none.
    let name: @Sendable (JSONValue) -> String?
    /// Reads one record: most are one of the feed's own count, some hold several.
    let read: @Sendable (JSONValue, String?, RecordCollector) throws -> Void
    /// Reads one member of a JSON record that is an object of records, so that what is damaged in
    /// one of them does not cost the others; `nil` where a JSON record is one whole.
    private var readMember: MemberReading?
    /// Whether the feed says under `count` how many records it has.
    private var isCounted = false

    /// Reads a record by the name of its group, its own name and its value.
    typealias MemberReading = @Sendable (String, String, JSONValue) throws -> [FeedRecord]

    /// A format of which each JSON record is one record.
    init(
        _ format: FeedFormat, name: @escaping @Sendable (JSONValue) -> String?,
        _ read: @escaping @Sendable (JSONValue) throws -> [FeedRecord]
    ) {
        self.format = format
        self.name = name
        self.read = { value, key, collector in
            try collector.keep(try read(value))
        }
    }

    /// A format of which a JSON record holds several records; its reader counts them.
    init(
        counting format: FeedFormat,
        name: @escaping @Sendable (JSONValue) -> String? = { _ in nil },
        _ read: @escaping @Sendable (JSONValue, String?, RecordCollector) throws -> Void
    ) {
        self.format = format
        self.name = name
        self.read = read
    }

    /// A format of which a JSON record is an object of records by their names.
    init(groupsOf format: FeedFormat, _ readMember: @escaping MemberReading) {
        self.init(counting: format) { value, key, collector in
            try requireObject(value)
            let group = try Self.group(key)
            for (name, entry) in value.members {
                try collector.attempt("\(group) \(name)") { try readMember(group, name, entry) }
            }
        }
        self.readMember = readMember
    }

    private static func group(_ key: String?) throws -> String {
        guard let key, !key.isEmpty else { throw RecordFault("it has no name that can be read") }
        return key
    }

    /// The same, of a feed that says itself how many records it has.
    func counted() -> JSONReading {
        var reading = self
        reading.isCounted = true
        return reading
    }

    /// A feed of this format whose records lie so.
    func detected(_ plan: JSONSplitter.Plan, limits: JSONLimits = .standard) -> DetectedFormat {
        DetectedFormat(format: format) { stream, collector in
            try self.readAll(stream, plan, limits, collector)
        }
    }

    private func readAll(
        _ stream: ByteStream, _ plan: JSONSplitter.Plan, _ limits: JSONLimits,
        _ collector: RecordCollector
    ) throws {
        var splitter = JSONSplitter(stream, plan, limit: limits.textBytes)
        var count: Int64?
        while let piece = try splitter.next() {
            switch piece {
            case .record(let number, let key, let bytes):
                try read(record: bytes, number, key, limits, collector)
            case .oversized(let number, let key, let size):
                collector.reject(
                    key ?? "record \(number)",
                    "\(size) bytes, more than the \(limits.textBytes) that a record may have")
            case .header(let key, let bytes):
                let value = (try? JSONDocument(bytes))?.root
                note(key, value, collector)
                if isCounted, key == "count" { count = value?.integer ?? -1 }
            case .damaged(let cause): collector.breakOff(cause)
            }
        }
        if let count { collector.compare(stated: count) }
    }

    private func read(
        record bytes: [UInt8], _ number: Int, _ key: String?, _ limits: JSONLimits,
        _ collector: RecordCollector
    ) throws {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(bytes, limits: limits)
        } catch {
            if let readMember, let key, !key.isEmpty {
                return try salvage(bytes, key, limits, collector, readMember)
            }
            return collector.reject(key ?? "record \(number)", error.description)
        }
        guard let value = document.root else { return }
        do {
            try read(value, key, collector)
        } catch let fault as RecordFault {
            collector.reject(key ?? name(value) ?? "record \(number)", fault.reason)
        }
    }

    /// Reads the members of a damaged object one by one: each that can be read alone is taken. Of
    /// two under one name neither is, since which one counts would depend on the reader.
    private func salvage(
        _ bytes: [UInt8], _ group: String, _ limits: JSONLimits, _ collector: RecordCollector,
        _ readMember: MemberReading
    ) throws {
        var splitter = JSONSplitter(ByteStream(bytes), .members, limit: limits.textBytes)
        var members: [(name: String, bytes: [UInt8])] = []
        var counts: [String: Int] = [:]
        while let piece = try splitter.next() {
            switch piece {
            case .record(_, let name?, let bytes):
                members.append((name, bytes))
                counts[name, default: 0] += 1
            case .record(let number, nil, _):
                collector.reject("\(group), record \(number)", "it has no name that can be read")
            case .damaged(let cause): collector.reject("the rest of \(group)", cause)
            case .oversized, .header: continue
            }
        }
        for (name, bytes) in members {
            try collector.attempt("\(group) \(name)") {
                guard counts[name] == 1 else { throw RecordFault("the key twice") }
                let document: JSONDocument
                do throws(JSONError) {
                    document = try JSONDocument(bytes, limits: limits)
                } catch {
                    throw RecordFault(error.description)
                }
                return try document.root.map { try readMember(group, name, $0) } ?? []
            }
        }
    }

    /// The feed's own date stands beside its records under one of these keys.
    private func note(_ key: String, _ value: JSONValue?, _ collector: RecordCollector) {
        let dates: Set = ["dateReleased", "timestamp", "CVE_data_timestamp", "last_modified"]
        guard dates.contains(key), let text = value?.text else { return }
        collector.note(published: FeedTime.read(text))
    }
}

/// The value, which must be an object.
func requireObject(_ value: JSONValue) throws {
    guard value.isObject else { throw RecordFault("it is no object") }
}

extension JSONValue {
    /// The string under a key, which must be there and not be empty.
    func required(_ key: String) throws -> String {
        guard let member = self[key] else { throw RecordFault("no “\(key)”") }
        guard let text = member.text, !text.isEmpty else {
            throw RecordFault("“\(key)” is no text")
        }
        return text
    }

    /// The elements of the array under a key, none where there is no such key; a value of another
    /// kind is a fault, since what it says would be lost.
    func array(_ key: String) throws -> [JSONValue] {
        guard let member = self[key] else { return [] }
        guard member.isArray else { throw RecordFault("“\(key)” is no list") }
        return Array(member.elements)
    }

    /// The severity that the word under a key stands for.
    func severity(_ key: String) -> Severity? {
        text(key).flatMap { Severity(vendorWord: $0) }
    }
}
