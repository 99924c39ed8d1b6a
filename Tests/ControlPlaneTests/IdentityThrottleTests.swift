import Fleet
import TestSupport
import Testing
import Trust

@testable import ControlPlane

@Suite struct `The sign-in throttle` {
    private let throttle = SignInThrottle()
    private let now = House.start

    @Test func `lets waits grow to a limit, and forgets after an hour`() {
        var waits: [Int64] = []
        var time = now
        for _ in 0..<20 {
            while let wait = throttle.begin(account: "anna", peer: "p\(waits.count)", at: time) {
                waits.append(wait)
                time = time.adding(seconds: wait)
            }
        }
        #expect(waits == [1, 2, 4, 8, 16, 32] + Array(repeating: 60, count: 8))
        let later = time.adding(seconds: SignInThrottle.memorySeconds + 1)
        #expect(throttle.begin(account: "anna", peer: "q", at: later) == nil)
        #expect(throttle.tries(account: "anna") == 1)
    }

    @Test func `lets no wait grow beyond a quarter of an hour for a peer`() {
        var longest: Int64 = 0
        var time = now
        for place in 0..<60 {
            while let wait = throttle.begin(account: "a\(place)", peer: "p", at: time) {
                longest = max(longest, wait)
                time = time.adding(seconds: wait)
            }
        }
        #expect(longest == SignInThrottle.longestPeerWait)
    }

    @Test func `does not count a right password, nor one that was not looked at`() {
        for _ in 0..<100 {
            #expect(throttle.begin(account: "anna", peer: "p", at: now) == nil)
            throttle.succeeded(account: "anna", peer: "p")
            #expect(throttle.begin(account: "anna", peer: "p", at: now) == nil)
            throttle.withdrew(account: "anna", peer: "p")
        }
        #expect(throttle.remembered == 0)
    }

    @Test func `remembers a bounded number, and those that tried most`() {
        for _ in 0..<5 { _ = throttle.begin(account: "anna", peer: "p", at: now) }
        for place in 0..<25_000 {
            _ = throttle.begin(account: "a\(place)", peer: "p\(place)", at: now)
        }
        #expect(throttle.remembered <= 2 * SignInThrottle.capacity)
        #expect(throttle.tries(account: "anna") == 5)
    }
}

@Suite struct `The password worker` {
    @Test func `takes as many as its queue holds and refuses the rest`() async throws {
        let worker = PasswordWorker(
            cost: try #require(PasswordCost(checkedRounds: 1 << 12, blockSize: 8, parallelism: 1)))
        let codes = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await refusal {
                        _ = try await worker.hash(
                            "password", salt: [UInt8](repeating: 1, count: 16))
                    }
                }
            }
            return await group.reduce(into: [String: Int]()) { $0[$1 ?? "done", default: 0] += 1 }
        }
        #expect(codes.values.reduce(0, +) == 200)
        #expect(codes["done", default: 0] >= PasswordWorker.queueLimit)
        #expect(Set(codes.keys).isSubset(of: ["done", "E_BUSY"]))
        // And it goes on afterwards.
        let hash = try await worker.hash("password", salt: [UInt8](repeating: 1, count: 16))
        #expect(try await worker.matches("password", hash: hash))
        #expect(try await !worker.matches("passwore", hash: hash))
        #expect(try await !worker.matches("password", hash: nil))
    }

    @Test func `says so when a stored hash is damaged`() async {
        let worker = PasswordWorker()
        #expect(
            await refusal { _ = try await worker.matches("a", hash: "scrypt$") }
                == "E_PASSWORD_HASH")
    }
}
