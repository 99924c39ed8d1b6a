import Administration
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `Deployments and jobs` {
    @Test(arguments: Engine.present) func `deployments come newest first, page after page`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (here, there) = (samples.tenant(), samples.tenant())
            let own = (0..<5).map { _ in samples.deployment(of: here.id) }
            let foreign = samples.deployment(of: there.id)
            try await ledger.write { records in
                for tenant in [here, there] { try records.insert(tenant) }
                for deployment in own + [foreign] { try records.insert(deployment) }
            }
            var pages: [Deployment] = []
            for _ in 0..<3 {
                let before = pages.last?.id
                pages += try await ledger.read {
                    try $0.deployments(in: .tenant(here.id), before: before, limit: 2)
                }
            }
            #expect(pages == own.reversed())
            let newest = try await ledger.read {
                try $0.deployments(in: .provider, before: nil, limit: 1)
            }
            #expect(newest == [foreign])
            var halted = own[0]
            _ = try halted.handle(.halt, at: samples.now)
            let changed = halted
            try await ledger.write { try $0.update(changed) }
            #expect(
                try await ledger.read { try $0.deployment(changed.id, in: .tenant(here.id)) }
                    == changed)
        }
    }

    @Test(arguments: Engine.present)
    func `jobs are found by what they belong to and where they stand`(_ engine: Engine) async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let second = samples.endpoint(of: placed.tenant.id, "web-2")
            let deployments = [
                samples.deployment(of: placed.tenant.id), samples.deployment(of: placed.tenant.id),
            ]
            var jobs = [
                samples.job(of: placed.endpoint, in: deployments[0]),
                samples.job(of: second, in: deployments[0]),
                samples.job(of: placed.endpoint, in: deployments[1]),
            ]
            let inserted = jobs
            try await ledger.write { records in
                try records.insert(second)
                for deployment in deployments { try records.insert(deployment) }
                for job in inserted { try records.insert(job) }
            }
            _ = try jobs[0].handle(.cancelRequested, at: samples.now)
            _ = try jobs[1].handle(.collected, at: samples.now)
            let changed = jobs
            try await ledger.write { records in for job in changed { try records.update(job) } }
            let scope = placed.scope
            func found(_ query: JobQuery) async throws -> [Job] {
                try await ledger.read { try $0.jobs(query) }
            }
            #expect(try await found(JobQuery(scope: scope)) == changed.reversed())
            #expect(
                try await found(JobQuery(scope: scope, oldestFirst: true, limit: 2))
                    == Array(changed.prefix(2)))
            #expect(
                try await found(JobQuery(scope: scope, deployment: deployments[1].id)) == [
                    changed[2]
                ])
            #expect(try await found(JobQuery(scope: scope, endpoint: second.id)) == [changed[1]])
            #expect(
                try await found(JobQuery(scope: scope, openOnly: true, oldestFirst: true)) == [
                    changed[1], changed[2],
                ])
            #expect(
                try await found(JobQuery(scope: scope, states: [.cancelled, .leased])).count == 2)
            for (name, count) in [("openssl", 3), ("opens", 0), ("open%", 0), ("o\"/\\", 0)] {
                var naming = JobQuery(scope: scope)
                naming.naming = name
                #expect(try await found(naming).count == count, "\(name)")
            }
            var halted = deployments[0]
            _ = try halted.handle(.halt, at: samples.now)
            let stopped = halted
            try await ledger.write { try $0.update(stopped) }
            #expect(
                try await found(JobQuery(scope: scope, openOnly: true, handedOutOnly: true)) == [
                    changed[2]
                ])
            #expect(try await ledger.read { try $0.job(changed[1].id, in: scope) } == changed[1])
            let counts = try await ledger.read {
                try $0.jobCounts(of: deployments[0].id, tenant: placed.tenant.id)
            }
            #expect(counts == [.cancelled: 1, .leased: 1])
        }
    }

    @Test(arguments: Engine.present) func `overdue is what a tick would change, earliest first`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let deployment = samples.deployment(of: placed.tenant.id)
            var jobs = (0..<3).map { _ in samples.job(of: placed.endpoint, in: deployment) }
            let now = samples.now
            _ = try jobs[1].handle(.collected, at: now)
            _ = try jobs[2].handle(.cancelRequested, at: now)
            let stored = jobs
            try await ledger.write { records in
                try records.insert(deployment)
                for job in stored { try records.insert(job) }
            }
            func overdue(_ seconds: Int64, limit: Int = 10) async throws -> [JobID] {
                let then = now.adding(seconds: seconds)
                return try await ledger.read { try $0.overdueJobs(at: then, limit: limit) }.map(
                    \.id)
            }
            #expect(try await overdue(Job.firstWordSeconds - 1) == [])
            #expect(try await overdue(Job.firstWordSeconds) == [stored[1].id])
            #expect(try await overdue(3600) == [stored[1].id, stored[0].id])
            #expect(try await overdue(3600, limit: 1) == [stored[1].id])
        }
    }

    @Test(arguments: Engine.present) func `a job of a foreign endpoint cannot be stored`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (here, there) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            let deployment = samples.deployment(of: here.tenant.id)
            var stray = samples.job(of: here.endpoint, in: deployment)
            stray = Job(
                id: stray.id, tenant: here.tenant.id, deployment: deployment.id,
                endpoint: there.endpoint.id,
                updates: [], createdAt: samples.now, deadline: samples.now)
            let job = stray
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.write {
                    try $0.insert(deployment)
                    try $0.insert(job)
                }
            }
            #expect(
                try await ledger.read { try $0.deployment(deployment.id, in: .provider) } == nil)
        }
    }

    @Test(arguments: Engine.present) func `a log's pieces come back in order, and none twice`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (job, tenant) = try await samples.placeJob(in: ledger)
            for (text, at, length) in [
                ("one\n", 0, 4), ("two\u{0}\n", 4, 5), ("one\n", 0, 4), ("o\nthree", 7, 7),
                ("bad \u{FFFD}", 14, 5),
            ] {
                try await ledger.write {
                    try $0.appendLog(
                        text, at: Int64(at), length: Int64(length), to: job, of: tenant)
                }
            }
            let whole = try await ledger.read { try $0.log(of: job, tenant: tenant, from: 0) }
            #expect(whole == JobLog(text: "one\ntwo\u{0}\nthreebad \u{FFFD}", nextOffset: 19))
            let rest = try await ledger.read { try $0.log(of: job, tenant: tenant, from: 6) }
            #expect(rest == JobLog(text: "o\u{0}\nthreebad \u{FFFD}", nextOffset: 19))
            let end = try await ledger.read { try $0.log(of: job, tenant: tenant, from: 19) }
            #expect(end == JobLog(text: "", nextOffset: 19))
        }
    }

    @Test(arguments: Engine.present)
    func `a log is cut at its limit, and lies about lengths do not widen it`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (job, tenant) = try await samples.placeJob(in: ledger)
            let limit = JobLog.maximumBytes
            let big = String(repeating: "ä", count: Int(limit / 2))
            try await ledger.write { records in
                try records.appendLog(
                    String(repeating: "x", count: 1000), at: 0, length: 1, to: job, of: tenant)
                try records.appendLog(big, at: 1, length: limit, to: job, of: tenant)
                try records.appendLog("after", at: limit + 1, length: 5, to: job, of: tenant)
                try records.appendLog("overflow", at: Int64.max - 1, length: 8, to: job, of: tenant)
                try records.appendLog("negative", at: -1, length: 8, to: job, of: tenant)
            }
            let log = try await ledger.read { try $0.log(of: job, tenant: tenant, from: 0) }
            #expect(log.text.utf8.count <= limit + 2)
            #expect(log.text.utf8.count > limit - 4)
            #expect(!log.text.contains("\u{FFFD}"))
            #expect(log.nextOffset == limit + 1)
        }
    }
}

extension Samples {
    fileprivate mutating func placeJob(in ledger: some Ledger) async throws -> (JobID, TenantID) {
        let placed = try await place(in: ledger)
        let deployment = deployment(of: placed.tenant.id)
        let job = job(of: placed.endpoint, in: deployment)
        try await ledger.write {
            try $0.insert(deployment)
            try $0.insert(job)
        }
        return (job.id, placed.tenant.id)
    }
}
