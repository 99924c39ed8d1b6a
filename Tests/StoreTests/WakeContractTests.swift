import Administration
import ControlPlane
import Fleet
import ServerRecords
import TestSupport
import Testing

@testable import Store

@Suite struct `Word between processes` {
    /// What a ledger hears, one subject after the other.
    private struct Ear {
        let subjects: AsyncStream<String>

        init(_ ledger: SQLLedger) throws {
            let (subjects, heard) = AsyncStream.makeStream(of: String.self)
            try ledger.listen { for subject in $0 { heard.yield(subject) } }
            self.subjects = subjects
        }

        /// The next so many.
        func next(_ count: Int) async -> [String] {
            var found: [String] = []
            var iterator = subjects.makeAsyncIterator()
            while found.count < count, let subject = await iterator.next() { found.append(subject) }
            return found
        }
    }

    private func withTwo(_ body: (SQLLedger, SQLLedger, String) async throws -> Void) async throws {
        let address = try await PostgreSQLServer.shared.newDatabase()
        try await closing(SQLLedger.open(DatabaseLocation(address))) {
            (first: SQLLedger) async throws in
            try await closing(SQLLedger.open(DatabaseLocation(address))) {
                (second: SQLLedger) async throws in try await body(first, second, address)
            }
        }
    }

    /// Announces until it is heard: a listener that has just begun may miss the first words.
    private func settle(_ speaker: SQLLedger, _ ear: Ear) async throws {
        let calling = Task {
            while !Task.isCancelled {
                try await speaker.write { try $0.announce(["hello"]) }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(await ear.next(1) == ["hello"])
        calling.cancel()
        _ = try? await calling.value
        // What else was said is heard before this.
        try await speaker.write { try $0.announce(["settled"]) }
        while await ear.next(1) != ["settled"] {}
    }

    @Test(.requires(.postgreSQL))
    func `what is committed in one process is heard in the other, and nothing else`() async throws {
        try await withTwo { first, second, _ in
            let (own, other) = (try Ear(first), try Ear(second))
            try await settle(first, other)
            try await settle(second, own)
            struct Undone: Error {}
            await #expect(throws: Undone.self) {
                try await first.write { records in
                    try records.announce(["undone"])
                    throw Undone()
                }
            }
            try await first.write { try $0.announce(["work:a", "work:b"]) }
            #expect(Set(await other.next(2)) == ["work:a", "work:b"])
            // A process does not hear itself: the next word is the other's.
            try await second.write { try $0.announce(["deployment:c"]) }
            #expect(await own.next(1) == ["deployment:c"])
        }
    }

    @Test(.requires(.postgreSQL))
    func `the endpoints of the largest deployment are all told of`() async throws {
        try await withTwo { first, second, _ in
            let ear = try Ear(second)
            try await settle(first, ear)
            var samples = Samples()
            let subjects = Set((0..<10_000).map { _ in SignalSubject.work(samples.id()) })
            try await first.write { try $0.announce(subjects) }
            #expect(Set(await ear.next(10_000)) == subjects)
        }
    }

    @Test(.requires(.postgreSQL))
    func `a listener whose connection is cut listens again`() async throws {
        try await withTwo { first, second, address in
            let ear = try Ear(second)
            try await settle(first, ear)
            let database = address.split(separator: "?")[0].split(separator: "/").last ?? ""
            try await PostgreSQLServer.shared.administer(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = '\(database)' AND (query LIKE '%advisory%' OR query LIKE 'LISTEN%')
                """)
            try await settle(first, ear)
        }
    }

    @Test(.requires(.postgreSQL))
    func `one of several processes has the schedule, and another takes it over`() async throws {
        try await withTwo { first, second, _ in
            #expect(!first.holdsSchedule && !second.holdsSchedule)
            try first.listen { _ in }
            while !first.holdsSchedule { try await Task.sleep(for: .milliseconds(10)) }
            let ear = try Ear(second)
            try await settle(first, ear)
            #expect(!second.holdsSchedule)
            await first.close()
            while !second.holdsSchedule { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    @Test func `the only process has the schedule, and tells nobody`() async throws {
        try await withLedger(.sqliteInMemory) { (ledger: SQLLedger) async throws in
            try ledger.listen { _ in Issue.record("nobody else is there") }
            #expect(ledger.holdsSchedule)
            try await ledger.write { try $0.announce(["work:a"]) }
        }
    }

    @Test func `messages stay below what PostgreSQL takes, and lose nothing`() {
        let subjects = (0..<3000).map { "work:ept_\($0)" }
        let messages = WakeMessage.messages(subjects)
        #expect(messages.allSatisfy { $0.utf8.count <= WakeMessage.longest })
        #expect(messages.flatMap { WakeMessage.subjects($0[...]) } == subjects)
        #expect(WakeMessage.messages([]).isEmpty)
    }
}
