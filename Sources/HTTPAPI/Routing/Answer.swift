import Hummingbird

/// What a route answers with.
public struct Answer: Sendable {
    /// What follows the headers.
    public enum Body: Sendable {
        /// Nothing.
        case none
        /// These bytes.
        case bytes([UInt8])
        /// This value as JSON.
        case value(any Encodable & Sendable)
        /// What the closure writes until it returns.
        case stream(@Sendable (inout BodyWriter) async throws -> Void)
    }

    /// The status code.
    public var status: Int
    /// The headers besides those that every answer has, in order.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: Body

    /// An answer.
    public init(
        status: Int = 200, headers: [(name: String, value: String)] = [], body: Body = .none
    ) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A value as JSON, keys in order.
    public static func json(_ value: some Encodable & Sendable, status: Int = 200) -> Answer {
        Answer(status: status, headers: [("content-type", "application/json")], body: .value(value))
    }

    /// JSON that is written out already.
    static func json(bytes: [UInt8]) -> Answer {
        Answer(headers: [("content-type", "application/json")], body: .bytes(bytes))
    }

    /// The same answer with its value written out as bytes.
    func written() throws -> Answer {
        guard case .value(let value) = body else { return self }
        var copy = self
        copy.body = .bytes(try WireJSON.encode(value))
        return copy
    }

    /// Text in UTF-8.
    public static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Answer {
        Answer(headers: [("content-type", type)], body: .bytes(Array(text.utf8)))
    }

    /// A page.
    public static func html(_ bytes: [UInt8], status: Int = 200) -> Answer {
        Answer(
            status: status, headers: [("content-type", "text/html; charset=utf-8")],
            body: .bytes(bytes))
    }

    /// Done, and there is nothing to say.
    public static let noContent = Answer(status: 204)

    /// "See there": after a form, so that a reload does not send it again. `location` is a path of
    /// this server.
    public static func redirect(to location: String) -> Answer {
        Answer(status: 303, headers: [("location", location)])
    }

    /// Events as they happen.
    public static func events(
        _ write: @escaping @Sendable (inout BodyWriter) async throws -> Void
    ) -> Answer {
        Answer(
            headers: [("content-type", "text/event-stream"), ("x-accel-buffering", "no")],
            body: .stream(write))
    }

    /// A file to be saved under a name (of letters, digits, `-` and `.`), written as it is made.
    public static func file(
        named name: String, type: String,
        _ write: @escaping @Sendable (inout BodyWriter) async throws -> Void
    ) -> Answer {
        Answer(
            headers: [
                ("content-type", type), ("content-disposition", "attachment; filename=\"\(name)\""),
            ],
            body: .stream(write))
    }

    /// The same answer with one header more.
    public func with(_ name: String, _ value: String) -> Answer {
        var copy = self
        copy.headers.append((name, value))
        return copy
    }
}

/// Takes an answer's body piece by piece.
public struct BodyWriter {
    var writer: any ResponseBodyWriter

    /// Sends bytes. It returns when the connection has taken them.
    public mutating func send(_ bytes: [UInt8]) async throws {
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    /// Sends an event.
    public mutating func send(_ event: ServerSentEvent) async throws {
        try await writer.write(ByteBuffer(string: event.wire))
    }
}

/// One event of a stream (WHATWG HTML, section 9.2).
public struct ServerSentEvent: Hashable, Sendable {
    /// The event's name.
    public var name: String
    /// Its content, most often JSON.
    public var data: String

    /// An event.
    public init(name: String, data: String) {
        self.name = name
        self.data = data
    }

    /// A comment that keeps the connection from counting as idle.
    public static let keepAlive = ServerSentEvent(name: "", data: "")

    /// The event as it goes over the wire.
    var wire: String {
        if name.isEmpty { return ":\n\n" }
        let lines = data.split(separator: "\n", omittingEmptySubsequences: false)
        return "event: \(name)\n" + lines.map { "data: \($0)\n" }.joined() + "\n"
    }
}
