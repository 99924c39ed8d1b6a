import Administration
import ControlPlane
import Fleet
import Rollout
import ServerRecords

/// What load balancers, monitoring and programmers ask for.
struct OperationRoutes {
    let metrics: ServerMetrics
    /// Whether the server is about to end.
    let isClosing: @Sendable () -> Bool

    var all: [Route] { [health, ready, figures] }

    private var health: Route {
        Route(
            .get, "/healthz", permission: .public(reason: "says only that the process answers"),
            summary: "The process answers."
        ) { _ in .text("ok\n") }
    }

    private var ready: Route {
        Route(
            .get, "/readyz", permission: .public(reason: "says only whether the database answers"),
            summary: "The database answers, and the server is not about to end."
        ) { call in
            guard !isClosing() else {
                throw Refusal(
                    .unavailable, "E_CLOSING", "The server is about to end.",
                    nextStep: "Ask another node.", retryAfterSeconds: 5)
            }
            _ = try await call.useCases.ledger.read { try $0.setting("ready") }
            return .text("ready\n")
        }
    }

    private var figures: Route {
        Route(
            .get, "/metrics",
            permission: .public(reason: "figures of the process, no names of anybody"),
            summary: "Figures for Prometheus."
        ) { call in
            let clock = ContinuousClock()
            let began = clock.now
            let open = try await call.useCases.ledger.read { records in
                try records.jobs(
                    JobQuery(scope: .provider, openOnly: true, limit: Self.mostJobsCounted))
            }
            let took = clock.now - began
            return .text(
                text(open: open, waiting: call.useCases.signals.waiting, read: took),
                type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    /// How many open jobs are counted; a figure at this limit means "at least".
    private static let mostJobsCounted = 10_000

    private func text(open: [Job], waiting: Int, read: Duration) -> String {
        var page = MetricsText()
        page.add(
            "patchbay_http_answers_total", "counter", "Answers by route and status.",
            metrics.answers().map {
                ([("route", $0.route), ("status", "\($0.status)")], "\($0.count)")
            })
        page.add(
            "patchbay_check_ins_total", "counter", "Check-ins that were taken.",
            metrics.successes(of: "POST /agent/v1/check-in"))
        let states = Dictionary(grouping: open, by: \.state).mapValues(\.count)
        page.add(
            "patchbay_jobs", "gauge", "Jobs that have not ended, by state.",
            Job.State.allCases.filter { !$0.isTerminal }.map {
                ([("state", $0.rawValue)], "\(states[$0] ?? 0)")
            })
        page.add(
            "patchbay_waiting_requests", "gauge",
            "Requests held open: agents that wait for work, live pages.",
            waiting)
        page.add(
            "patchbay_database_read_seconds", "gauge", "How long the read for this page took.",
            Double(read.components.attoseconds) / 1e18 + Double(read.components.seconds))
        return page.text
    }
}
