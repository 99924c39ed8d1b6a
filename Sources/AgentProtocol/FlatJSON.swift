import Fleet
import Forensics

/// A JSON object (RFC 8259) without nesting, escapes or repeated keys, read in one pass without
/// copies: the shape of the one message that a whole fleet sends all the time.
///
/// It is a short cut beside `Codable`, not a reader of its own: whatever does not have this shape
/// is left to the general reader, which also says what is wrong with it.
struct FlatJSON {
    /// What a key stands for.
    private enum Value {
        case text(Range<Int>)
        case null
        case other
    }

    /// The most keys: no message of this shape has more.
    private static let maximumKeys = 16

    private let bytes: [UInt8]
    private var members: [(key: Range<Int>, value: Value)] = []
    private var place = 0

    /// Reads an object; `nil` when it does not have this shape.
    init?(_ bytes: [UInt8]) {
        guard (try? UTF8Span(validating: bytes.span)) != nil else { return nil }
        self.bytes = bytes
        members.reserveCapacity(8)
        guard take("{") else { return nil }
        if !take("}") {
            repeat {
                guard members.count < Self.maximumKeys, let key = text(), take(":"),
                    let value = value(), !members.contains(where: { bytes[$0.key] == bytes[key] })
                else { return nil }
                members.append((key, value))
            } while take(",")
            guard take("}") else { return nil }
        }
        skipBlanks()
        guard place == bytes.count else { return nil }
    }

    /// The text of a key: `.some(nil)` when it is absent or null; `nil` when it is something else.
    func text(_ key: StaticString) -> String?? {
        guard let member = members.first(where: { isKey($0.key, key) }) else { return .some(nil) }
        switch member.value {
        case .text(let range):
            guard let text = String(validating: bytes[range], as: UTF8.self) else { return nil }
            return .some(text)
        case .null: return .some(nil)
        case .other: return nil
        }
    }

    private func isKey(_ range: Range<Int>, _ key: StaticString) -> Bool {
        key.withUTF8Buffer { $0.elementsEqual(bytes[range]) }
    }

    // MARK: - Reading

    private mutating func skipBlanks() {
        while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func text() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place += 1
                return start..<place - 1
            case UInt8(ascii: "\\"), 0..<0x20: return nil
            default: place += 1
            }
        }
        return nil
    }

    private mutating func value() -> Value? {
        skipBlanks()
        guard place < bytes.count else { return nil }
        if bytes[place] == UInt8(ascii: "\"") { return text().map(Value.text) }
        for (word, value) in [("null", Value.null), ("true", .other), ("false", .other)]
        where bytes[place...].starts(with: word.utf8) {
            place += word.utf8.count
            return value
        }
        // Numbers do not stand in this message; the general reader knows what to say of them.
        return nil
    }
}

extension CheckInRequest {
    /// Reads the message from the shape that agents send it in; `nil` when it has another, which
    /// may still be right, and is for `Codable` to read.
    public init?(flatJSON bytes: [UInt8]) {
        guard let object = FlatJSON(bytes),
            let inventoryDigest = object.text("inventoryDigest"),
            let postureDigest = object.text("postureDigest"),
            let scanned = object.text("scannedAt"),
            case .some(.some(let agentVersion)) = object.text("agentVersion"),
            case .some(.some(let bootId)) = object.text("bootId")
        else { return nil }
        var scannedAt: Timestamp?
        if let scanned {
            guard let instant = Timestamp(scanned) else { return nil }
            scannedAt = instant
        }
        self.init(
            inventoryDigest: inventoryDigest, postureDigest: postureDigest, scannedAt: scannedAt,
            agentVersion: agentVersion, bootId: bootId)
    }
}

extension CheckInResponse {
    /// The message as JSON, keys in order, as `Codable` writes it.
    public var flatJSON: [UInt8] {
        var text = "{"
        if let requests = evidenceRequests {
            let written = requests.map { request -> String in
                let names = request.vulnerabilities.map(Self.quoted).joined(separator: ",")
                return "{\"id\":\"\(request.id)\",\"reason\":\"\(request.reason.rawValue)\","
                    + "\"vulnerabilities\":[\(names)]}"
            }
            text += "\"evidenceRequests\":[\(written.joined(separator: ","))],"
        }
        text += "\"hasWork\":\(hasWork),"
        if let known = knownInventoryDigest {
            // A digest is hexadecimal: there is nothing to escape.
            text += "\"knownInventoryDigest\":\"\(known)\","
        }
        text += "\"nextCheckInSeconds\":\(nextCheckInSeconds),"
        if let digest = policyDigest { text += "\"policyDigest\":\"\(digest)\"," }
        if let probes {
            text += "\"probes\":[\(probes.map(Self.escaped).joined(separator: ","))],"
        }
        text += "\"scanIntervalSeconds\":\(scanIntervalSeconds),\"scanNow\":\(scanNow),"
        text += "\"serverTime\":\"\(serverTime)\",\"wantsScan\":\(wantsScan)}"
        return Array(text.utf8)
    }

    /// A probe as JSON: a line of text, in which quotes and backslashes may stand.
    private static func escaped(_ probe: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in probe.unicodeScalars where scalar.value >= 0x20 {
            if scalar == "\"" || scalar == "\\" { text.append("\\") }
            text.append(scalar)
        }
        return "\"" + String(text) + "\""
    }

    /// The name of a vulnerability as JSON: what JSON would escape stands in none, and is left out.
    private static func quoted(_ name: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in name.unicodeScalars
        where scalar.value >= 0x20 && scalar != "\"" && scalar != "\\" {
            text.append(scalar)
        }
        return "\"" + String(text) + "\""
    }
}
