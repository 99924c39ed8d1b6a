import Intelligence
import Advisories
public import ControlPlane
import Findings
import Fleet
public import ServerRecords

extension UseCases {
    /// The most endpoints whose ended times are counted one by one: about 50 ms.
    private static let mostCounted = 20_000
    /// The longest name of a vulnerability, in bytes.
    private static let longestVulnerability = 128

    /// Which endpoints had a vulnerability in a span of time, and when exactly, as it was known
    /// here; those that have been retired since are among them.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` for a tenant out of scope and for what no endpoint in scope
    ///   ever had, `E_SPAN` for a span that is
    ///   none.
    public func history(
        of vulnerability: String, _ filter: FindingHistoryFilter, by principal: Principal
    ) async throws -> VulnerabilityHistory {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: filter.tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        let state = findings.snapshot()
        let given = try Self.vulnerabilityName(vulnerability)
        let name = state.fleet.number(named: given).map { state.fleet.name(of: $0) } ?? given
        let (known, kept) = (
            try await ledger.read { try $0.knownSince(name) }, try await findingHistorySince()
        )
        let from = filter.from ?? min(known ?? now, kept ?? now)
        // What is asked until now holds what was found this very instant.
        let to = min(filter.to ?? now.adding(seconds: 1), now.adding(seconds: 1))
        guard from < (filter.to ?? to) else {
            throw Refusal(
                .malformed, "E_SPAN", "The span ends before it begins.",
                nextStep: "Give a from that lies before to.")
        }
        guard from < to else {
            throw Refusal(
                .malformed, "E_SPAN", "The span has not begun yet.",
                nextStep: "Give a from that has passed; days are those of UTC.")
        }
        let query = FindingSpanQuery(scope: scope, vulnerability: name, from: from, to: to)
        let has = state.beginnings(of: name, on: state.endpoints(in: scope), at: now)
        let (open, isOpen) = (has.filter { $0.value < to }, !has.isEmpty)
        let limit = filter.limit
        let after = filter.after
        var answer = VulnerabilityHistory(
            vulnerability: name, from: from, to: to, items: [], knownSince: known,
            keptSince: kept, limits: Self.limits(kept: kept, from: from))
        (answer.items, answer.next, answer.total) = try await ledger.read { records in
            let ended = try records.endpoints(
                withSpans: query, after: after, limit: limit + 1)
            let rest = open.keys.filter { id in after.map { id > $0 } ?? true }
            if ended.isEmpty, open.isEmpty,
                try !Self.hadEver(query, now, in: records, isOpen: isOpen)
            {
                throw Self.nobodyHadIt(name)
            }
            let ids = Set(ended).union(rest).sorted()
            let page = Array(ids.prefix(limit))
            let total = try Self.count(query, open: open, in: records)
            return (
                try Self.items(page, query, open: open, in: records),
                ids.count > limit ? page.last?.text : nil, total
            )
        }
        return answer
    }

    /// Whether any endpoint in scope ever had it.
    private static func hadEver(
        _ query: FindingSpanQuery, _ now: Timestamp, in records: any Records, isOpen: Bool
    ) throws -> Bool {
        var all = query
        (all.from, all.to) = (Timestamp(milliseconds: .min), now.adding(seconds: 1))
        return try isOpen || !records.endpoints(withSpans: all, after: nil, limit: 1).isEmpty
    }

    private static func nobodyHadIt(_ name: String) -> Refusal {
        Refusal(
            .notFound, "E_NOT_FOUND", "No endpoint is known to have had \(name.prefix(64)).",
            nextStep:
                "Check the name; a feed must have spoken of it, and an endpoint have the software.")
    }

    private static func vulnerabilityName(_ text: String) throws(Refusal) -> String {
        guard !text.isEmpty, text.utf8.count <= longestVulnerability else {
            throw Refusal.notFound("vulnerability")
        }
        return text.lowercased().hasPrefix("cve-") ? text.uppercased() : text
    }

    private static func count(
        _ query: FindingSpanQuery, open: [EndpointID: Timestamp], in records: any Records
    ) throws -> Int? {
        let ended = try records.endpoints(withSpans: query, after: nil, limit: mostCounted + 1)
        guard ended.count <= mostCounted else { return nil }
        return open.count + ended.count { open[$0] == nil }
    }

    private static func items(
        _ ids: [EndpointID], _ query: FindingSpanQuery, open: [EndpointID: Timestamp],
        in records: any Records
    ) throws -> [VulnerabilityHistory.Item] {
        let spans = Dictionary(grouping: try records.spans(query, of: ids), by: \.endpoint)
        return try ids.compactMap { id in
            guard let endpoint = try records.endpoint(id, in: query.scope) else { return nil }
            var intervals = (spans[id] ?? []).map {
                VulnerabilityHistory.Interval(
                    began: $0.began, ended: $0.ended, endedBy: $0.cause)
            }
            if let began = open[id] { intervals.append(.init(began: began)) }
            return VulnerabilityHistory.Item(
                endpoint: id, endpointName: endpoint.name, tenant: endpoint.tenant,
                retiredAt: endpoint.retiredAt, intervals: intervals)
        }
    }

    /// What the answer cannot tell.
    private static func limits(kept: Timestamp?, from: Timestamp) -> [String] {
        var limits = [
            "A time begins when this server came to know: when a feed first spoke of the software, a scan brought it, or the endpoint enrolled. The software may have been there before.",
            "A time ends with the scan that showed it ended; the update may have been installed up to one scan interval earlier.",
            "What a feed has taken back or no longer speaks of is not counted as open.",
        ]
        if let kept, from < kept {
            limits.append("Times that ended before \(kept) were not kept.")
        }
        return limits
    }
}
