import AgentCore
import Synchronization

/// The network between agents and server: it delays, loses, doubles and reorders.
final class Switchboard: Sendable {
    /// How bad a network is.
    struct Weather: Sendable {
        /// The share of messages, and of answers, that is lost.
        var loss = 0.0
        /// The share of messages that comes twice, the second time late.
        var copies = 0.0
        /// The longest delay of one way, in milliseconds.
        var delay: Int64 = 50

        static let calm = Weather()
        /// How long an agent waits for an answer that does not come, in milliseconds.
        static let patience: ClosedRange<Int64> = 10_000...30_000
        /// How late a second copy may come, in milliseconds.
        static let lateness: ClosedRange<Int64> = 100...600_000
    }

    private struct State {
        var next = 0
        var open: [Int: CheckedContinuation<Reply, Never>] = [:]
        var weather: [Int: Weather] = [:]
    }

    let timeline: Timeline
    private let state = Mutex(State())

    init(_ timeline: Timeline) {
        self.timeline = timeline
    }

    /// Changes the weather at an endpoint.
    func set(_ weather: Weather, for endpoint: Int) {
        state.withLock { $0.weather[endpoint] = weather }
    }

    private func weather(for endpoint: Int) -> Weather {
        state.withLock { $0.weather[endpoint] ?? .calm }
    }

    /// Sends a request, and waits for what comes back.
    func send(_ request: Request, from life: AgentLife) async -> Reply {
        let call = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if life.isDead || Task.isCancelled {
                    continuation.resume(returning: .failure(.unreachable("cancelled")))
                    return
                }
                state.withLock { $0.open[call] = continuation }
                post(Message(call: call, endpoint: life.endpoint.place, request: request))
            }
        } onCancel: {
            answer(call, .failure(.unreachable("cancelled")))
        }
    }

    private func post(_ message: Message) {
        let weather = weather(for: message.endpoint)
        let (isLost, isDoubled, delay, late, patience) = timeline.chance { chance in
            (
                chance.happens(weather.loss), chance.happens(weather.copies),
                chance.number(in: 1...weather.delay), chance.number(in: Weather.lateness),
                chance.number(in: Weather.patience)
            )
        }
        if isDoubled {
            var copy = message
            copy.isCopy = true
            timeline.schedule(after: late, .arrives(copy))
        }
        if isLost {
            timeline.note("network", "loses a \(message.request.name) of ep\(message.endpoint)")
            let nothing = Reply.failure(.unreachable("lost on the way"))
            timeline.schedule(after: patience, .answered(call: message.call, nothing))
        } else {
            timeline.schedule(after: delay, .arrives(message))
        }
    }

    /// Sends an answer back.
    func answer(_ message: Message, with reply: Reply) {
        guard !message.isCopy else { return }
        let weather = weather(for: message.endpoint)
        let (isLost, delay, patience) = timeline.chance { chance in
            (
                chance.happens(weather.loss), chance.number(in: 1...weather.delay),
                chance.number(in: Weather.patience)
            )
        }
        if isLost {
            timeline.note("network", "loses the answer to ep\(message.endpoint)")
            let nothing = Reply.failure(.unreachable("the answer was lost"))
            timeline.schedule(after: patience, .answered(call: message.call, nothing))
        } else {
            timeline.schedule(after: delay, .answered(call: message.call, reply))
        }
    }

    /// Hands an answer to whoever waits for it still.
    func answer(_ call: Int, _ reply: Reply) {
        state.withLock { $0.open.removeValue(forKey: call) }?.resume(returning: reply)
    }

    /// Whether somebody waits for the answer still.
    func isOpen(_ call: Int) -> Bool { state.withLock { $0.open[call] != nil } }
}
