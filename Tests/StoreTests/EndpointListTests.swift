import Administration
import ControlPlane
import Fleet
import Policy
import ServerRecords
import Store
import TestSupport
import Testing

/// A random fleet is stored, and every list and count is compared with the same question asked of
/// plain values.
@Suite struct `Lists and counts of endpoints` {
    @Test(arguments: Engine.present, Seeds.all)
    func `counts are what the policy's own rule yields, and agree with the lists`(
        _ engine: Engine, _ seed: UInt64
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples(seed: seed)
            let fleet = try await samples.fleet(in: ledger)
            for scope in fleet.scopes {
                let freshSince = fleet.freshSince
                let counts = try await ledger.read {
                    try $0.fleetCounts(in: scope, freshSince: freshSince)
                }
                let seen = fleet.endpoints.filter {
                    scope.includes($0.tenant) && $0.retiredAt == nil
                }
                let verdicts = seen.map { fleet.compliance($0) }
                let expected = FleetCounts(
                    total: seen.count, compliant: verdicts.count { $0 == .compliant },
                    nonCompliant: verdicts.count { $0 == .nonCompliant },
                    unknown: verdicts.count { $0 == .unknown },
                    beingJudged: seen.count { fleet.isBeingJudged($0) },
                    rebootRequired: seen.count { $0.standing.rebootRequired },
                    sourceTrouble: seen.count { $0.standing.sourcesNotOk > 0 })
                #expect(counts == expected, "seed \(seed)")
                for compliance in Compliance.allCases {
                    let query = EndpointQuery(
                        scope: scope, compliance: compliance, freshSince: freshSince)
                    let number = try await ledger.read { try $0.countEndpoints(query) }
                    #expect(
                        number == verdicts.count { $0 == compliance }, "seed \(seed), \(compliance)"
                    )
                }
            }
        }
    }

    @Test(arguments: Engine.present, Seeds.all)
    func `pages put together are the whole list, in order, without a row twice`(
        _ engine: Engine, _ seed: UInt64
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples(seed: seed)
            let fleet = try await samples.fleet(in: ledger)
            for order in EndpointQuery.Order.allCases {
                for scope in fleet.scopes {
                    var query = EndpointQuery(
                        scope: scope, includesRetired: samples.chance(50), order: order,
                        limit: samples.number(1...7), freshSince: fleet.freshSince)
                    if samples.chance(50) { query.search = "EB-1" }
                    if samples.chance(30) { query.rebootRequired = true }
                    if samples.chance(30) { query.sourceTrouble = true }
                    let asked = query
                    let found = try await ledger.allPages(of: asked)
                    #expect(
                        found.map(\.id) == fleet.answer(asked).map(\.id), "seed \(seed), \(asked)")
                    #expect(try await ledger.read { try $0.countEndpoints(asked) } == found.count)
                }
            }
        }
    }

    @Test(arguments: Engine.present)
    func `characters with a meaning in patterns are searched for as they are`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger, "a%b_c\\d")
            let plain = samples.endpoint(of: placed.tenant.id, "aXbYcZd")
            try await ledger.write { try $0.insert(plain) }
            for (part, count) in [
                ("%", 1), ("_", 1), ("\\", 1), ("A%B", 1), ("b", 2), ("'; --", 0),
            ] {
                let query = EndpointQuery(scope: .provider, search: part, freshSince: samples.now)
                #expect(try await ledger.read { try $0.countEndpoints(query) } == count, "\(part)")
            }
        }
    }
}

/// A stored fleet, and what should be answered about it.
private struct StoredFleet {
    var endpoints: [EndpointRecord]
    var scopes: [Scope]
    var freshSince: Timestamp

    /// Whether it is unknown, and would not be if its scan were joined with the feeds.
    func isBeingJudged(_ endpoint: EndpointRecord) -> Bool {
        var judged = endpoint
        judged.isSettled = true
        return compliance(endpoint) == .unknown && compliance(judged) != .unknown
    }

    func compliance(_ endpoint: EndpointRecord) -> Compliance {
        let standing = endpoint.standing
        let evidence = ComplianceEvidence(
            scannedAt: endpoint.scannedAt, missingSecurity: standing.missingSecurity,
            rebootRequired: standing.rebootRequired, sourcesNotOk: standing.sourcesNotOk,
            unsupported: endpoint.faults.unsupported, overdue: endpoint.faults.overdue,
            isJudged: endpoint.isSettled)
        return ComplianceRule.verdict(evidence, freshSince: freshSince).compliance
    }

    func answer(_ query: EndpointQuery) -> [EndpointRecord] {
        let found = endpoints.filter {
            query.scope.includes($0.tenant) && (query.includesRetired || $0.retiredAt == nil)
                && (!query.rebootRequired || $0.standing.rebootRequired)
                && (!query.sourceTrouble || $0.standing.sourcesNotOk > 0)
                && (query.search.map($0.name.lowercased().contains(_:)) ?? true
                    || $0.name.lowercased().contains((query.search ?? "").lowercased()))
        }
        return found.sorted { one, other in
            switch query.order {
            case .name:
                (one.name.lowercased().utf8Key, one.id.text) < (
                    other.name.lowercased().utf8Key, other.id.text
                )
            case .missingSecurity:
                (-one.standing.missingSecurity, one.id.text) < (
                    -other.standing.missingSecurity, other.id.text
                )
            case .lastSeen:
                (one.lastSeenAt?.milliseconds ?? 0, one.id.text) < (
                    other.lastSeenAt?.milliseconds ?? 0, other.id.text
                )
            }
        }
    }
}

extension String {
    /// Orders as the bytes do, which is how both databases order texts here.
    fileprivate var utf8Key: String {
        utf8.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension Samples {
    fileprivate mutating func fleet(in ledger: some Ledger) async throws -> StoredFleet {
        let tenants = [tenant(), tenant()]
        let freshSince = now
        var endpoints: [EndpointRecord] = []
        for index in 0..<40 {
            let names = ["web-\(number(0...12))", "Web-1", "äpfel", "Zebra", "_web", "db-\(index)"]
            var endpoint = endpoint(of: tenants[number(0...1)].id, names[number(0...5)])
            endpoint.retiredAt = chance(15) ? now : nil
            endpoint.lastSeenAt =
                chance(80) ? freshSince.adding(seconds: Int64(number(-5...5))) : nil
            endpoint.scannedAt =
                chance(85) ? freshSince.adding(seconds: Int64(number(-1...3))) : nil
            endpoint.standing = Standing(
                osName: "Debian", packages: 10, missingSecurity: chance(50) ? 0 : number(0...3),
                missingTotal: 4,
                rebootRequired: chance(25), restartsNeeded: 0, sourcesNotOk: chance(30) ? 1 : 0)
            endpoint.faults = EndpointFaults(
                unsupported: chance(20) ? "debian 10" : nil,
                overdue: chance(20) ? "CVE-2026-1" : nil)
            endpoint.inventoryDigest = chance(90) ? "d\(number(0...1))" : nil
            endpoint.isSettled = endpoint.inventoryDigest != nil && chance(80)
            endpoints.append(endpoint)
        }
        let stored = endpoints
        try await ledger.write { records in
            for tenant in tenants { try records.insert(tenant) }
            for endpoint in stored {
                try records.insert(endpoint)
                try records.set(endpoint.faults, of: endpoint.id, tenant: endpoint.tenant)
                // What is not settled was settled for another inventory, or never.
                let former = endpoint.standing.rebootRequired ? "former" : nil
                if let digest = endpoint.isSettled ? endpoint.inventoryDigest : former {
                    try records.noteSettled(digest, of: endpoint.id, tenant: endpoint.tenant)
                }
            }
        }
        return StoredFleet(
            endpoints: stored, scopes: [.provider, .tenant(tenants[0].id), .tenant(tenants[1].id)],
            freshSince: freshSince)
    }
}

extension Ledger {
    /// The list page after page, until one is not full.
    fileprivate func allPages(of query: EndpointQuery) async throws -> [EndpointRecord] {
        var query = query
        var all: [EndpointRecord] = []
        for _ in 0..<100 {
            let asked = query
            let page = try await read { try $0.endpoints(asked) }
            #expect(page.count <= query.limit)
            all += page
            guard let last = page.last, page.count == query.limit else { break }
            let key =
                switch query.order {
                case .name: last.name
                case .missingSecurity: String(last.standing.missingSecurity)
                case .lastSeen: String(last.lastSeenAt?.milliseconds ?? 0)
                }
            query.after = EndpointQuery.Cursor(key: key, id: last.id.text)
        }
        return all
    }
}
