import Fleet
import TestSupport
import Testing

@testable import Trust

/// A control plane in an attacker's hands offers what it likes. Nothing is believed but what was
/// signed.
struct RedTeamTests {
    private let sample: SignedSample
    private let state: TrustState
    private let noon = SignedSample.noon

    init() throws {
        sample = try SignedSample()
        state = try sample.state()
    }

    private func verdict<Body: RoleDocument>(_ bytes: [UInt8], as type: Body.Type)
        -> VerificationRefusal?
    {
        let before = state
        defer { #expect(state == before) }
        return refusal { _ = try state.verify(bytes, as: type, at: noon) }
    }

    @Test func `no field of a signed policy, grant or root can be changed`() throws {
        let policy = try sample.signed(sample.policy(), by: sample.a, sample.b)
        let grant = try sample.signed(sample.grant(), by: sample.a)
        let root = try sample.signed(sample.root(2), by: sample.a, sample.b)
        #expect(verdict(policy.json, as: PolicySet.self) == nil)
        #expect(verdict(grant.json, as: Grant.self) == nil)
        #expect(refusal { _ = try state.rotatingRoot(root.json, at: noon) } == nil)
        for envelope in try mutated(policy, atLeast: 25) {
            #expect(verdict(envelope.json, as: PolicySet.self) == .unknownKey(.policy))
        }
        for envelope in try mutated(grant, atLeast: 18) {
            #expect(verdict(envelope.json, as: Grant.self) == .unknownKey(.approval))
        }
        for envelope in try mutated(root, atLeast: 20) {
            let reason = refusal { _ = try state.rotatingRoot(envelope.json, at: noon) }
            #expect(reason == .unknownKey(.root))
        }
    }

    /// The envelope with every single value of its payload changed, one at a time, under the
    /// signatures that it had.
    private func mutated(_ envelope: Envelope, atLeast count: Int) throws -> [Envelope] {
        let tree = try #require(
            StrictJSON.decode(JSONTree.self, from: envelope.payload), "the payload is canonical")
        let found = try tree.mutations.map { tree in
            var copy = Envelope(
                payloadType: envelope.payloadType,
                payload: try #require(StrictJSON.encode(tree)))
            #expect(copy.payload != envelope.payload)
            copy.take(envelope)
            return copy
        }
        #expect(found.count >= count)
        return found
    }

    @Test func `a payload is believed only in its one text`() throws {
        let payload = try sample.grant().envelope().payload
        let text = String(decoding: payload, as: UTF8.self)
        let variants = [
            text + "\n", text.replacing("{\"body\"", with: "{ \"body\""),
            text.replacing("\"version\":1,", with: "\"version\":1.0,"),
            text.replacing("{\"body\"", with: "{\"added\":1,\"body\""),
            text.replacing(
                "\"type\":\"approval\"", with: "\"type\":\"approval\",\"type\":\"hold\""),
            String(text.dropLast()), "",
        ]
        for variant in variants where variant != text {
            var envelope = Envelope(
                payloadType: Grant.payloadType, payload: Array(variant.utf8))
            try envelope.sign(with: sample.a)
            let reason = verdict(envelope.json, as: Grant.self)
            guard case .malformed = reason else {
                Issue.record("\(variant): \(String(describing: reason))")
                continue
            }
        }
    }

    @Test func `one kind of document never passes for another`() throws {
        let hold = SignedDocument(
            sample.heading(), Hold([.init(manager: .apt, name: "openssl")], reason: "Broken"))
        let signed = try sample.signed(hold, by: sample.a)
        #expect(verdict(signed.json, as: Hold.self) == nil)
        #expect(verdict(signed.json, as: Grant.self) == .wrongType(expected: "approval"))
        // The type on the envelope alone, with the old signature, and with a new one.
        var swapped = Envelope(payloadType: Grant.payloadType, payload: signed.payload)
        swapped.take(signed)
        #expect(verdict(swapped.json, as: Grant.self) == .unknownKey(.approval))
        try swapped.sign(with: sample.a)
        #expect(
            verdict(swapped.json, as: Grant.self)
                == .malformed("it is not the canonical JSON of the type approval"))
        let root = try sample.signed(sample.root(2), by: sample.a, sample.b)
        #expect(verdict(root.json, as: PolicySet.self) == .wrongType(expected: "policy"))
        #expect(
            refusal { _ = try state.rotatingRoot(signed.json, at: noon) }
                == .wrongType(expected: "root"))
    }

    @Test func `keys of another role, strangers and one key twice are not enough`() throws {
        let policy = try sample.policy()
        #expect(
            verdict(try sample.signed(policy, by: sample.s, sample.x).json, as: PolicySet.self)
                == .unknownKey(.policy))
        #expect(
            verdict(try sample.signed(policy, by: sample.a, sample.s).json, as: PolicySet.self)
                == .thresholdNotMet(.policy, valid: 1, needed: 2))
        let once = try sample.signed(policy, by: sample.a)
        let part = String(decoding: once.json, as: UTF8.self)
        let list = try #require(part.firstRange(of: "["))
        let end = try #require(part.firstRange(of: "]"))
        let signature = part[list.upperBound..<end.lowerBound]
        for name in ["\"keyid\":\"\(sample.b.id)\",", ""] {
            let second = signature.replacing("\"keyid\":\"\(sample.a.id)\",", with: name)
            let twice = part.replacing(signature, with: "\(signature),\(second)")
            #expect(
                verdict(Array(twice.utf8), as: PolicySet.self)
                    == .thresholdNotMet(.policy, valid: 1, needed: 2))
        }
        #expect(verdict(try policy.envelope().json, as: PolicySet.self) == .unknownKey(.policy))
        #expect(
            verdict(try sample.signed(sample.grant(), by: sample.s).json, as: Grant.self)
                == .unknownKey(.approval))
    }

    @Test func `another tenant's documents, and grants for all tenants, are not taken`() throws {
        var grant = sample.grant()
        for scope in [DocumentScope.tenant(sample.otherTenant), .allTenants] {
            grant.heading.scope = scope
            #expect(
                verdict(try sample.signed(grant, by: sample.a).json, as: Grant.self)
                    == .wrongTenant)
        }
        var policy = try sample.policy()
        policy.heading.scope = .allTenants
        let bytes = try sample.signed(policy, by: sample.a, sample.b).json
        #expect(verdict(bytes, as: PolicySet.self) == nil)
    }

    @Test func `an expired grant cannot be revived by setting the clock back`() throws {
        var grant = sample.grant()
        grant.heading.expiresAt = noon.adding(seconds: 3600)
        let bytes = try sample.signed(grant, by: sample.a).json
        let later = noon.adding(seconds: 7200)
        let policy = try sample.signed(sample.policy(), by: sample.a, sample.b).json
        let next = try state.verify(policy, as: PolicySet.self, at: later).state
        #expect(
            refusal { _ = try next.verify(bytes, as: Grant.self, at: later) }
                == .expired(at: grant.heading.expiresAt))
        #expect(
            refusal { _ = try next.verify(bytes, as: Grant.self, at: noon) }
                == .clockSetBack(last: later))
        #expect(
            refusal {
                let root = try sample.signed(sample.root(2), by: sample.a, sample.b).json
                _ = try next.rotatingRoot(root, at: noon)
            } == .clockSetBack(last: later))
    }

    @Test func `every shortened envelope is refused`() throws {
        let bytes = try sample.signed(sample.grant(), by: sample.a).json
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(verdict(Array(bytes.prefix(count)), as: Grant.self) != nil, "\(count)")
        }
    }

    @Test(arguments: Seeds.all)
    func `bytes changed at random never carry another payload than was signed`(seed: UInt64) throws
    {
        var generator = SeededGenerator(seed: seed)
        let envelope = try sample.signed(sample.grant(), by: sample.a, sample.b)
        let bytes = envelope.json
        for _ in 0..<400 {
            var copy = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: copy.indices, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: copy[place] = .random(in: .min ... .max, using: &generator)
                case 1: copy[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: copy.remove(at: place)
                default: copy.insert(copy[place], at: place)
                }
            }
            guard let accepted = try? state.verify(copy, as: Grant.self, at: noon).accepted else {
                continue
            }
            #expect(accepted.document == sample.grant(), "seed \(seed)")
            #expect(accepted.digest == envelope.payloadDigest, "seed \(seed)")
        }
    }
}

/// A JSON value, to be changed in one place.
private indirect enum JSONTree: Hashable, Codable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONTree].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }

    /// The tree with each of its values changed, or left out, one at a time.
    var mutations: [JSONTree] {
        switch self {
        case .null: [.bool(true)]
        case .bool(let value): [.bool(!value)]
        case .int(let value): [.int(value &+ 1), .int(value &- 1)]
        case .double(let value): [.double(value + 1)]
        case .text(let value): [.text(value + "0"), .text(String(value.dropFirst()))]
        case .list(let values):
            values.indices.flatMap { place in
                ([nil] + values[place].mutations.map(Optional.some)).map { changed in
                    var copy = values
                    copy.replaceSubrange(place...place, with: changed.map { [$0] } ?? [])
                    return JSONTree.list(copy)
                }
            }
        case .object(let values):
            values.flatMap { key, value in
                ([nil] + value.mutations.map(Optional.some)).map { changed in
                    var copy = values
                    copy[key] = changed
                    return JSONTree.object(copy)
                }
            }
        }
    }
}

extension Envelope {
    /// Takes the signatures of another envelope, as an attacker would.
    fileprivate mutating func take(_ other: Envelope) {
        self = Envelope(payloadType: payloadType, payload: payload, signatures: other.signatures)
    }
}
