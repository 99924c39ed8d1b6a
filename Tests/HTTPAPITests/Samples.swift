import Intelligence
import Administration
import AgentProtocol
import Bundles
import ControlPlane
import Duties
import Emergencies
import Fleet
import Forensics
import Foundation
import Groups
import Notices
import Recipes
import Requests
import Rollbacks
import Rollout
import SavedPlans
import ServerRecords
import SignedRecipes
import Trust
import VerdictFeeds
import Verdicts

@testable import HTTPAPI

/// Values for requests.
enum Samples {
    static let inventory = Inventory([
        Package(
            manager: .apt, name: "openssl", version: "3.0.2-15", architecture: "amd64",
            source: "openssl", sourceVersion: "3.0.2-15"),
        Package(
            manager: .apt, name: "zlib1g", version: "1:1.2.13", architecture: "amd64",
            source: "zlib",
            sourceVersion: "1:1.2.13"),
    ])

    static let update = Update(
        manager: .apt, name: "openssl", architecture: "amd64", installed: "3.0.2-15",
        candidate: "3.0.2-16", classes: [.security], origin: "Debian-Security:12/stable-security",
        installability: .installable, bytes: 900_000)

    static func posture(hostname: String, release: String = "12") -> Posture {
        Posture(
            endpoint: EndpointFacts(
                hostname: hostname,
                os: OperatingSystem(
                    id: "debian", versionId: release, name: "Debian GNU/Linux \(release)"),
                kernel: "6.1.0-50-amd64", bootId: "boot-1", timeZone: "Etc/UTC",
                architecture: "amd64"),
            sources: [
                SourceState(
                    name: "http://deb.example.org/debian bookworm main", state: .ok,
                    refreshedAt: Fixture.start)
            ],
            updates: [update], reboot: RebootState(), restarts: [])
    }

    static let locked = LockedUpdate(update)

    /// A body that is no JSON.
    private static func raw(of route: Route, _ world: Fixture.World) -> [UInt8] {
        if route.method == .put, route.path.description.hasSuffix("scanner-reports") {
            return Array("Host,CVE\nweb-\(world.tenant.name),CVE-2026-1000\n".utf8)
        }
        return route.path.description.hasSuffix("{digest}") ? inventory.canonicalBytes : []
    }

    private static func approval(in world: Fixture.World) -> ApprovalDraft {
        ApprovalDraft(.approve, tenant: world.tenant.id, package: "openssl")
    }

    private static func script(in world: Fixture.World) -> ScriptWish {
        ScriptWish(
            name: "check", tenant: world.tenant.id, interpreter: "/bin/sh", text: "exit 0\n",
            timeoutSeconds: 20)
    }

    private static func exception(in world: Fixture.World) -> ExceptionDraft {
        ExceptionDraft(
            tenant: world.tenant.id, name: "Old PHP", owner: "anna", reason: "Vendor",
            compensatingControl: "No network", package: "php",
            expiresAt: Fixture.start.adding(seconds: 86_400))
    }

    private static func recipe(in world: Fixture.World) -> RecipeWish {
        RecipeWish(
            tenant: world.tenant.id,
            recipe: Recipe(
                name: "viewer", version: "2.0", detect: "/opt/viewer/viewer",
                installed: Recipe.VersionSource(file: "/opt/viewer/VERSION")))
    }

    private static func duty(in world: Fixture.World) -> DutyWish {
        DutyWish(
            tenant: world.tenant.id, person: "Anna", until: Fixture.start.adding(seconds: 86_400))
    }

    /// A bundle of evidence as an endpoint sends it.
    static func evidence(of endpoint: EndpointID, id: EvidenceID) -> EvidenceBundle {
        EvidenceBundle(
            id: id, endpoint: endpoint, takenAt: Fixture.start, reason: .ordered,
            vulnerabilities: [], job: nil, agentVersion: "1", bootId: "boot-1",
            sections: [EvidenceSection(.processes, lines: ["1 init"])])
    }

    private static func block(in world: Fixture.World) -> VersionToBlock {
        VersionToBlock(
            tenant: world.tenant.id, package: "openssl", version: "3.0", reason: "It broke.")
    }

    /// A body that fits a route and a tenant, so that only the asker can be what is wrong with a
    /// call.
    static func body(of route: Route, _ world: Fixture.World) throws -> [UInt8] {
        guard let name = route.request?.name else {
            return raw(of: route, world)
        }
        let value: any Encodable =
            switch name {
            case "EnrolRequest":
                EnrolRequest(
                    token: "x", publicKey: "x", proof: "x", facts: posture(hostname: "a").endpoint)
            case "AccessTokenRequest": AccessTokenRequest(assertion: "a.b.c")
            case "CheckInRequest":
                CheckInRequest(
                    inventoryDigest: world.digest, postureDigest: nil, scannedAt: nil,
                    agentVersion: "1", bootId: "boot-1")
            case "ScanUpload":
                ScanUpload(
                    scannedAt: Fixture.start, inventoryDigest: world.digest,
                    postureDigest: world.digest, posture: posture(hostname: "a"))
            case "WorkRequest": WorkRequest(waitSeconds: 0)
            case "JobProgress":
                JobProgress(phase: .installing, sentence: "Installs.", at: Fixture.start)
            case "LogChunk": LogChunk(offset: 0, text: "a\n", length: 2)
            case "JobResult":
                JobResult(outcomes: [
                    UpdateOutcome(
                        update: locked, state: .verified, versionAfter: locked.to, sentence: "In.")
                ])
            case "DeploymentSelection":
                DeploymentSelection(endpoints: [world.endpoint], updates: [.init(name: "openssl")])
            case "NewEndOfLifeAnswer":
                NewEndOfLifeAnswer(
                    tenant: world.tenant.id, product: "debian", cycle: "12", treatment: .replace,
                    until: Fixture.start.adding(seconds: 86_400), reason: "It moves.")
            case "NewFeed": NewFeed(name: "new", source: "https://feeds.example.org/new")
            case "NewTenant", "ChangedSite": DirectoryRoutes.NewName(name: "New")
            case "NewSite": DirectoryRoutes.NewSite(name: "New", tenant: world.tenant.id)
            case "NewUser":
                IdentityRoutes.NewUserBody(name: "new", role: .viewer, tenant: world.tenant.id)
            case "NewRole": IdentityRoutes.NewRole(role: .viewer)
            case "UserName":
                IdentityRoutes.UserName(name: "operator-\(world.tenant.name.lowercased())")
            case "NewAPIToken":
                IdentityRoutes.NewAPITokenBody(note: "n", role: .viewer, tenant: world.tenant.id)
            case "NewEnrolmentToken": EnrolmentRoutes.NewToken(tenant: world.tenant.id)
            default: try decisionBody(named: name, world)
            }
        return try WireJSON.encode(value)
    }

    /// A body of the calls that decide, order or ask for something.
    private static func decisionBody(
        named name: String, _ world: Fixture.World
    ) throws -> any Encodable {
        switch name {
        case "PolicyDraft":
            PolicyDraft(
                tenant: world.tenant.id, yaml: policy("another"), confirm: true, mayOverlap: true)
        case "PolicyOrder": PolicyOrder(confirm: true)
        case "ApprovalDraft": approval(in: world)
        case "VersionToBlock": block(in: world)
        case "ExceptionDraft": exception(in: world)
        case "RequestDraft":
            RequestDraft(
                tenant: world.tenant.id, updates: RequestedUpdates(package: "zlib1g"),
                reason: "Wanted")
        case "RequestAnswer": RequestAnswer(reason: "No")
        case "BundleDraft":
            BundleDraft(
                tenant: world.tenant.id, name: "another",
                query: BundleQuery(packages: ["openssl"]))
        case "BundleAnswer": BundleAnswer(reason: "Wanted")
        case "PromotionDraft":
            PromotionDraft(policy: "servers-\(world.tenant.name.lowercased())")
        case "GroupDraft": GroupDraft(tenant: world.tenant.id, name: "new", members: "tag = n")
        case "PlanDraft": PlanDraft(tenant: world.tenant.id, name: "another")
        case "NoticeContactDraft":
            NoticeContactDraft(
                tenant: world.tenant.id, name: "Finance",
                address: "https://hooks.example.org/2", hoursBefore: 24)
        case "RebootRequest": RebootRequest()
        case "TraitChange": TraitChange(addTags: ["web"])
        case "TrustRequest": TrustRequest(rootVersion: 1)
        case "PrefetchRequest": PrefetchRequest()
        case "EnvelopeText": EnvelopeText(envelope: "{}")
        case "BlastRadiusBrake": BlastRadiusBrake(shareBasisPoints: 2_500, tenantsPerHour: 1)
        case "ScriptWish": script(in: world)
        case "RecipeWish": recipe(in: world)
        case "DutyWish": duty(in: world)
        case "EmergencyWish":
            EmergencyWish(
                vulnerability: FixtureShelf.vulnerability, tenant: world.tenant.id,
                confirm: FixtureShelf.vulnerability)
        case "EvidenceWish": EvidenceWish(reason: "It behaves oddly.")
        case "EvidenceBundle": evidence(of: world.endpoint, id: world.evidence)
        case "TriageScope": TriageScope(text: "This one, and no other.")
        case "TriageDecision": TriageDecision(verdict: .noTraces, note: "Looked at all of it.")
        case "EmergencyAgreement": EmergencyAgreement(confirm: FixtureShelf.vulnerability)
        case "EmergencyReview": EmergencyReview(text: "It went well.")
        case "VerdictSubscription":
            VerdictSubscription(
                tenant: world.tenant.id, name: "noc", source: "https://noc.example.org/v",
                key: Base64.encode([UInt8](repeating: 1, count: 32)))
        case "VerdictDraft":
            VerdictDraft(
                tenant: world.tenant.id, .block, package: "openssl", reason: "It broke.")
        case "RollbackSelection":
            RollbackSelection(tenant: world.tenant.id, updates: ["openssl"])
        default: throw NoSample(name: name)
        }
    }

    /// A policy that leaves everything to people.
    static func policy(_ name: String) -> String {
        """
        patchbay: policy/v1
        name: \(name)
        applies: all
        lanes: {routine: {windows: [any]}}
        default: {approve: by hand}
        windows:
          any: {every: day, from: "00:00", for: 24h, zone: UTC}
        """
    }

    struct NoSample: Error { let name: String }
}
