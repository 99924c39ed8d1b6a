public import Fleet

/// Single people and programs, each by one row.
public protocol ActorRecords {
    /// The user of a name, be it disabled; `nil` for none.
    func user(named name: String) throws -> User?
    /// A token of the API, be it expired or revoked; `nil` for none.
    func apiToken(_ id: TokenID) throws -> APIToken?
}
