@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Rollout
import Testing
import Trust

/// An endpoint that has believed a managed root, and is told of a sealed one: what the former keys
/// have signed holds no more, and orders wait for what the new ones sign.
struct SealingTests {
    let world = World(["labgood": .good, "labmore": .good])
    let folder: CrashingFolder
    let link: FakeLink
    let managed: SigningOffice
    let sealed: SigningOffice
    let desk: TrustDesk
    let gate: GrantGate
    let update = Orders.update("labgood")

    init() throws {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        managed = try SigningOffice(mode: .managed)
        sealed = try SigningOffice(seed: 6, after: managed)
        desk = TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: managed.root.payloadDigest, state: folder,
            zones: { $0 == "Etc/UTC" ? .utc : nil }, effects: world.effects,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        gate = GrantGate(desk: desk, link: link)
    }

    private func order(_ grant: String) -> JobOrder {
        var order = Orders.order([update])
        order.grant = grant
        return order
    }

    private func judge(_ order: JobOrder) async -> Admission {
        await gate.admission(
            of: order,
            GrantGate.View(updates: [update], installed: [update.key: "1.0"], facts: nil))
    }

    private func serve(_ policies: Envelope?) {
        let next = sealed.text(sealed.root)
        let text = policies.map { sealed.text($0) }
        let digest = policies?.payloadDigest ?? "none"
        link.change {
            $0.trust = TrustResponse(digest: digest, roots: [next], policies: text)
        }
    }

    /// The endpoint believes the managed root and the policies under it.
    private func believeManaged() throws -> Envelope {
        let former = try managed.sign(try SigningOffice.policies(from: 12), "policy")
        let answer = TrustResponse(
            digest: "1", roots: [managed.text(managed.root)], policies: managed.text(former))
        #expect(desk.take(answer) == nil)
        return former
    }

    /// Whether an order waits, with a sentence that tells people for what.
    private func expectWaits(_ admission: Admission, for word: String) {
        guard case .waits(_, let sentence) = admission else {
            Issue.record("It does not wait: \(admission)")
            return
        }
        #expect(sentence.contains(word), "\(sentence)")
    }

    @Test(arguments: [false, true])
    func `an order waits for policies and approval of the new keys, and then goes on`(
        servesFormer: Bool
    ) async throws {
        let former = try believeManaged()
        let order = order(try managed.grant([update], under: former))
        // A server that goes on serving what nobody believes any more changes nothing.
        serve(servesFormer ? former : nil)
        _ = desk.take(link.change { $0.trust })
        #expect(try TrustFiles.load(from: folder)?.state.root.heading.version == 2)
        #expect(desk.asksForGrants)
        expectWaits(await judge(order), for: "trust root")

        let policies = try sealed.sign(
            try SigningOffice.policies(from: 12), "policy", version: 2)
        serve(policies)
        expectWaits(await judge(order), for: "trust root")

        let grant = try sealed.grant([update], under: policies, nonce: 2)
        link.change { $0.renewals[Orders.job] = grant }
        #expect(await judge(order) == .open)
        #expect(try TrustFiles.load(from: folder)?.policyVersion == 2)
    }

    @Test func `an order that brings the new approval has the new policies fetched`() async throws {
        _ = try believeManaged()
        serve(nil)
        _ = desk.take(link.change { $0.trust })
        let policies = try sealed.sign(
            try SigningOffice.policies(from: 12), "policy", version: 2)
        serve(policies)
        let text = try sealed.grant([update], under: policies)
        link.change { $0.renewals[Orders.job] = text }
        #expect(await judge(order(text)) == .open)
    }

    @Test func `a change of keys makes no stranger's approval wait, and no former one count`()
        async throws
    {
        let former = try believeManaged()
        let policies = try sealed.sign(
            try SigningOffice.policies(from: 12), "policy", version: 2)
        serve(policies)
        _ = desk.take(link.change { $0.trust })
        let thief = try SigningOffice(seed: 66)
        let forged = await judge(order(try thief.grant([update], under: policies)))
        guard case .refused(let sentence) = forged else {
            Issue.record("It is not refused: \(forged)")
            return
        }
        #expect(sentence.contains("E_SIGNED_UNKNOWN_KEY"))
        expectWaits(await judge(order(try managed.grant([update], under: former))), for: "root")
        expectWaits(await judge(order(try managed.grant([update], under: policies))), for: "root")
    }
}
