import HTTPTypes
public import Hummingbird
import Logging
import NIOCore

/// What Hummingbird hands over besides the request.
public struct ServedConnection: RequestContext {
    /// What Hummingbird keeps of a request.
    public var coreContext: CoreRequestContextStorage
    /// The address at the other end, without the port.
    public let peer: String

    /// A connection as Hummingbird describes it.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress ?? ""
    }
}

/// Hands requests of Hummingbird to the dispatcher, and its answers back. Hummingbird's own router
/// is not used: it cleans paths up before it matches them.
public struct RouteResponder: HTTPResponder {
    let dispatcher: Dispatcher

    /// A responder for a dispatcher.
    public init(_ dispatcher: Dispatcher) {
        self.dispatcher = dispatcher
    }

    /// Answers one request.
    public func respond(to request: Request, context: ServedConnection) async throws -> Response {
        let body = request.body
        let answer = await dispatcher.answer(
            Dispatcher.Incoming(
                method: request.head.method.rawValue, target: request.uri.string,
                authority: request.head.authority ?? "", headers: request.headers,
                peer: context.peer,
                readBody: { limit in try await Self.collect(body, upTo: limit) }))
        return Self.response(answer)
    }

    private static func collect(_ body: RequestBody, upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        // The time is looked at when something comes: silence is ended by the connection's own
        // limit (`ServerLimits.idleSeconds`). A timer for each body would cost more than a
        // check-in.
        let latest = ContinuousClock.now + .seconds(ServerLimits.bodySeconds)
        for try await part in body {
            guard ContinuousClock.now < latest else { throw Dispatcher.BodyTooSlow() }
            guard bytes.count + part.readableBytes <= limit else { throw Dispatcher.BodyTooLarge() }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    private static func response(_ answer: Answer) -> Response {
        var headers = HTTPFields()
        headers.reserveCapacity(answer.headers.count + 2)
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) {
                headers.append(HTTPField(name: name, value: value))
            }
        }
        return Response(
            status: .init(code: answer.status), headers: headers, body: body(of: answer))
    }

    private static func body(of answer: Answer) -> ResponseBody {
        switch answer.body {
        // A value has been written out by the dispatcher already.
        case .none, .value: ResponseBody()
        case .bytes(let bytes): ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let write):
            ResponseBody { writer in
                var body = BodyWriter(writer: writer)
                try await write(&body)
                try await body.writer.finish(nil)
            }
        }
    }
}
