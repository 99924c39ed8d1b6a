import Administration
import AgentCore
import AgentSystem
import AgentTransport
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import LinuxPackages
import Logging
import PackageManagers
import ServerRecords
import Trust

/// The agent of the server's own machine, in the server's process. It speaks the agents' protocol
/// over TLS like any other.
struct LocalAgent: Sendable {
    let home: Home
    let server: ServerProcess
    let logger: Logger

    /// How long the enrolment token of this machine is good, in seconds; it is used at once.
    private static let tokenSeconds: Int64 = 300

    private var state: DiskStateFolder { DiskStateFolder(home.agent.path) }
    private var scanner: EndpointScanner {
        EndpointScanner(.init(stateFolder: home.agent.path), clock: SystemEffects.now)
    }

    /// Who this machine is: as enrolled before, or as newly enrolled into the tenant.
    func enrolled(into tenant: TenantID) async throws -> AgentIdentity {
        if let (identity, _) = try? IdentityFiles.load(from: state), try await isKnown(identity) {
            return identity
        }
        try home.makeAgentFolder()
        // A machine that cannot be scanned is told so before it becomes an endpoint.
        let facts = try await scanner.scan(refreshingSources: false).endpoint
        let made = try await server.useCases.createEnrolmentToken(
            by: .localAdministrator, tenant: tenant, note: "This machine (patchbay up)",
            lifetimeSeconds: Self.tokenSeconds, serverURLs: [server.localAddress])
        let token = try EnrolmentTokenText(parsing: made.text)
        let address = try ServerAddress(server.localAddress)
        let client = try AgentClient(
            servers: [address], trust: .pinned(certificate: token.identityCertificate), proxy: nil)
        do {
            let identity = try await Enrolment.enrol(
                token, servers: [address], authorityFile: nil, facts: facts, state: state,
                client: client, randomBytes: SystemEffects.randomBytes)
            await client.close()
            return identity
        } catch {
            await client.close()
            throw error
        }
    }

    /// Works until the task is cancelled.
    func run(as identity: AgentIdentity) async throws {
        guard let program = Machine.ownProgram else {
            throw Failure(
                .couldNot, "This program cannot find its own file.", nextStep: "Mount /proc.",
                code: "E_PROGRAM")
        }
        let (_, key) = try IdentityFiles.load(from: state)
        // The port may be another one than at enrolment.
        let client = try AgentClient(
            servers: [try ServerAddress(server.localAddress)], trust: identity.trust, proxy: nil)
        let loop = AgentLoop(
            endpoint: identity.endpoint,
            settings: AgentSettings(
                agentVersion: Patchbay.versionNumber, bootId: Machine.bootId,
                refreshesSources: false),
            link: HTTPSControlPlane(
                identity: identity, key: key, client: client, effects: .system,
                randomBytes: SystemEffects.randomBytes),
            scanner: scanner, installer: EndpointInstaller(stateFolder: state.path),
            runs: SupervisedRuns(state: state, command: [program, "supervise"], effects: .system),
            state: state,
            trust: TrustDesk(
                endpoint: identity.endpoint, tenant: identity.tenant,
                fingerprint: identity.rootFingerprint, state: state,
                zones: { ZoneFolder.system.rules(named: $0) }, effects: .system, logger: logger),
            effects: .system, logger: logger)
        await loop.run()
        await client.close()
    }

    /// Whether the database knows the endpoint; one that was retired stays so.
    private func isKnown(_ identity: AgentIdentity) async throws -> Bool {
        do {
            let detail = try await server.useCases.endpoint(
                identity.endpoint, by: .localAdministrator)
            guard detail.item.retiredAt == nil else {
                throw Failure(
                    .couldNot, "This machine's endpoint \(identity.endpoint) was retired.",
                    nextStep:
                        "Remove \(home.agent.path) to enrol the machine anew, or use “patchbay serve”.",
                    code: "E_ENDPOINT_RETIRED")
            }
            return true
        } catch let refusal as Refusal where refusal.kind == .notFound {
            // The database is another one than the agent was enrolled with.
            try state.remove(IdentityFiles.identity)
            try state.remove(IdentityFiles.deviceKey)
            return false
        }
    }
}
