import ServerRecords
import Administration
import ControlPlane
@testable import Fleet
import Store
import TestSupport
import Testing

@Suite struct `Findings, feeds and alerts` {
    @Test(arguments: Engine.present)
    func `an endpoint comes with its software and what else matching needs`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let inventory = samples.inventory(300)
            let (tenant, now) = (placed.tenant.id, samples.now)
            var endpoint = placed.endpoint
            let none = try await ledger.read { try $0.members(after: nil, limit: 9, knowing: []) }
            #expect(none.members.isEmpty)
            endpoint.inventoryDigest = "d"
            let scanned = endpoint
            try await ledger.write { records in
                _ = try records.store(InventoryText(inventory), digest: "d", of: tenant, at: now)
                try records.update(scanned)
            }
            let bare = try await ledger.read { try $0.members([scanned.id]) }
            #expect(bare.members.map(\.footing) == [nil])
            #expect(bare.inventories["d"]?.count == 300)
            var footing = SoftwareFooting(
                os: OperatingSystem(
                    id: "debian", versionId: "12", name: "Debian GNU/Linux 12",
                    codename: "bookworm", idLike: ["a", "b"]), kernel: "6.1.0-30-amd64",
                replaced: ["libssl3", "openssl"], timeZone: "Europe/Rome",
                channels: ["esm-apps", "esm-infra"],
                foreign: [
                    ForeignPackages(source: "Docker CE", packages: 3),
                    ForeignPackages(source: "obs://x y", packages: 1),
                ])
            for codename in ["bookworm", nil] {
                footing.os.codename = codename
                if codename == nil { (footing.channels, footing.foreign) = ([], []) }
                let stored = footing
                try await ledger.write { try $0.store(stored, of: scanned.id, tenant: tenant) }
                let page = try await ledger.read {
                    try $0.members(after: nil, limit: 9, knowing: [])
                }
                #expect(page.members.map(\.footing) == [stored])
                #expect(page.members.first?.tenant == tenant)
                #expect(page.inventories == bare.inventories)
            }
            let other = try await ledger.read {
                try $0.members(after: nil, limit: 9, knowing: ["d"])
            }
            #expect(other.inventories.isEmpty, "what is known is not read again")
            let numbers = bare.inventories["d"] ?? []
            let software = try await ledger.read { try $0.software(numbers + [-1]) }
            #expect(Set(software.values.map(\.name)) == Set(inventory.packages.map(\.name)))
            #expect(
                try await ledger.read {
                    try $0.members(after: scanned.id, limit: 9, knowing: [])
                }.members.isEmpty)
            endpoint.retiredAt = now
            let retired = endpoint
            try await ledger.write { try $0.update(retired) }
            #expect(try await ledger.read { try $0.members([scanned.id]) }.members.isEmpty)
        }
    }

    @Test(arguments: Engine.present)
    func `since when a finding is known stays as it was first said`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let now = samples.now
            let known = (0..<250).map { number in
                KnownFinding(
                    key: .init(
                        vulnerability: "CVE-2026-\(number)", release: "debian 12", source: "bash"),
                    since: now)
            }
            let later = known.map { KnownFinding(key: $0.key, since: now.adding(seconds: 9)) }
            try await ledger.write { records in
                try records.add(known)
                try records.add(later)
            }
            #expect(Set(try await ledger.read { try $0.knownFindings() }) == Set(known))
            let (own, other) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            let gained = FindingChange(
                endpoint: own.endpoint.id, tenant: own.tenant.id, gained: ["CVE-1", "CVE-2"],
                lost: [], at: now)
            let lost = FindingChange(
                endpoint: own.endpoint.id, tenant: own.tenant.id, gained: ["CVE-2"],
                lost: ["CVE-1"], at: now.adding(seconds: 5))
            try await ledger.write { try $0.change(gained) }
            try await ledger.write { try $0.change(lost) }
            let starts = try await ledger.read {
                try $0.findingStarts(of: [own.endpoint.id, other.endpoint.id])
            }
            #expect(
                starts == [
                    FindingStart(endpoint: own.endpoint.id, vulnerability: "CVE-2", at: now)
                ])
            #expect(
                try await ledger.read { try $0.findingStarts(of: [other.endpoint.id]) }.isEmpty)
        }
    }

    @Test(arguments: Engine.present)
    func `an alert about a feed is the provider's, and opened again when its trouble returns`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let own = try await samples.place(in: ledger)
            let feeds = (0..<2).map { _ in
                Alert(
                    id: samples.id(), tenant: nil, kind: .feedStale, subject: "kev never",
                    sentence: "Look.", endpoints: 0, raisedAt: samples.now)
            }
            let raised = try await ledger.write { records in
                try feeds.map { try records.insert($0) }
            }
            #expect(raised == [true, false])
            var over = feeds[0]
            (over.acknowledgedAt, over.acknowledgedBy) = (samples.now, "system")
            let ended = over
            let open = try await ledger.read { try $0.openFeedAlerts() }
            #expect(open == [feeds[0]])
            try await ledger.write { try $0.update(ended) }
            try await ledger.read { (records: any Records) throws in
                #expect(try records.openFeedAlerts().isEmpty)
                #expect(try records.alert(ended.id, in: own.scope) == nil)
                #expect(try records.alert(ended.id, in: .provider) == ended)
            }
            let again = Alert(
                id: samples.id(), tenant: nil, kind: .feedStale, subject: "kev never",
                sentence: "Look again.", endpoints: 0, raisedAt: samples.now.adding(seconds: 60))
            let stranger = Alert(
                id: samples.id(), tenant: own.tenant.id, kind: .feedStale, subject: "kev never",
                sentence: "Look again.", endpoints: 0, raisedAt: samples.now)
            let renewed = try await ledger.write { records in
                [
                    try records.renew(stranger), try records.renew(again),
                    try records.renew(again),
                ]
            }
            #expect(renewed == [false, true, false])
            // What returns is a new one: it stands before what came meanwhile, and is found by it.
            try await ledger.read { (records: any Records) throws in
                #expect(try records.openFeedAlerts() == [again])
                #expect(try records.alert(ended.id, in: .provider) == nil)
                #expect(try records.alert(again.id, in: .provider) == again)
            }
        }
    }

    @Test(arguments: Engine.present)
    func `an alert is raised once for each tenant, and acknowledged by one of its people`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (own, other) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            func alert(_ tenant: TenantID, _ subject: String) -> Alert {
                Alert(
                    id: samples.id(), tenant: tenant, kind: .knownExploited, subject: subject,
                    sentence: "Look.", endpoints: 3, raisedAt: samples.now)
            }
            let alerts = [
                alert(own.tenant.id, "CVE-1"), alert(own.tenant.id, "CVE-2"),
                alert(other.tenant.id, "CVE-1"),
            ]
            let again = alert(own.tenant.id, "CVE-1")
            let added = try await ledger.write { records in
                try (alerts + [again]).map { try records.insert($0) }
            }
            #expect(added == [true, true, true, false])
            let mine = try await ledger.read {
                try $0.alerts(in: own.scope, openOnly: true, before: nil, limit: 9)
            }
            #expect(mine == [alerts[1], alerts[0]])
            let older = try await ledger.read {
                try $0.alerts(in: .provider, openOnly: false, before: alerts[1].id, limit: 9)
            }
            #expect(older == [alerts[0]])
            var seen = alerts[0]
            seen.acknowledgedAt = samples.now
            seen.acknowledgedBy = "user:anna"
            let acknowledged = seen
            try await ledger.write { try $0.update(acknowledged) }
            try await ledger.read { (records: any Records) throws in
                #expect(try records.alert(acknowledged.id, in: own.scope) == acknowledged)
                #expect(try records.alert(acknowledged.id, in: other.scope) == nil)
                let (mine, kind) = (own.tenant.id, Alert.Kind.knownExploited)
                #expect(try records.alert(kind, about: "CVE-1", of: mine) == acknowledged)
                #expect(try records.alert(kind, about: "CVE-3", of: mine) == nil)
                #expect(try records.alert(.backupStale, about: "CVE-1", of: mine) == nil)
                #expect(try records.countOpenAlerts(in: own.scope) == 1)
                #expect(try records.countOpenAlerts(in: .provider) == 2)
                #expect(
                    try records.alerts(in: own.scope, openOnly: true, before: nil, limit: 9)
                        == [alerts[1]])
            }
        }
    }

    @Test(arguments: Engine.present) func `feeds are kept by their names`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            let now = Samples().now
            var feed = Feed(
                name: "kev", title: "KEV", source: "https://feeds.example.org/kev.json",
                isEnabled: false, intervalSeconds: 3600, nextAt: now)
            let first = feed
            feed.isEnabled = true
            feed.problem = "It does not answer."
            feed.validators = FeedValidators(entityTag: "\"a\"", lastModified: nil)
            let second = feed
            try await ledger.write { records in
                try records.save(first)
                try records.save(second)
                try records.save(
                    Feed(
                        name: "a", title: "", source: "", isEnabled: true, intervalSeconds: 300,
                        nextAt: now))
            }
            #expect(try await ledger.read { try $0.feed("kev") } == second)
            #expect(try await ledger.read { try $0.feeds() }.map(\.name) == ["a", "kev"])
            try await ledger.write { try $0.removeFeed("kev") }
            #expect(try await ledger.read { try $0.feed("kev") } == nil)
        }
    }
}
