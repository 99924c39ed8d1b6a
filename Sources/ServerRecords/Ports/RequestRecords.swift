public import Fleet

/// What people ask for and others decide.
public protocol RequestRecords {
    /// Adds a request.
    func insert(_ request: RequestRecord) throws
    /// Stores its new state.
    func update(_ request: RequestRecord) throws
    /// One of them; `nil` when there is none in scope.
    func request(_ id: RequestID, in scope: Scope) throws -> RequestRecord?
    /// All of them, newest first, those before `before` only; those that nobody has answered when
    /// they alone are asked for.
    func requests(
        in scope: Scope, waitingOnly: Bool, before: RequestID?, limit: Int
    ) throws -> [RequestRecord]
}
