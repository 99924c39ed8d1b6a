public import Fleet
public import Policy

/// Bundles of updates. Nothing changes the lines of one.
public protocol BundleRecords {
    /// Adds a version with its lines. Throws `NameTaken` when its tenant has that version already.
    func insert(_ bundle: PatchBundle, lines: [BundleLine]) throws
    /// Stores what is said of it, and where it has been brought to.
    func update(_ bundle: PatchBundle) throws
    /// One version; `nil` when there is none in scope.
    func bundle(_ id: BundleID, in scope: Scope) throws -> PatchBundle?
    /// The lines of a version, by package; empty when there is none in scope.
    func bundleLines(_ id: BundleID, in scope: Scope) throws -> [BundleLine]
    /// The versions in scope, of one name where it is given, newest first, those before `before`
    /// only.
    func bundles(
        in scope: Scope, named name: PolicyName?, before: BundleID?, limit: Int
    ) throws -> [PatchBundle]
    /// How many versions a tenant has in all.
    func bundleCount(of tenant: TenantID) throws -> Int
    /// The highest version of a name; 0 when there is none.
    func latestBundleVersion(_ name: PolicyName, of tenant: TenantID) throws -> Int
}
