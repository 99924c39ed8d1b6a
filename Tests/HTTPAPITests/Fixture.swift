import Administration
import AgentProtocol
import Bundles
import ControlPlane
import Fleet
import Foundation
import Groups
import HTTPTypes
import Logging
import Notices
import Requests
import Rollout
import SavedPlans
import ServerRecords
import Store
import Synchronization
import TestSupport
import Triage
import Trust

@testable import HTTPAPI

/// A server over a database in memory, with two tenants that each have an endpoint, a deployment, a
/// job, a user and tokens, and a caller for each kind of asker.
final class Fixture: Sendable {
    let useCases: UseCases
    let server: PatchbayServer
    let ours: World
    let theirs: World
    /// Bearer tokens by who they belong to; roles without a tenant are the provider's.
    let bearers: [Asker: String]
    /// A session of an operator of our tenant.
    let session: SignedIn

    static let start = Timestamp(seconds: 1_800_000_000)
    static let password = "four unrelated words"

    /// Who can ask.
    enum Asker: Hashable, CustomStringConvertible {
        case provider(Role)
        case ours(Role)
        case theirs(Role)
        case ourAgent
        case theirAgent

        var description: String {
            switch self {
            case .provider(let role): "the provider's \(role.rawValue)"
            case .ours(let role): "our \(role.rawValue)"
            case .theirs(let role): "their \(role.rawValue)"
            case .ourAgent: "our agent"
            case .theirAgent: "their agent"
            }
        }
    }

    /// What one tenant has.
    struct World: Sendable {
        let tenant: Tenant
        let site: Site
        let endpoint: EndpointID
        let deployment: DeploymentID
        let job: JobID
        let user: UserID
        let enrolmentToken: TokenID
        let apiToken: TokenID
        let digest: String
        let policy: PolicyID
        let approval: ApprovalID
        let exception: ExceptionID
        let request: RequestID
        let plan: PlanID
        let bundle: BundleID
        let contact: NoticeContactID
        /// An emergency run that waits for its review.
        let emergency: EmergencyID
        /// A triage that somebody asked for, and the evidence that has come for it.
        let triage: TriageID
        let evidence: EvidenceID
        /// An alert; theirs has none.
        var alert: AlertID?

        /// Every identifier that nobody outside the tenant may see.
        var identifiers: [String] {
            [
                tenant.id.text, site.id.text, endpoint.text, deployment.text, job.text, user.text,
                enrolmentToken.text, apiToken.text, tenant.name, policy.text, approval.text,
                exception.text, plan.text, contact.text, request.text, emergency.text,
                bundle.text,
                triage.text, evidence.text,
            ]
        }

        /// The value of a route's path parameter.
        func value(of parameter: String, in path: String) -> String {
            switch parameter {
            case "endpoint": endpoint.text
            case "deployment": deployment.text
            case "job": job.text
            case "user": user.text
            case "tenant": tenant.id.text
            case "site": site.id.text
            case "policy": policy.text
            case "approval": approval.text
            case "exception": exception.text
            case "request": request.text
            case "plan": plan.text
            case "contact": contact.text
            case "emergency": emergency.text
            case "bundle": bundle.text
            case "triage": triage.text
            case "evidence": evidence.text
            case "group": "web-\(tenant.name.lowercased())"
            case "digest": digest
            case "vulnerability": FixtureShelf.vulnerability
            case "feed": FixtureShelf.feeds[0]
            case "alert": alert?.text ?? "no-alert"
            case "token": path.contains("enrolment") ? enrolmentToken.text : apiToken.text
            default: "unknown-parameter"
            }
        }
    }

    init(seed: UInt64 = 1, pages: [Route] = []) async throws {
        let generator = Mutex(SeededGenerator(seed: seed))
        let random: @Sendable (Int) -> [UInt8] = { count in
            generator.withLock { generator in
                (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            }
        }
        let cost = PasswordCost(checkedRounds: 16, blockSize: 1, parallelism: 1) ?? .standard
        useCases = UseCases(
            ledger: try SQLLedger.open(.sqliteMemory),
            effects: Effects(now: { Self.start }, randomBytes: random),
            keys: try ServerKeys.make(
                at: Self.start, names: ["patchbay.example.org"], entropy: random),
            signals: Signals(), passwords: PasswordWorker(cost: cost), shelf: FixtureShelf())
        server = try PatchbayServer(
            useCases: useCases,
            configuration: .init(
                listenAddress: "127.0.0.1", port: 0,
                addresses: { ["https://patchbay.example.org:8443"] }, pages: pages),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var ours = try await Self.world("Acme", useCases)
        theirs = try await Self.world("Bolt", useCases)
        try await Self.addFeeds(useCases)
        ours.alert = try await useCases.alerts(by: .localAdministrator).first?.id
        self.ours = ours
        bearers = try await Self.bearers(ours, theirs, useCases)
        session = try await useCases.signIn(
            name: "operator-acme", password: Self.password, peer: "192.0.2.1")
    }

    private static func world(_ name: String, _ useCases: UseCases) async throws -> World {
        let admin = Principal.localAdministrator
        let tenant = try await useCases.createTenant(name: name, by: admin)
        let site = try await useCases.createSite(
            name: "\(name) place", tenant: tenant.id, by: admin)
        let endpoint = EndpointRecord(
            id: useCases.effects.newIdentifier(), tenant: tenant.id, site: site.id,
            name: "web-\(name)", publicKey: useCases.effects.randomBytes(32),
            machineFingerprint: nil,
            enrolledAt: start)
        try await useCases.ledger.write { try $0.insert(endpoint) }
        let digest = try await scan(endpoint, useCases)
        let deployment = try await useCases.approve(
            DeploymentSelection(endpoints: [endpoint.id], updates: [.init(name: "openssl")]),
            by: admin)
        let job = try await useCases.jobs(by: admin, endpoint: endpoint.id)[0].job.id
        _ = try await useCases.collectWork(
            WorkRequest(waitSeconds: 0),
            by: AgentPrincipal(endpoint: endpoint.id, tenant: tenant.id))
        let user = try await useCases.createUser(
            name: "operator-\(name.lowercased())", tenant: tenant.id, role: .operatorRole,
            password: password, by: admin)
        let enrolment = try await useCases.createEnrolmentToken(
            by: admin, tenant: tenant.id, serverURLs: ["https://patchbay.example.org:8443"])
        let api = try await useCases.createAPIToken(
            by: admin, note: "for tests", tenant: tenant.id, role: .viewer)
        let said = try await said(of: tenant, useCases)
        let triage = try await triage(of: endpoint, useCases)
        return World(
            tenant: tenant, site: site, endpoint: endpoint.id, deployment: deployment.id, job: job,
            user: user.user.id, enrolmentToken: enrolment.token.id, apiToken: api.token.id,
            digest: digest, policy: said.policy, approval: said.approval,
            exception: said.exception, request: said.request, plan: said.plan,
            bundle: try await bundle(of: tenant, useCases), contact: said.contact,
            emergency: try await emergency(of: tenant, deployment.id, useCases),
            triage: triage.id, evidence: triage.evidence)
    }

    /// A triage with evidence and no verdict.
    private static func triage(
        of endpoint: EndpointRecord, _ useCases: UseCases
    ) async throws -> (id: TriageID, evidence: EvidenceID) {
        let asked = try await useCases.askForEvidence(
            of: endpoint.id, because: "It behaves oddly.", by: .localAdministrator)
        let id: EvidenceID = useCases.effects.newIdentifier()
        _ = try await useCases.receiveEvidence(
            try WireJSON.encode(Samples.evidence(of: endpoint.id, id: id)),
            by: AgentPrincipal(endpoint: endpoint.id, tenant: endpoint.tenant))
        return (asked.id, id)
    }

    /// A bundle of what the endpoint misses, of which nobody has said anything.
    private static func bundle(
        of tenant: Tenant, _ useCases: UseCases
    ) async throws -> BundleID {
        try await useCases.makeBundle(
            BundleDraft(
                tenant: tenant.id, name: "monthly", query: BundleQuery(packages: ["openssl"])),
            by: .localAdministrator
        ).id
    }

    /// A run that is over, and whose review nobody has written.
    private static func emergency(
        of tenant: Tenant, _ deployment: DeploymentID, _ useCases: UseCases
    ) async throws -> EmergencyID {
        let run = EmergencyRun(
            id: useCases.effects.newIdentifier(), tenant: tenant.id,
            vulnerability: FixtureShelf.vulnerability, reason: "It burns", startedBy: "user:anna",
            startedAt: start, state: .awaitingReview, deployments: [deployment],
            extent: EmergencyRun.Extent(
                endpoints: 1, mayReboot: 0, leftOut: 0, updates: ["openssl 3.0.2"]))
        try await useCases.ledger.write { try $0.insert(run) }
        return run.id
    }

    /// What is blocked in each tenant.
    static let blocked = (package: "badpkg", version: "2.0")

    /// A policy, an approval, an exception, a group, a blocked version and a contact of a tenant.
    private static func said(of tenant: Tenant, _ useCases: UseCases) async throws -> (
        policy: PolicyID, approval: ApprovalID, exception: ExceptionID, request: RequestID,
        plan: PlanID, contact: NoticeContactID
    ) {
        let admin = Principal.localAdministrator
        let policy = try await useCases.savePolicy(
            PolicyDraft(
                tenant: tenant.id,
                yaml: Samples.policy("servers-\(tenant.name.lowercased())"), confirm: true),
            by: admin)
        let approval = try await useCases.decide(
            ApprovalDraft(.approve, tenant: tenant.id, package: "nginx"), by: admin)
        let exception = try await useCases.requestException(
            ExceptionDraft(
                tenant: tenant.id, name: "Old Java", owner: "anna", reason: "Support ends",
                compensatingControl: "No network", package: "openjdk-8",
                expiresAt: start.adding(seconds: 86_400)), by: admin)
        _ = try await useCases.saveGroup(
            GroupDraft(
                tenant: tenant.id, name: "web-\(tenant.name.lowercased())", members: "tag = web"),
            by: admin)
        try await useCases.ledger.write {
            try $0.block(
                BlockedVersion(
                    tenant: tenant.id, manager: .apt, package: blocked.package,
                    version: blocked.version, deployment: nil, reason: "It fails.", by: "anna",
                    at: start))
        }
        let plan = try await useCases.savePlan(
            PlanDraft(tenant: tenant.id, name: "The plan of \(tenant.name)"), by: admin)
        let contact = try await useCases.addNoticeContact(
            NoticeContactDraft(
                tenant: tenant.id, name: "Help desk", address: "https://hooks.example.org/1",
                hoursBefore: 24), by: admin)
        let request = try await useCases.ask(
            RequestDraft(
                tenant: tenant.id, updates: RequestedUpdates(package: "nginx"), reason: "Wanted"),
            by: admin)
        return (
            policy.id, approval.record.id, exception.id, request.id, plan.id, contact.id
        )
    }

    private static func scan(_ endpoint: EndpointRecord, _ useCases: UseCases) async throws
        -> String
    {
        let agent = AgentPrincipal(endpoint: endpoint.id, tenant: endpoint.tenant)
        let inventory = Samples.inventory
        let digest = Digest.sha256Hex(inventory.canonicalBytes)
        try await useCases.storeInventory(inventory.canonicalBytes, digest: digest, by: agent)
        _ = try await useCases.storeScan(
            ScanUpload(
                scannedAt: start, inventoryDigest: digest, postureDigest: digest,
                posture: Samples.posture(
                    hostname: endpoint.name, release: endpoint.name == "web-Bolt" ? "13" : "12")),
            by: agent)
        return digest
    }

    private static func bearers(
        _ ours: World, _ theirs: World, _ useCases: UseCases
    ) async throws -> [Asker: String] {
        var bearers: [Asker: String] = [
            .ourAgent: useCases.keys.accessToken(
                endpoint: ours.endpoint, tenant: ours.tenant.id, at: start),
            .theirAgent: useCases.keys.accessToken(
                endpoint: theirs.endpoint, tenant: theirs.tenant.id, at: start),
        ]
        for role in Role.allCases {
            for (asker, tenant) in [
                (Asker.provider(role), nil), (.ours(role), ours.tenant.id),
                (.theirs(role), theirs.tenant.id),
            ] where tenant != nil || !role.isOfTenant {
                bearers[asker] = try await useCases.createAPIToken(
                    by: .localAdministrator, note: "\(asker)", tenant: tenant, role: role
                ).text
            }
        }
        return bearers
    }

    /// Calls a route as somebody, straight through the dispatcher.
    func call(
        _ method: String, _ target: String, as asker: Asker? = nil, headers: [String: String] = [:],
        body: [UInt8] = []
    ) async -> Answer {
        var fields = HTTPFields()
        var all = headers
        if let asker { all["authorization"] = "Bearer \(bearers[asker] ?? "")" }
        if target.hasPrefix("/agent/"), all[AgentWire.versionHeader] == nil {
            all[AgentWire.versionHeader] = "1"
        }
        if !body.isEmpty, all["content-length"] == nil { all["content-length"] = "\(body.count)" }
        for (name, value) in all {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return await server.dispatcher.answer(
            .init(
                method: method, target: target, authority: "patchbay.example.org", headers: fields,
                peer: "192.0.2.1",
                readBody: { limit in
                    guard body.count <= limit else { throw Dispatcher.BodyTooLarge() }
                    return body
                }))
    }

    /// Calls a route with a JSON body.
    func call(
        _ method: String, _ target: String, as asker: Asker?, headers: [String: String] = [:],
        json: some Encodable
    ) async throws -> Answer {
        await call(method, target, as: asker, headers: headers, body: try WireJSON.encode(json))
    }

    /// The address of a route, with the identifiers of a tenant.
    func target(_ route: Route, of world: World) -> String {
        route.path.parameterNames.reduce(route.path.description) { path, name in
            path.replacing("{\(name)}", with: world.value(of: name, in: path))
        }
    }

    /// How many audit entries there are.
    func auditCount() async throws -> Int {
        try await useCases.auditEntries(by: .localAdministrator, limit: 500).count
    }
}

extension Answer {
    /// The body's bytes.
    var bytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }

    /// The body as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The code of a refusal; empty for other answers.
    var code: String {
        (try? JSONDecoder().decode(ProblemBody.self, from: Data(bytes)))?.code ?? ""
    }

    /// A header's value.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
