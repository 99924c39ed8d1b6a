import Fleet
import TestSupport
import Testing
import Trust

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane

@Suite struct `The sign-in throttle` {
    private let throttle = SignInThrottle()
    private let now = House.start

    @Test func `gives an account five tries at once, then one a minute, whoever asks`() {
        for place in 0..<SignInThrottle.freeTriesPerAccount {
            #expect(throttle.begin(account: "anna", peer: "p\(place)", at: now) == nil)
        }
        #expect(throttle.begin(account: "anna", peer: "q", at: now) == 60)
        #expect(throttle.begin(account: "anna", peer: "q", at: now.adding(seconds: 59)) == 1)
        let then = now.adding(seconds: SignInThrottle.secondsPerAccountTry)
        #expect(throttle.begin(account: "anna", peer: "q", at: then) == nil)
        #expect(throttle.begin(account: "anna", peer: "q", at: then) == 60)
        // Others are not in her way.
        #expect(throttle.begin(account: "bob", peer: "q", at: then) == nil)
        let rested = then.adding(seconds: 5 * SignInThrottle.secondsPerAccountTry)
        #expect(throttle.begin(account: "anna", peer: "q", at: rested) == nil)
        #expect(throttle.tries(account: "anna") == 1)
    }

    @Test func `gives an address twenty tries over all accounts, then one in three minutes`() {
        for place in 0..<SignInThrottle.freeTriesPerPeer {
            #expect(throttle.begin(account: "a\(place)", peer: "p", at: now) == nil)
        }
        #expect(throttle.begin(account: "b", peer: "p", at: now) == 180)
        var time = now
        var tries = 0
        // A day of guessing as fast as it is let.
        while time < now.adding(seconds: 86_400) {
            guard let wait = throttle.begin(account: "c\(tries)", peer: "p", at: time) else {
                tries += 1
                continue
            }
            time = time.adding(seconds: wait)
        }
        #expect(tries == 86_400 / Int(SignInThrottle.secondsPerPeerTry) - 1)
        #expect(throttle.begin(account: "b", peer: "q", at: now) == nil)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("::1", "::/64"), ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ("", ""),
    ])
    func `takes the addresses of one connection for one`(_ peer: String, _ network: String) {
        #expect(PeerNetwork.of(peer) == network)
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
