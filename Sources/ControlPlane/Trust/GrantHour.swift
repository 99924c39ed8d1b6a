import Fleet
import ServerRecords

extension UseCases {
    /// The setting that holds for each tenant when an approval was asked for last, as JSON; what is
    /// older than the hour is forgotten.
    static let grantHourSetting = "trust.grants.hour"
    /// How long an approval counts for the brake, in seconds.
    static let grantHourSeconds: Int64 = 3_600

    /// Takes down that an approval is made for a tenant, in the transaction that makes it.
    ///
    /// - Returns: for how many tenants approvals were made in the hour before, this one counted. It
    ///   stands in the approval, is signed with it, and the endpoints' brake asks for it.
    func tenantsInHour(
        with tenant: TenantID, in records: any Records, at now: Timestamp
    ) throws -> Int {
        let text = try records.setting(Self.grantHourSetting)
        var latest = text.flatMap { TrustJSON.decode([String: Timestamp].self, $0) } ?? [:]
        latest = latest.filter { now.seconds(since: $0.value) < Self.grantHourSeconds }
        latest[tenant.text] = now
        if let text = TrustJSON.encode(latest) {
            try records.setSetting(Self.grantHourSetting, to: text)
        }
        return latest.count
    }
}
