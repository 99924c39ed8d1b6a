import Calendar
public import Fleet
public import Policy

/// How long installations have taken.
public protocol WorkRecords {
    /// The runs that these packages were in, on any of a tenant's endpoints; a package that was in
    /// none is left out.
    func installSamples(of packages: [WorkKey], tenant: TenantID) throws -> [WorkKey:
        InstallSamples]
    /// Stores the runs that packages were in.
    func store(_ samples: [WorkKey: InstallSamples], tenant: TenantID) throws
    /// What an endpoint's own runs and reboots have shown.
    func ownWork(of endpoint: EndpointID, tenant: TenantID) throws -> OwnWork
    /// Stores it.
    func store(_ work: OwnWork, of endpoint: EndpointID, tenant: TenantID) throws
}

/// What an endpoint's own runs and reboots have shown.
public struct OwnWork: Hashable, Sendable {
    /// How its runs compared with what was expected of them.
    public var pace: InstallSamples
    /// How long it was away at its reboots.
    public var reboots: InstallSamples

    /// What it has shown; nothing yet unless given.
    public init(pace: InstallSamples = InstallSamples(), reboots: InstallSamples = InstallSamples())
    {
        self.pace = pace
        self.reboots = reboots
    }
}

extension WorkRecords {
    /// What is known of how long these packages take, on one endpoint or on any.
    public func workHistory(
        of packages: some Sequence<WorkKey>, on endpoint: EndpointID?, tenant: TenantID
    ) throws -> WorkHistory {
        let own = try endpoint.map { try ownWork(of: $0, tenant: tenant) }
        return WorkHistory(
            packages: try installSamples(of: Array(Set(packages)), tenant: tenant),
            pace: own?.pace, reboots: own?.reboots)
    }

    /// How long an order of these packages is taken to need on an endpoint, in seconds.
    public func expectedSeconds(
        of packages: [WorkKey], on endpoint: EndpointID, tenant: TenantID
    ) throws -> Int64 {
        try workHistory(of: packages, on: endpoint, tenant: tenant)
            .estimate(packages.map { WorkHistory.Line($0) }, reboots: false).seconds
    }

    /// Learns from the runs of a job that has ended on an endpoint. Only packages that its order
    /// named are learned about: an endpoint says nothing of others.
    public func learn(
        from runs: [InstallRun], ordered: some Sequence<WorkKey>, on endpoint: EndpointID,
        tenant: TenantID
    ) throws {
        var known = Set(ordered)
        let runs = runs.prefix(InstallRun.mostOfJob).filter { run in
            let packages = run.packages.map(WorkKey.init)
            guard run.isPlausible, packages.allSatisfy(known.contains) else { return false }
            // Each package teaches once a job, whatever the endpoint says.
            known.subtract(packages)
            return true
        }
        guard !runs.isEmpty else { return }
        var history = try workHistory(
            of: runs.flatMap { $0.packages.map(WorkKey.init) }, on: endpoint, tenant: tenant)
        for run in runs { history.add(run) }
        try store(history.packages, tenant: tenant)
        try store(
            OwnWork(
                pace: history.pace ?? InstallSamples(),
                reboots: history.reboots ?? InstallSamples()), of: endpoint, tenant: tenant)
    }

    /// Learns how long an endpoint was away at a reboot; what cannot be one is left out.
    public func learn(
        rebootSeconds seconds: Int64, on endpoint: EndpointID, tenant: TenantID
    ) throws {
        guard WorkHistory.rebootSeconds.contains(seconds) else { return }
        var own = try ownWork(of: endpoint, tenant: tenant)
        own.reboots.add(seconds: seconds, packages: 1)
        try store(own, of: endpoint, tenant: tenant)
    }
}

/// What is known of how long a tenant's packages take, read as it is asked for: what neighbours miss
/// too is read once.
package struct KnownWork {
    private let tenant: TenantID
    private var history = WorkHistory()
    private var askedFor: Set<WorkKey> = []

    /// Nothing read yet.
    package init(of tenant: TenantID) {
        self.tenant = tenant
    }

    /// What is known of these packages on an endpoint.
    package mutating func history(
        of packages: [WorkKey], on endpoint: EndpointID, in records: any WorkRecords
    ) throws -> WorkHistory {
        let new = Set(packages).subtracting(askedFor)
        if !new.isEmpty {
            history.packages.merge(
                try records.installSamples(of: Array(new), tenant: tenant)
            ) { _, later in later }
            askedFor.formUnion(new)
        }
        let own = try records.ownWork(of: endpoint, tenant: tenant)
        (history.pace, history.reboots) = (own.pace, own.reboots)
        return history
    }
}
