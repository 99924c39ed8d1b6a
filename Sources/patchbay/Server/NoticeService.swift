import AsyncHTTPClient
import ControlPlane
import Logging
import NIOCore
import NIOHTTP1
import Notices
import ServerRecords
import ServiceLifecycle

/// Each minute: makes and sends the notices whose time has come. It runs apart from the schedule
/// of rollouts, so that a slow receiver holds up nothing.
struct NoticeService: Service {
    let useCases: UseCases
    /// Whether it is this process's turn: of several on one database one does it.
    let isDue: @Sendable () -> Bool
    let logger: Logger

    /// How long one round waits for the next, in seconds.
    private static let roundSeconds: Int64 = 60

    func run() async throws {
        let post = WebhookPost()
        let desk = NoticeDesk()
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if isDue() {
                        let round = try await useCases.tellContacts(by: post, at: desk)
                        for problem in round.problems { logger.warning("notices: \(problem)") }
                    }
                } catch let failure as LedgerUnavailable {
                    // What is due stays due.
                    logger.warning("notices: \(failure.reason): \(failure.detail)")
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    logger.error("notices: \(error)")
                }
                try await Task.sleep(for: .seconds(Self.roundSeconds))
            }
        }
        await post.close()
    }
}

/// Posts notices over HTTPS, and over HTTP to this machine.
struct WebhookPost: NoticePost {
    private let http: HTTPClient

    /// Seconds until a connection must stand, and until an answer must have come: receivers of
    /// webhooks answer at once, and others are waiting.
    private static let connectSeconds: Int64 = 10
    private static let answerSeconds: Int64 = 20

    init() {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(Self.connectSeconds), read: .seconds(Self.answerSeconds)))
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func close() async { try? await http.shutdown() }

    func post(_ body: String, to address: String, id: String) async -> NoticeAnswer {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "user-agent", value: "Patchbay")
        // Who has this one already has been told.
        request.headers.add(name: "idempotency-key", value: id)
        request.body = .bytes(ByteBuffer(string: body))
        do {
            let response = try await http.execute(
                request, timeout: .seconds(Self.answerSeconds))
            // The status alone: a client who may name addresses must not read what they answer.
            let answer = "HTTP \(response.status.code)."
            return (200..<300).contains(response.status.code) ? .taken(answer) : .refused(answer)
        } catch let error as HTTPClientError {
            return .refused("It does not answer: \(error.shortDescription.lowercased()).")
        } catch {
            return .refused("It does not answer: \(error).")
        }
    }
}
