public import Fleet

/// Emergency runs and their reviews.
public protocol EmergencyRecords {
    /// Adds a run.
    func insert(_ run: EmergencyRun) throws
    /// Stores its new state.
    func update(_ run: EmergencyRun) throws
    /// One run; `nil` when there is none in scope.
    func emergency(_ id: EmergencyID, in scope: Scope) throws -> EmergencyRun?
    /// The runs in scope, newest first, those before `before` only.
    func emergencies(
        in scope: Scope, states: [EmergencyRun.State], before: EmergencyID?, limit: Int
    ) throws -> [EmergencyRun]
}
