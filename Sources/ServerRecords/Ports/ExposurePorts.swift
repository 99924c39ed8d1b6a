public import Fleet

/// How many findings there were, a row for each tenant and day.
public protocol ExposureRecords {
    /// Stores a tenant's figures of a day, in the place of those taken earlier on the same day; the
    /// days before are never changed.
    func store(_ day: ExposureDay, of tenant: TenantID) throws
    /// The days of a scope from `first` on, oldest first, its tenants added up.
    func exposure(in scope: Scope, from first: String) throws -> [ExposureDay]
    /// Forgets the days before one, at most `limit` rows; returns how many.
    func purgeExposure(before day: String, limit: Int) throws -> Int
}
