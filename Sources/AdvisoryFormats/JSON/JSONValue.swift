/// A value in a JSON document. What is asked for as another kind than it is, is `nil`, and nothing
/// is thrown: each reader decides what it cannot do without.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    private var token: JSONDocument.Token { document.tokens[index] }

    /// The index of the token behind this value.
    fileprivate var next: Int {
        switch token.kind {
        case .object, .array: Int(token.link)
        default: index + 1
        }
    }

    /// Whether it is an object.
    public var isObject: Bool { token.kind == .object }
    /// Whether it is an array.
    public var isArray: Bool { token.kind == .array }
    /// Whether it is `null`.
    public var isNull: Bool { token.kind == .null }

    /// The text of a string.
    public var text: String? {
        switch token.kind {
        case .string, .escapedString: JSONString.decode(document.bytes, token)
        default: nil
        }
    }

    /// The value of a number that a `Double` can hold.
    public var number: Double? {
        guard token.kind == .number else { return nil }
        let value = Double(String(decoding: rawBytes, as: UTF8.self))
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The value of a whole number.
    public var integer: Int64? {
        guard token.kind == .number else { return nil }
        return Int64(String(decoding: rawBytes, as: UTF8.self))
    }

    /// `true` or `false`.
    public var flag: Bool? {
        switch token.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The text of a string or of a number as it is written: feeds disagree on `"9"` and `9`.
    public var textOrNumber: String? {
        token.kind == .number ? String(decoding: rawBytes, as: UTF8.self) : text
    }

    private var rawBytes: ArraySlice<UInt8> {
        document.bytes[Int(token.start)..<Int(token.link)]
    }

    /// The elements of an array; none of anything else.
    public var elements: Elements {
        Elements(document: document, place: index + 1, end: isArray ? Int(token.link) : index + 1)
    }

    /// The members of an object in the order of the text; none of anything else.
    public var members: Members {
        Members(document: document, place: index + 1, end: isObject ? Int(token.link) : index + 1)
    }

    /// The first element.
    public var first: JSONValue? { elements.first { _ in true } }

    /// The value under a key; `nil` where there is none and for `null`.
    public subscript(key: String) -> JSONValue? {
        guard isObject else { return nil }
        let end = Int(token.link)
        var place = index + 1
        while place < end {
            let value = JSONValue(document: document, index: place + 1)
            if document.isKey(place, key) { return value.isNull ? nil : value }
            place = value.next
        }
        return nil
    }

    /// The string under a key; `nil` for anything else.
    public func text(_ key: String) -> String? { self[key]?.text }

    /// The strings in the array under a key; what is no string is left out.
    public func texts(_ key: String) -> [String] {
        self[key]?.elements.compactMap(\.text) ?? []
    }

    /// The elements of the array under a key; none where something else stands, or nothing.
    public func list(_ key: String) -> [JSONValue] { self[key].map { Array($0.elements) } ?? [] }

    /// The members of the object under a key; none where something else stands, or nothing.
    public func entries(_ key: String) -> [(key: String, value: JSONValue)] {
        self[key].map { Array($0.members) } ?? []
    }

    /// Goes over the elements of an array.
    public struct Elements: Sequence, IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var place: Int
        fileprivate let end: Int

        /// The next element.
        public mutating func next() -> JSONValue? {
            guard place < end else { return nil }
            let value = JSONValue(document: document, index: place)
            place = value.next
            return value
        }
    }

    /// Goes over the members of an object.
    public struct Members: Sequence, IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var place: Int
        fileprivate let end: Int

        /// The next member.
        public mutating func next() -> (key: String, value: JSONValue)? {
            guard place < end else { return nil }
            let key = JSONString.decode(document.bytes, document.tokens[place])
            let value = JSONValue(document: document, index: place + 1)
            place = value.next
            return (key, value)
        }
    }
}

extension JSONDocument {
    fileprivate func isKey(_ place: Int, _ key: String) -> Bool {
        let token = tokens[place]
        guard token.kind == .string else { return JSONString.decode(bytes, token) == key }
        return bytes[Int(token.start)..<Int(token.link)].elementsEqual(key.utf8)
    }
}
