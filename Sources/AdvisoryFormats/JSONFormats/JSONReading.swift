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
        while let piece = try splitter.next() {
            switch piece {
            case .record(let number, let key, let bytes):
                try read(record: bytes, number, key, limits, collector)
            case .oversized(let number, let key, let size):
                collector.reject(
                    key ?? "record \(number)",
                    "\(size) bytes, more than the \(limits.textBytes) that a record may have")
            case .header(let key, let bytes): note(key, bytes, collector)
            case .damaged(let cause): collector.breakOff(cause)
            }
        }
    }

    private func read(
        record bytes: [UInt8], _ number: Int, _ key: String?, _ limits: JSONLimits,
        _ collector: RecordCollector
    ) throws {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(bytes, limits: limits)
        } catch {
            return collector.reject(key ?? "record \(number)", error.description)
        }
        guard let value = document.root else { return }
        do {
            try read(value, key, collector)
        } catch let fault as RecordFault {
            collector.reject(key ?? name(value) ?? "record \(number)", fault.reason)
        }
    }

    /// The feed's own date stands beside its records under one of these keys.
    private func note(_ key: String, _ bytes: [UInt8], _ collector: RecordCollector) {
        let dates: Set = ["dateReleased", "timestamp", "CVE_data_timestamp", "last_modified"]
        guard dates.contains(key), let text = (try? JSONDocument(bytes))?.root?.text else { return }
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
