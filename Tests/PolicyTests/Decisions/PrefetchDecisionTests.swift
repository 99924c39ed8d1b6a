import Calendar
import Fleet
import Testing

@testable import Policy

/// Updates that are downloaded before they are installed, in decisions.
struct PrefetchDecisionTests {
    private func decision(
        _ approval: Approval, approvers: Int = 1, _ prefetch: Prefetch.State?
    ) throws -> Decision {
        var subject = Sample.update()
        subject.update.prefetch = prefetch.map {
            Prefetch(state: $0, at: Sample.monday, sentence: "The source does not answer.")
        }
        let policy = try Sample.policy(
            rules: [], otherwise: Treatment(approval, approvers: approvers))
        return Sample.decide(subject, under: policy)
    }

    static let prepared: [(Prefetch.State?, String)] = [
        (nil, "it is downloaded in a window that allows it, and waits for a person to release it."),
        (.downloaded, "it is downloaded, and waits for a person to release it."),
        (
            .failed,
            "it could not be downloaded ahead (The source does not answer), and waits for a person "
                + "to release it."
        ),
        (
            .notPossible,
            "it cannot be downloaded ahead (The source does not answer), and waits for a person "
                + "to release it."
        ),
    ]

    @Test(arguments: prepared)
    func `what is prepared only is told to be downloaded when it is, and not before`(
        state: Prefetch.State?, ending: String
    ) throws {
        let decision = try decision(.prepareOnly, state)
        #expect(decision.reasonCode == .prepared)
        #expect(decision.mayBePrefetched)
        #expect(decision.sentence.hasSuffix("prepares it only: \(ending)"), "\(decision.sentence)")
    }

    @Test func `what waits for its window is told to be there already`() throws {
        let waiting = try decision(.atOnce, .downloaded)
        #expect(waiting.reasonCode == .awaitingWindow)
        #expect(waiting.sentence.hasSuffix("; it is downloaded already."), "\(waiting.sentence)")
        #expect(try !decision(.atOnce, nil).sentence.contains("downloaded"))
    }

    @Test(arguments: [(Approval.byHand, false), (.declined, false), (.atOnce, true)])
    func `what nobody has approved is not downloaded`(_ approval: Approval, isWorth: Bool) throws {
        #expect(try decision(approval, nil).mayBePrefetched == isWorth)
    }

    static let windows: [([Set<WindowKind>], Int?)] = [
        ([WindowKind.all], nil), ([[.install, .reboot]], nil),
        ([[.detection, .prefetch], WindowKind.all], 2), ([[.detection], [.install]], 1),
    ]

    @Test(arguments: windows)
    func `scans are limited as soon as a window is there for looking without installing`(
        kinds: [Set<WindowKind>], count: Int?
    ) throws {
        let windows = try zip(["weekend", "any"], kinds).map { name, kinds in
            var window = try Sample.window(name)
            window.kinds = kinds
            return window
        }
        let effective = Sample.effective(try Sample.policy(windows: windows))
        #expect(effective.detectionWindows?.count == count)
    }

    @Test func `outside of its windows an endpoint waits for the next to look`() throws {
        var look = try Sample.window("weekend")
        look.kinds = [.detection]
        var install = try Sample.window("any", every: "day")
        install.kinds = [.install]
        let effective = Sample.effective(try Sample.policy(windows: [look, install]))
        let zones = Zones(endpoint: .utc)
        guard case .closed(let next, let closes) = effective.detection(in: zones, at: Sample.monday)
        else {
            Issue.record("it is not closed")
            return
        }
        #expect(next > Sample.monday && next < closes)
        #expect(effective.detection(in: zones, at: next) == .open(until: closes))
    }
}
