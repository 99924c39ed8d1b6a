import Calendar
import Fleet
import Policy
import Testing
import Versions

@testable import Trust

struct GrantCheckTests {
    private let sample: SignedSample
    private let noon = SignedSample.noon
    private let update = Grant.Update(SignedSample.openssl, version: "3.0.17-1~deb12u3")

    init() throws { sample = try SignedSample() }

    /// One question, each part of which a test can change.
    private struct Question {
        var policy: PolicySet
        var grant: Grant
        var signers: [SigningKey]
        var check: GrantCheck
        var updates: [Grant.Update]
        var now = SignedSample.noon
    }

    private func ask(_ change: (inout Question) throws -> Void = { _ in }) throws -> GrantRefusal? {
        let blank = try accepted(sample.policy())
        var question = Question(
            policy: try sample.policyBody(), grant: sample.grantBody(), signers: [sample.a],
            check: GrantCheck(
                policies: blank, endpoint: sample.endpoint,
                subject: EndpointSubject(key: sample.endpoint.text, role: "server"),
                zones: Zones(endpoint: .utc),
                installed: [SignedSample.openssl: "3.0.17-1~deb12u2"],
                compare: { _, a, b in try? Ecosystem.deb.compare(a, b) }),
            updates: [update])
        question.grant.policyDigest = ""
        try change(&question)
        let policies = try accepted(sample.policy(1, question.policy))
        question.check.policies = policies
        if question.grant.policyDigest.isEmpty { question.grant.policyDigest = policies.digest }
        let grant = try accepted(sample.grant(1, question.grant), by: question.signers)
        do {
            try question.check.check(grant, for: question.updates, at: question.now)
            return nil
        } catch {
            return error
        }
    }

    private func accepted<Body: RoleDocument>(
        _ document: SignedDocument<Body>, by keys: [SigningKey]? = nil
    ) throws -> Accepted<Body> {
        var envelope = try document.envelope()
        for key in keys ?? [sample.a, sample.b] { try envelope.sign(with: key) }
        return try sample.state().verify(envelope.json, as: Body.self, at: noon).accepted
    }

    @Test func `a grant within policy, window and lock list is carried out, once`() throws {
        #expect(try ask() == nil)
        #expect(try ask { $0.check.carriedOut = [$0.grant.nonce] } == .carriedOut)
    }

    @Test func `a grant covers so many tries, one when it says nothing, and none once it is done`()
        throws
    {
        func refusal(_ covered: Int?, after made: Int) throws -> GrantRefusal? {
            try ask {
                $0.grant.tries = covered
                $0.check.tries = [$0.grant.nonce: made, String(repeating: "e", count: 32): 9]
            }
        }
        #expect(try refusal(nil, after: 0) == nil)
        #expect(try refusal(nil, after: 1) == .triesMade(1))
        #expect(try refusal(3, after: 2) == nil)
        #expect(try refusal(3, after: 3) == .triesMade(3))
        let done = try ask {
            $0.grant.tries = 3
            $0.check.carriedOut = [$0.grant.nonce]
        }
        #expect(done == .carriedOut)
        for covered in [0, -1, Grant.maximumTries + 1] {
            var grant = sample.grantBody()
            grant.tries = covered
            #expect(grant.fault != nil)
        }
    }

    @Test func `a grant under another policy, for others or out of its time is not`() throws {
        #expect(
            try ask { $0.grant.policyDigest = Digest.sha256Hex("before") } == .otherPolicy)
        #expect(
            try ask { $0.grant.target = .endpoints([sample.otherEndpoint]) } == .otherEndpoint)
        #expect(try ask { $0.check.endpoint = sample.otherEndpoint } == .otherEndpoint)
        let later = noon.adding(seconds: 60)
        #expect(try ask { $0.grant.notBefore = later } == .tooEarly(later))
        #expect(
            try ask {
                $0.grant.notBefore = later
                $0.now = later
            } == nil)
        #expect(
            try ask {
                $0.grant.notAfter = later
                $0.now = later
            } == .tooLate(later))
        #expect(
            try ask {
                $0.grant.notAfter = SignedSample.expiry.adding(seconds: 86_400)
                $0.now = SignedSample.expiry
            } == .policyExpired(SignedSample.expiry))
    }

    @Test(arguments: [("role = server", true), ("role = desktop", false), ("tag = x", false)])
    func `a group is judged by what the endpoint knows, and unknown is no`(
        group: String, isIn: Bool
    ) throws {
        let answer = try ask { $0.grant.target = .group(try GroupExpression(parsing: group)) }
        #expect(answer == (isIn ? nil : .otherEndpoint))
    }

    @Test func `work begins in a window by the endpoint's own clock and zone`() throws {
        let close = noon.adding(seconds: 7200)
        let next = noon.adding(seconds: 86_400)
        #expect(try ask { $0.now = close.adding(seconds: -60) } == nil)
        #expect(try ask { $0.now = close } == .windowClosed(next: next))
        #expect(
            try ask { question in
                let west = try #require(
                    TimeZoneRules(name: "X", firstOffset: -3600, changes: [], rule: nil))
                question.check.zones = Zones(endpoint: west)
            } == .windowClosed(next: noon.adding(seconds: 3600)))
        let today = try #require(LocalDate(year: 2026, month: 11, day: 23))
        let freeze = try #require(
            Freeze(from: today, to: today, reason: "Year's end", zone: nil))
        #expect(
            try ask { $0.policy.policies[0].policy.freezes = [freeze] }
                == .windowClosed(next: next))
        #expect(try ask { $0.grant.lane = .emergency } == nil)
        #expect(
            try ask { $0.policy.policies[0].policy.lanes = Lanes(routine: LaneRoute(windows: [])) }
                == .windowClosed(next: nil))
    }

    @Test func `a window that counts from a release opens by what was signed, for the youngest`()
        throws
    {
        func answer(_ releases: [Timestamp?], at now: Timestamp) throws -> GrantRefusal? {
            try ask { question in
                question.policy.policies[0].policy.windows[0].recurrence = .afterRelease(days: 7)
                let other = PackageKey(manager: .apt, name: "zlib", architecture: "amd64")
                question.check.installed[other] = "1"
                question.updates = [update, Grant.Update(other, version: "2")]
                question.grant.updates = zip(question.updates, releases).map { line, release in
                    var line = line
                    line.released = release
                    return line
                }
                question.grant.notBefore = noon.adding(seconds: -40 * 86_400)
                question.now = now
            }
        }
        let week: Int64 = 7 * 86_400
        let release = noon.adding(seconds: -week - 3600)
        let earlier = release.adding(seconds: -3 * 86_400)
        #expect(try answer([release, earlier], at: noon) == nil)
        #expect(try answer([earlier, release], at: noon) == nil)
        #expect(try answer([earlier, earlier], at: noon) == .windowClosed(next: nil))
        // What the order itself says does not count, only what is signed.
        #expect(try answer([nil, nil], at: noon) == .windowClosed(next: nil))
        let early = noon.adding(seconds: -3600)
        #expect(try answer([release, earlier], at: early) == .windowClosed(next: noon))
        let late = noon.adding(seconds: 7200)
        #expect(try answer([release, earlier], at: late) == .windowClosed(next: nil))
    }

    @Test func `what the endpoint keeps back for its reboots must fit too`() throws {
        let (close, next) = (noon.adding(seconds: 7200), noon.adding(seconds: 86_400))
        func answer(_ reserve: Int64) throws -> GrantRefusal? {
            try ask { question in
                question.now = close.adding(seconds: -1000)
                question.check.workSeconds = 100
                question.check.rebootReserveSeconds = reserve
                question.policy.policies[0].policy.reboot = RebootRule(mode: .ifNeeded)
            }
        }
        #expect(try answer(900) == nil)
        #expect(try answer(901) == .tooLittleTime(neededSeconds: 1001, next: next))
    }

    @Test func `work that does not fit in what is left of the window waits for one that has room`()
        throws
    {
        let (close, next) = (noon.adding(seconds: 7200), noon.adding(seconds: 86_400))
        func answer(
            left: Int64, lines: Int = 1, bytes: Int64? = 0, _ reboot: RebootRule? = nil
        ) throws -> GrantRefusal? {
            try ask { question in
                question.now = close.adding(seconds: -left)
                question.check.workSeconds = bytes.map {
                    WorkFigures.estimate(lines: lines, bytes: $0, reboots: false).seconds
                }
                question.policy.policies[0].policy.reboot = reboot
                guard lines > 1 else { return }
                let keys = (1...lines).map {
                    PackageKey(manager: .apt, name: "p\($0)", architecture: "amd64")
                }
                question.updates = keys.map { Grant.Update($0, version: "2") }
                question.grant.updates = question.updates.sorted { $0.package < $1.package }
                question.check.installed = Dictionary(uniqueKeysWithValues: keys.map { ($0, "1") })
            }
        }
        #expect(try answer(left: 59) == .tooLittleTime(neededSeconds: 60, next: next))
        #expect(try answer(left: 61, bytes: 3_000_000)?.code == "E_GRANT_WINDOW_SHORT")
        #expect(try answer(left: 63, bytes: 3_000_000) == nil)
        #expect(try answer(left: 150, lines: 10) == nil)
        #expect(
            try answer(left: 149, lines: 10) == .tooLittleTime(neededSeconds: 150, next: next))
        let reboot = RebootRule(mode: .ifNeeded)
        #expect(
            try answer(left: 659, reboot) == .tooLittleTime(neededSeconds: 660, next: next))
        #expect(try answer(left: 660, reboot) == nil)
        // What is about to start is not asked any more, and what no window has room for says so.
        #expect(try answer(left: 1, bytes: nil) == nil)
        let endless = try answer(left: 7200, bytes: 8_000_000_000)
        #expect(endless == .tooLittleTime(neededSeconds: 8060, next: nil))
        #expect(endless?.sentence.contains("no window of its lane has") == true)
    }

    @Test(arguments: [(CatchUp.nextCheckIn, true), (.nextWindow, false), (.never, false)])
    func `a window slept through is caught up as the policy says`(
        catchUp: CatchUp, isCarriedOut: Bool
    ) throws {
        let day = try #require(LocalDate(year: 2026, month: 11, day: 23))
        let missed = Occurrence(
            opens: noon, closes: noon.adding(seconds: 7200), window: "daily",
            localDate: day)
        let answer = try ask {
            $0.policy.policies[0].policy.catchUp = catchUp
            $0.check.missed = missed
            $0.now = noon.adding(seconds: 10_000)
        }
        #expect((answer == nil) == isCarriedOut)
    }

    @Test func `only exact versions of installed packages are taken, and never older ones`() throws
    {
        #expect(try ask { $0.updates = [] } == .nothing)
        #expect(
            try ask { $0.updates[0].version = "3.0.17-1~deb12u4" } == .notInLockList("openssl"))
        #expect(try ask { $0.updates[0].package.name = "curl" } == .notInLockList("curl"))
        #expect(try ask { $0.updates[0].package.manager = .dnf } == .notInLockList("openssl"))
        let (hash, other) = (Digest.sha256Hex("right"), Digest.sha256Hex("wrong"))
        for (ordered, isIn) in [(hash, true), (other, false), (nil, false)] {
            let answer = try ask {
                $0.grant.updates[0].sha256 = hash
                $0.updates[0].sha256 = ordered
            }
            #expect(answer == (isIn ? nil : .notInLockList("openssl")))
        }
        #expect(try ask { $0.check.installed = [:] } == .notInstalled("openssl"))
        let package = SignedSample.openssl
        #expect(
            try ask { $0.check.installed[package] = "3.0.18-1" } == .downgrade("openssl"))
        #expect(try ask { $0.check.installed[package] = "3.0.17-1~deb12u3" } == nil)
        #expect(
            try ask { $0.check.compare = { _, _, _ in nil } } == .unorderedVersion("openssl"))
    }

    @Test(arguments: [(PackageManagerName.windowsUpdate, true), (.winget, false)])
    func `only what replaces nothing may be missing on the endpoint`(
        manager: PackageManagerName, isTaken: Bool
    ) throws {
        let package = PackageKey(manager: manager, name: "KB5079473", architecture: "all")
        func answer(goesBack: Bool?) throws -> GrantRefusal? {
            try ask {
                $0.grant.updates = [Grant.Update(package, version: "1.0", goesBack: goesBack)]
                $0.updates = $0.grant.updates
            }
        }
        #expect(try answer(goesBack: nil) == (isTaken ? nil : .notInstalled("KB5079473")))
        #expect(try answer(goesBack: true) == .notInstalled("KB5079473"))
    }

    @Test func `an older version is taken only where the approval grants the way back`() throws {
        let package = SignedSample.openssl
        func answer(granted: Bool?, ordered: Bool?) throws -> GrantRefusal? {
            try ask {
                $0.check.installed[package] = "3.0.18-1"
                $0.grant.updates[0].goesBack = granted
                $0.updates[0].goesBack = ordered
            }
        }
        #expect(try answer(granted: true, ordered: true) == nil)
        #expect(try answer(granted: nil, ordered: true) == .notInLockList("openssl"))
        #expect(try answer(granted: true, ordered: nil) == .notInLockList("openssl"))
        #expect(try answer(granted: nil, ordered: nil) == .downgrade("openssl"))
    }

    /// flatpak's commits: which of two is older nobody can tell from them.
    @Test func `without an order only the exact step is taken, and a former approval none`() throws
    {
        let package = PackageKey(manager: .flatpak, name: "org.lab.Good", architecture: "x86_64")
        func answer(
            installed: String, granted: String?, ordered: String?, back: Bool? = nil,
            wasDone: Bool = false
        ) throws -> GrantRefusal? {
            try ask {
                $0.check.compare = { _, a, b in a == b ? .equal : nil }
                $0.check.installed = [package: installed]
                if wasDone { $0.check.carriedOut = [$0.grant.nonce] }
                $0.grant.updates = [
                    Grant.Update(package, version: "c2", goesBack: back, replaces: granted)
                ]
                $0.updates = [
                    Grant.Update(package, version: "c2", goesBack: back, replaces: ordered)
                ]
            }
        }
        #expect(try answer(installed: "c1", granted: "c1", ordered: "c1") == nil)
        #expect(try answer(installed: "c1", granted: "c1", ordered: "c1", back: true) == nil)
        // It is there already: nothing goes back by that.
        #expect(try answer(installed: "c2", granted: "c1", ordered: "c1") == nil)
        // c3 has come since: the approval of c1 -> c2 is sent again, as it was and with lies.
        let other = GrantRefusal.replacesOther("org.lab.Good")
        #expect(try answer(installed: "c3", granted: "c1", ordered: "c1") == other)
        #expect(try answer(installed: "c3", granted: "c1", ordered: "c1", back: true) == other)
        let stranger = GrantRefusal.notInLockList("org.lab.Good")
        #expect(try answer(installed: "c3", granted: "c1", ordered: "c3") == stranger)
        #expect(try answer(installed: "c3", granted: "c1", ordered: nil) == stranger)
        // c1 was gone back to since: what has been carried out is not a second time.
        #expect(
            try answer(installed: "c1", granted: "c1", ordered: "c1", wasDone: true) == .carriedOut)
        // Approvals of former releases name nothing that is replaced.
        let unordered = GrantRefusal.unorderedVersion("org.lab.Good")
        #expect(try answer(installed: "c1", granted: nil, ordered: "c1") == unordered)
        #expect(try answer(installed: "c1", granted: nil, ordered: nil) == unordered)
    }

    @Test func `what is named as replaced makes no step back of a plain update`() throws {
        let package = SignedSample.openssl
        func answer(back: Bool?) throws -> GrantRefusal? {
            try ask {
                $0.check.installed[package] = "3.0.18-1"
                $0.grant.updates[0].replaces = "3.0.18-1"
                $0.grant.updates[0].goesBack = back
                $0.updates = $0.grant.updates
            }
        }
        #expect(try answer(back: nil) == .downgrade("openssl"))
        #expect(try answer(back: true) == nil)
    }

    @Test func `a signed hold stops a granted version until it is lifted or expires`() throws {
        let version = "3.0.17-1~deb12u3"
        func answer(_ version: String?, name: String = "openssl") throws -> GrantRefusal? {
            let hold = Hold([.init(manager: .apt, name: name, version: version)], reason: "Broken")
            let known = try accepted(SignedDocument(sample.heading(), hold))
            return try ask { $0.check.holds = [known] }
        }
        #expect(try answer(nil) == .held("openssl"))
        #expect(try answer(version) == .held("openssl"))
        #expect(try answer("3.0.16-1") == nil)
        #expect(try answer(nil, name: "curl") == nil)
    }

    @Test func `what goes beyond the brake needs two different keys`() throws {
        // A quarter of 10 is 2; the signer of the policy may know of fewer endpoints.
        func answer(_ reach: Grant.Reach, _ signers: [SigningKey], endpoints: Int? = nil) throws
            -> GrantRefusal?
        {
            try ask {
                $0.grant.reach = reach
                $0.signers = signers
                $0.policy.brake.endpoints = endpoints
            }
        }
        let (a, b) = (sample.a, sample.b)
        #expect(try answer(.init(endpoints: 2, ofEndpoints: 10), [a]) == nil)
        let three = Grant.Reach(endpoints: 3, ofEndpoints: 10)
        #expect(try answer(three, [a]) == .brake(endpoints: 3, of: 10))
        #expect(try answer(three, [a, b]) == nil)
        #expect(try answer(three, [a, sample.s]) == .brake(endpoints: 3, of: 10))
        let claimed = Grant.Reach(endpoints: 3, ofEndpoints: 1_000_000)
        #expect(try answer(claimed, [a]) == nil)
        #expect(try answer(claimed, [a], endpoints: 10) == .brake(endpoints: 3, of: 1_000_000))
        let tenants = Grant.Reach(endpoints: 1, ofEndpoints: 10, tenantsInHour: 2)
        #expect(try answer(tenants, [a]) == .brakeTenants(2))
        #expect(try answer(tenants, [a, b]) == nil)
        #expect(try answer(.init(endpoints: 1, ofEndpoints: 1), [a]) == nil)
    }

    @Test func `a return to a snapshot is granted line by line, and by two keys under a brake`()
        throws
    {
        func back(_ name: String) -> SnapshotReturn {
            SnapshotReturn(
                snapshot: "lvm lab/\(name)", inventory: String(repeating: "ab", count: 32))
        }
        func line(_ name: String?) -> Grant.Update {
            Grant.Update(
                SignedSample.openssl, version: "3.0.17-1~deb12u1", goesBack: true,
                returnsTo: name.map(back))
        }
        func answer(
            granted: String?, ordered: String?, _ signers: [SigningKey]? = nil,
            _ brake: BlastRadiusBrake? = nil
        ) throws -> GrantRefusal? {
            try ask {
                $0.grant.updates = [line(granted)]
                $0.updates = [line(ordered)]
                $0.signers = signers ?? [sample.a, sample.b]
                $0.policy.brake = brake ?? $0.policy.brake
            }
        }
        #expect(try answer(granted: "one", ordered: "one") == nil)
        let others: [(String?, String?)] = [("one", "two"), ("one", nil), (nil, "one")]
        for (granted, ordered) in others {
            #expect(
                try answer(granted: granted, ordered: ordered) == .notInLockList("openssl"))
        }
        #expect(try answer(granted: "one", ordered: "one", [sample.a]) == .brakeReturn)
        #expect(try answer(granted: "one", ordered: "one", [sample.a], .off) == nil)
        #expect(try answer(granted: nil, ordered: nil, [sample.a]) == nil)
    }

    @Test func `a grant that returns forward, or to nothing, makes no sense`() {
        var grant = sample.grantBody()
        let digest = String(repeating: "ab", count: 32)
        func fault(_ snapshot: String, _ inventory: String, goesBack: Bool?) -> String? {
            grant.updates = [
                Grant.Update(
                    SignedSample.openssl, version: "1", goesBack: goesBack,
                    returnsTo: SnapshotReturn(snapshot: snapshot, inventory: inventory))
            ]
            return grant.fault
        }
        #expect(fault("lvm lab/one", digest, goesBack: true) == nil)
        #expect(fault("lvm lab/one", digest, goesBack: nil) != nil)
        #expect(fault("lvm lab/one", "ab", goesBack: true) != nil)
        #expect(fault("", digest, goesBack: true) != nil)
        #expect(fault(String(repeating: "x", count: 301), digest, goesBack: true) != nil)
    }

    @Test func `nobody is made a canary from outside`() throws {
        func name(_ text: String) throws -> PolicyName { try #require(PolicyName(text)) }
        let rings = [
            Ring(
                name: try name("canary"),
                members: .matching(try GroupExpression(parsing: "role = canary"))),
            Ring(name: try name("broad"), members: .rest),
        ]
        let policy = try sample.policyBody(rings: rings)
        for (ring, isIn) in [("canary", false), ("broad", true), (nil, false)] {
            let ring = try ring.map(name)
            let answer = try ask {
                $0.policy = policy
                $0.grant.ring = ring
            }
            #expect(answer == (isIn ? nil : .otherRing(ring)))
        }
    }
}
