import Administration
import ControlPlane
@testable import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `Scanners, exposure and shared feeds` {
    @Test(arguments: Engine.present)
    func `a scanner's word is replaced by its later one, and listed by pages`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let now = samples.now
            let (own, other) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            var done = ScannerImport(
                id: samples.id(), tenant: own.tenant.id, importedAt: now, importedBy: "user:a",
                scanner: "nessus", format: "csv")
            done.note(.init(place: "line 1", machine: "x", reason: "No."))
            let first = done
            func finding(_ place: EndpointRecord, _ cve: String, _ at: Int64) -> ScannerFinding {
                ScannerFinding(
                    endpoint: place.id, tenant: place.tenant, vulnerability: cve,
                    scanner: "nessus", importID: first.id, reportedAt: now.adding(seconds: at),
                    severity: .low, package: "p", detail: "\(at)")
            }
            let all = [
                finding(own.endpoint, "CVE-1", 0), finding(own.endpoint, "CVE-2", 0),
                finding(other.endpoint, "CVE-1", 0),
            ]
            let later = finding(own.endpoint, "CVE-1", 9)
            let earlier = finding(own.endpoint, "CVE-2", -9)
            try await ledger.write { records in
                try records.save(first)
                try records.save(all)
                try records.save([later, earlier])
            }
            let mine = try await ledger.read {
                try $0.scannerFindings(ScannerFindingQuery(scope: own.scope))
            }
            #expect(mine == [later, all[1]])
            var seen: [ScannerFinding] = []
            while true {
                let after = seen.last.map {
                    ScannerFindingQuery.Place(
                        vulnerability: $0.vulnerability, endpoint: $0.endpoint,
                        scanner: $0.scanner)
                }
                let page = try await ledger.read {
                    try $0.scannerFindings(
                        ScannerFindingQuery(scope: .provider, after: after, limit: 1))
                }
                guard let next = page.first else { break }
                seen.append(next)
            }
            #expect(Set(seen) == [later, all[1], all[2]] && seen.count == 3)
            #expect(
                try await ledger.read {
                    try $0.scannerImports(in: own.scope, before: nil, limit: 9)
                } == [first])
            #expect(
                try await ledger.read {
                    try $0.scannerImports(in: other.scope, before: nil, limit: 9)
                }.isEmpty)
            let names = try await ledger.read {
                try $0.endpointNames(in: .provider, after: nil, limit: 9)
            }
            #expect(Set(names.map(\.id)) == [own.endpoint.id, other.endpoint.id])
        }
    }

    @Test(arguments: Engine.present)
    func `what else an endpoint is known by is kept, replaced and forgotten`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let own = try await samples.place(in: ledger)
            let known = [
                nil, MachineIdentity(fullName: "a.example.org", addresses: ["192.0.2.1"]),
                MachineIdentity(serialNumber: "S1", firmwareId: "f1"), nil,
            ]
            for identity in known {
                try await ledger.write {
                    try $0.store(identity, of: own.endpoint.id, tenant: own.tenant.id)
                }
                let read = try await ledger.read {
                    try $0.endpointNames(in: own.scope, after: nil, limit: 9)
                }
                #expect(read.map(\.identity) == [identity])
            }
        }
    }

    @Test(arguments: Engine.present)
    func `a day's figures are the last of the day, and add up over tenants`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (own, other) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            let noon = try #require(Timestamp("2026-11-20T12:00:00Z"))
            func day(_ hours: Int64, _ base: Int) -> ExposureDay {
                var figures = ExposureFigures()
                for (place, figure) in ExposureFigures.figures.enumerated() {
                    figures[keyPath: figure] = base + place
                }
                return ExposureDay(at: noon.adding(seconds: hours * 3600), figures: figures)
            }
            let days = [day(-24, 10), day(0, 20), day(1, 30), day(-1, 99)]
            try await ledger.write { records in
                for each in days { try records.store(each, of: own.tenant.id) }
                try records.store(days[1], of: other.tenant.id)
            }
            let mine = try await ledger.read { try $0.exposure(in: own.scope, from: "2026-01-01") }
            #expect(mine == [days[0], days[2]])
            let all = try await ledger.read { try $0.exposure(in: .provider, from: "2026-11-20") }
            var sum = days[2].figures
            sum += days[1].figures
            #expect(all == [ExposureDay(day: "2026-11-20", takenAt: days[2].takenAt, figures: sum)])
            #expect(
                try await ledger.write { try $0.purgeExposure(before: "2026-11-20", limit: 9) }
                    == 1)
        }
    }

    @Test(arguments: Engine.present)
    func `a feed's content is kept in pieces, of one digest`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            let parts = (0..<3).map {
                FeedContentPart(feed: "f", digest: "d", number: $0, bytes: [UInt8($0), 0, 255])
            }
            let newer = FeedContentPart(feed: "f", digest: "e", number: 0, bytes: [7])
            try await ledger.write { records in
                for part in parts + [parts[0], newer] { try records.save(part) }
            }
            for part in parts {
                let read = try await ledger.read {
                    try $0.feedContent("f", digest: "d", part: part.number)
                }
                #expect(read == part.bytes)
            }
            try await ledger.write { try $0.dropFeedContent("f", except: "e") }
            #expect(
                try await ledger.read { try $0.feedContent("f", digest: "d", part: 0) } == nil)
            #expect(
                try await ledger.read { try $0.feedContent("f", digest: "e", part: 0) } == [7])
        }
    }
}
