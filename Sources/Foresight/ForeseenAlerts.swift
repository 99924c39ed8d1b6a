import ControlPlane
import Fleet
import Policy
import ServerRecords

extension UseCases {
    /// How many endpoints a sentence names.
    private static let namedEndpoints = 3
    /// The longest sentence, in characters: a decision says why an update waits in fewer.
    private static let longestSentence = 500
    /// The longest name of a program, in characters: scans bring them.
    private static let longestUpdater = 64

    /// One alert for each day on which due dates are missed by the plan.
    func alerts(
        ofDatesAhead foreseen: Foreseen, in tenant: TenantID, at now: Timestamp
    ) -> [Alert] {
        let days = Dictionary(grouping: foreseen.misses.filter { $0.dueAt > now }) {
            String($0.dueAt.wholeSeconds.description.prefix(10))
        }
        return days.sorted { $0.key < $1.key }.map { day, misses in
            let endpoints = Set(misses.map { foreseen.names[$0.endpoint] ?? $0.endpoint }).sorted()
            let first = misses.first.map {
                let name = foreseen.names[$0.endpoint] ?? $0.endpoint
                return " \($0.update.name) on \(name): \($0.sentence)"
            }
            let sentence =
                "\(Self.count(endpoints)) will miss a due date on \(day) by today's plan: "
                + "\(Self.listed(endpoints, atMost: Self.namedEndpoints)).\(first ?? "")"
            return Alert(
                id: effects.newIdentifier(), tenant: tenant, kind: .dueDateAhead, subject: day,
                sentence: PlainText.line(sentence, atMost: Self.longestSentence),
                endpoints: endpoints.count, raisedAt: now)
        }
    }

    /// One alert for each program that updates endpoints by itself.
    func alerts(
        ofUpdaters foreseen: Foreseen, in tenant: TenantID, at now: Timestamp
    ) -> [Alert] {
        let programs = foreseen.updaters.sorted { $0.key < $1.key }.prefix(Self.foreseenUpdaters)
        return programs.map { name, endpoints in
            let name = PlainText.line(name, atMost: Self.longestUpdater)
            let sentence =
                "\(name) installs updates by itself on \(Self.count(endpoints)) that a policy "
                + "answers for, in no window and no ring of it: "
                + "\(Self.listed(endpoints.sorted(), atMost: Self.namedEndpoints))."
            return Alert(
                id: effects.newIdentifier(), tenant: tenant, kind: .selfUpdating, subject: name,
                sentence: PlainText.line(sentence, atMost: Self.longestSentence),
                endpoints: endpoints.count, raisedAt: now)
        }
    }

    private static func count(_ endpoints: [String]) -> String {
        endpoints.count == 1 ? "1 endpoint" : "\(endpoints.count) endpoints"
    }
}
