import Synchronization

/// Counts what the server does, for `/metrics`.
public final class ServerMetrics: Sendable {
    private struct Key: Hashable {
        let route: String
        let status: Int
    }

    private let requests = Mutex<[Key: Int]>([:])

    /// Nothing counted yet.
    public init() {}

    /// Counts an answer.
    func count(route: String, status: Int) {
        requests.withLock { $0[Key(route: route, status: status), default: 0] += 1 }
    }

    /// How often a route has answered with a status below 400.
    func successes(of route: String) -> Int {
        requests.withLock { counts in
            counts.reduce(0) { $0 + ($1.key.route == route && $1.key.status < 400 ? $1.value : 0) }
        }
    }

    /// The answers by route and status, in order.
    func answers() -> [(route: String, status: Int, count: Int)] {
        requests.withLock { $0 }
            .map { ($0.key.route, $0.key.status, $0.value) }
            .sorted { ($0.route, $0.status) < ($1.route, $1.status) }
    }
}

/// Prometheus' text format, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    /// Adds one metric with its samples. Labels hold route patterns and states, never what somebody
    /// sent.
    mutating func add(
        _ name: String, _ kind: String, _ help: String,
        _ samples: [(labels: [(String, String)], value: String)]
    ) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
            text += name + (labels.isEmpty ? "" : "{\(labels)}") + " \(sample.value)\n"
        }
    }

    /// Adds one figure without labels.
    mutating func add(
        _ name: String, _ kind: String, _ help: String, _ value: some CustomStringConvertible
    ) {
        add(name, kind, help, [([], "\(value)")])
    }
}
