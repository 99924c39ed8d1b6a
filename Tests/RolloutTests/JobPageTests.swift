import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

/// docs/job-states.md is what people read, so it is held to what the machine does.
@Suite struct `The page of job states` {
    /// One row for each state, one cell for each event.
    private struct Page {
        var events: [String] = []
        var rows: [(states: [Job.State], cells: [String])] = []

        init() throws {
            let file = Places.packageRoot.appending(path: "docs/job-states.md")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            let table = lines.filter { $0.hasPrefix("|") }.map { line in
                line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
            events = Array(table[0].dropFirst())
            for cells in table.dropFirst(2) {
                let states = cells[0].split(separator: ",").compactMap {
                    Job.State(rawValue: $0.trimmingCharacters(in: .whitespaces))
                }
                rows.append((states, Array(cells.dropFirst())))
            }
        }
    }

    /// The event of a column; each is one that has an effect where the column says so.
    private static func event(_ column: String, _ state: Job.State) -> JobEvent? {
        switch column {
        case "collected": .collected
        case "progressed": .progressed(JobTests.step)
        case "reported":
            .reported(JobTests.result(state == .pendingRestart ? .pendingRestart : .verified))
        case "cancel requested": .cancelRequested
        case "taken back": .withdrawn(because: "Declined by anna.")
        case "time passes": .tick
        case "restart observed": .restartObserved(JobTests.result(.verified).outcomes)
        case "endpoint retired": .endpointRetired
        default: nil
        }
    }

    /// What the machine makes of an event: the next state, or `nil` when it refuses.
    private static func next(_ event: JobEvent, in state: Job.State) throws -> Job.State? {
        var job = try JobTests.job(in: state)
        do throws(JobEventRefused) {
            _ = try job.handle(event, at: JobTests.start.adding(seconds: 3600))
            return job.state
        } catch {
            return nil
        }
    }

    /// The states that a cell names.
    private static func states(_ cell: String) -> [Job.State] {
        cell.split { !$0.isLetter }.compactMap { Job.State(rawValue: String($0)) }
    }

    @Test func `names every state once, and every event`() throws {
        let page = try Page()
        #expect(
            page.rows.flatMap(\.states).sorted { $0.rawValue < $1.rawValue }
                == Job.State.allCases.sorted { $0.rawValue < $1.rawValue })
        #expect(page.events.allSatisfy { Self.event($0, .queued) != nil })
        #expect(page.events.count == 8)
        #expect(page.rows.allSatisfy { $0.cells.count == page.events.count })
    }

    @Test func `says of each event in each state what really happens`() throws {
        for (states, cells) in try Page().rows {
            for (column, cell) in zip(try Page().events, cells) {
                for state in states {
                    let event = try #require(Self.event(column, state))
                    let next = try Self.next(event, in: state)
                    let place = "\(state.rawValue), \(column): \(cell)"
                    if cell == "refused" {
                        #expect(next == nil, "\(place)")
                    } else if cell == "by its outcomes" {
                        #expect(next == .verified, "\(place)")
                    } else if Self.states(cell).isEmpty {
                        // Ignored, kept, or asked for: the state stays.
                        #expect(next == state, "\(place)")
                    } else {
                        #expect(next.map(Self.states(cell).contains) == true, "\(place)")
                    }
                }
            }
        }
    }
}
