import Fleet
import Foundation
import Policy
import Rollout
import TestSupport
import Testing

/// docs/rollouts.md is what people read, so it is held to what the machine does.
@Suite struct `The page of rollouts` {
    private static let ids = RolloutSample.endpoints(3)

    /// The rows of the table whose first column has this name: the row's name, and its cells by
    /// column.
    private static func table(_ name: String) throws -> [(name: String, cells: [(String, String)])]
    {
        let file = Places.packageRoot.appending(path: "docs/rollouts.md")
        let rows = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        let first = try #require(rows.firstIndex { $0.first == name && $0.count > 1 })
        return rows[(first + 2)...].prefix { $0.count > 1 }.map { row in
            (row[0], Array(zip(rows[first].dropFirst(), row.dropFirst())))
        }
    }

    private static func rollout(_ state: String) -> RingRollout? {
        var rollout = RingRollout(
            RolloutSample.twoRings(state == "completed" ? [] : ids, gate: nil))
        switch state {
        case "planned": break
        case "running", "completed": rollout.take(.started)
        case "halted":
            rollout.take(.started)
            rollout.take(.haltRequested(by: "anna", reason: "test"))
        case "cancelled": rollout.take(.cancelRequested(by: "anna"))
        default: return nil
        }
        return rollout
    }

    private static func name(_ state: RingRollout.State) -> String {
        switch state {
        case .planned: "planned"
        case .running: "running"
        case .halted: "halted"
        case .completed: "completed"
        case .cancelled: "cancelled"
        }
    }

    @Test func `says what becomes of a rollout`() throws {
        let events: [String: RolloutEvent] = [
            "started": .started, "halt requested": .haltRequested(by: "ben", reason: "r"),
            "resume requested": .resumeRequested(by: "ben", .keep),
            "cancel requested": .cancelRequested(by: "ben"),
        ]
        let rows = try Self.table("state")
        #expect(rows.count == 5)
        for (state, cells) in rows {
            #expect(cells.count == events.count)
            for (column, cell) in cells {
                var rollout = try #require(Self.rollout(state))
                #expect(Self.name(rollout.state) == state)
                rollout.take(try #require(events[column]))
                let expected = cell == "ignored" ? state : cell
                #expect(Self.name(rollout.state) == expected, "\(state), \(column)")
            }
        }
    }

    /// A rollout that nothing halts, with its first endpoint in a phase. It is silent afterwards,
    /// so that it gets no new order, unless it would lose the one that it has.
    private static func rollout(endpoint phase: String) -> RingRollout? {
        let gate = RingGate(verified: RolloutSample.percent(0), minimum: 0)
        var rollout = RingRollout(
            RolloutPlan(rings: [
                RolloutSample.ring("canary", ids, soak: .days(9), gate: gate),
                RolloutSample.ring("broad", []),
            ]))
        let id = ids[0]
        let silent = RolloutEvent.endpointOffline(id, observedAt: RolloutSample.start)
        if phase == "waiting" { rollout.take(silent) }
        rollout.take(.started)
        let offer = rollout.offer(id)
        switch phase {
        case "waiting", "offered", "withdrawing": break
        case "running": rollout.take(.jobStarted(offer))
        case "resting": rollout.take(.jobFailed(offer, .network))
        case "verified": rollout.verify(id)
        case "failed": rollout.take(.jobFailed(offer, .diskFull))
        case "skipped": rollout.take(.jobSkipped(offer, .heldBack))
        default: return nil
        }
        if phase != "offered" { rollout.take(silent) }
        return rollout
    }

    private static func name(_ phase: RosterEntry.Phase?) -> String? {
        phase.map { phase in
            switch phase {
            case .waiting: "waiting"
            case .offered: "offered"
            case .withdrawing: "withdrawing"
            case .running: "running"
            case .resting: "resting"
            case .verified: "verified"
            case .failed: "failed"
            case .skipped: "skipped"
            }
        }
    }

    @Test func `says what becomes of an endpoint`() throws {
        let id = Self.ids[0]
        let later = RolloutSample.start.adding(seconds: 60)
        let rows = try Self.table("endpoint")
        #expect(rows.count == 8)
        for (phase, cells) in rows {
            for (column, cell) in cells {
                var rollout = try #require(Self.rollout(endpoint: phase))
                #expect(Self.name(rollout.entry(of: id)?.phase) == phase)
                let offer = rollout.offer(id)
                let events: [String: RolloutEvent] = [
                    "job started": .jobStarted(offer), "job failed": .jobFailed(offer, .network),
                    "job verified": .jobVerified(offer, RolloutVerification()),
                    "job expired": .jobExpired(offer), "job withdrawn": .jobWithdrawn(offer),
                    "job skipped": .jobSkipped(offer, .heldBack),
                    "order recalled": .ordersRecalled([offer]), "way cleared": .wayCleared,
                    "endpoint offline": .endpointOffline(id, observedAt: later),
                    "update missing again": .updateMissingAgain(id, observedAt: later),
                ]
                #expect(cells.count == events.count)
                rollout.take(try #require(events[column]), after: 60)
                let expected = cell == "ignored" ? phase : cell
                #expect(
                    Self.name(rollout.entry(of: id)?.phase) == expected, "\(phase), \(column)")
            }
        }
    }
}
