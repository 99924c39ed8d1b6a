public import Fleet
import ServerRecords
import Synchronization

/// When each tenant was looked at last, and what was known of it then.
final class SteeringDesk: Sendable {
    private struct Look {
        var at: Timestamp
        var version: UInt64
    }

    private let looks = Mutex<[TenantID: Look]>([:])
    private let presence = Mutex<[TenantID: Timestamp]>([:])
    private let halts = Mutex<Set<DeploymentID>>([])

    /// Whether it is to be looked after a halted rollout's alert: once in a process's life.
    func takeHaltTurn(of deployment: DeploymentID) -> Bool {
        halts.withLock { $0.insert(deployment).inserted }
    }

    /// Whether it is a tenant's turn: something changed a short while ago, or nobody has looked for
    /// long. Its turn is taken by asking.
    func takeTurn(of tenant: TenantID, version: UInt64, at now: Timestamp) -> Bool {
        looks.withLock { looks in
            if let last = looks[tenant] {
                let age = now.seconds(since: last.at)
                let isDue =
                    age >= UseCases.steeringIntervalSeconds || age < 0
                    || (version != last.version && age >= UseCases.steeringPauseSeconds)
                guard isDue else { return false }
            }
            looks[tenant] = Look(at: now, version: version)
            return true
        }
    }

    /// Whether it is time to look who of a tenant is silent.
    func takePresenceTurn(of tenant: TenantID, at now: Timestamp) -> Bool {
        presence.withLock { presence in
            if let last = presence[tenant] {
                let age = now.seconds(since: last)
                guard age >= UseCases.presenceIntervalSeconds || age < 0 else { return false }
            }
            presence[tenant] = now
            return true
        }
    }
}

extension UseCases {
    /// How often a tenant is looked at though nothing is known to have changed, in seconds: windows
    /// and ages change what is decided without anybody doing anything.
    static let steeringIntervalSeconds: Int64 = 300
    /// How long after one look the next may come when something has changed, in seconds: many
    /// endpoints scan at about the same time.
    static let steeringPauseSeconds: Int64 = 5
    /// How often it is looked who is silent, in seconds.
    static let presenceIntervalSeconds: Int64 = 60
    /// For how long one round of the scheduler looks at tenants, in seconds; those left have their
    /// turn in the next.
    private static let roundSeconds: Int64 = 5

    /// One round of the scheduler for rollouts: what they were not told yet, who fell silent, and
    /// what policies approve now.
    ///
    /// - Returns: the deployments that were opened.
    @discardableResult
    public func steerAll() async throws -> [DeploymentID] {
        let end = effects.now().adding(seconds: Self.roundSeconds)
        _ = try await stepDueRollouts()
        let tenants = try await ledger.read { try $0.tenants(in: .provider) }
        var opened: [DeploymentID] = []
        for tenant in tenants.map(\.id) where effects.now() < end {
            let now = effects.now()
            if steeringDesk.takePresenceTurn(of: tenant, at: now) {
                try await watchPresence(of: tenant)
            }
            let version = signals.version(of: SignalSubject.decisions(of: tenant))
            if steeringDesk.takeTurn(of: tenant, version: version, at: now) {
                opened += try await steer(tenant)
            }
        }
        return opened
    }
}
