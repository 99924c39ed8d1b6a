import Fleet
import Policy
import ServerRecords

extension StoreRecords: WorkRecords {
    /// How many packages one statement asks for.
    private static let packagesPerStatement = 200

    func installSamples(
        of packages: [WorkKey], tenant: TenantID
    ) throws -> [WorkKey: InstallSamples] {
        var found: [WorkKey: InstallSamples] = [:]
        let wanted = Set(packages)
        for names in chunks(of: Set(packages.map(\.name)).sorted(), Self.packagesPerStatement) {
            var query = SQLText("SELECT manager, package, samples FROM install_time")
            query.require("tenant_id = \(query.bind(tenant))")
            query.require("package IN (\(names.map { query.bind($0) }.joined(separator: ", ")))")
            for row in try rows(query) {
                var row = row.reader
                let key = WorkKey(manager: try row.next(), name: try row.next())
                let text: String = try row.next()
                if wanted.contains(key) { found[key] = InstallSamples(text: text) }
            }
        }
        return found
    }

    func store(_ samples: [WorkKey: InstallSamples], tenant: TenantID) throws {
        // Always in the same order, so that two servers do not wait for each other.
        for (key, samples) in samples.sorted(by: { $0.key < $1.key }) {
            try change(
                """
                INSERT INTO install_time (tenant_id, manager, package, samples)
                VALUES ($1, $2, $3, $4)
                ON CONFLICT (tenant_id, manager, package) DO UPDATE SET samples = excluded.samples
                """, tenant, key.manager, key.name, samples.text)
        }
    }

    func ownWork(of endpoint: EndpointID, tenant: TenantID) throws -> OwnWork {
        let found = try rows(
            "SELECT samples, reboots FROM install_pace WHERE tenant_id = $1 AND endpoint_id = $2",
            tenant, endpoint)
        guard var row = found.first?.reader else { return OwnWork() }
        return OwnWork(
            pace: InstallSamples(text: try row.next()),
            reboots: InstallSamples(text: try row.next()))
    }

    func store(_ work: OwnWork, of endpoint: EndpointID, tenant: TenantID) throws {
        try change(
            """
            INSERT INTO install_pace (tenant_id, endpoint_id, samples, reboots)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id, endpoint_id) DO UPDATE
            SET samples = excluded.samples, reboots = excluded.reboots
            """, tenant, endpoint, work.pace.text, work.reboots.text)
    }
}
