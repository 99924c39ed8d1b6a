/// What each role may do and which step it answers for: what the interface tells of them.
public struct RoleTable: Hashable, Sendable, Codable {
    /// One role.
    public struct Entry: Hashable, Sendable, Codable {
        /// The role.
        public var role: Role
        /// What it may do, as a clause.
        public var summary: String
        /// Its permissions; every other is denied.
        public var permissions: [Permission]
        /// Whether it is given to people of a tenant only.
        public var isOfTenant: Bool
    }

    /// One step of an update's life.
    public struct Step: Hashable, Sendable, Codable {
        /// The step.
        public var step: LifecycleStep
        /// The role that answers for it.
        public var owner: Role
        /// What the owner does, as a clause.
        public var summary: String
    }

    /// Every role, the mightiest first.
    public var roles: [Entry]
    /// Every step, in their order.
    public var steps: [Step]

    /// The roles of this program.
    public static let current = RoleTable(
        roles: Role.allCases.map { role in
            Entry(
                role: role, summary: role.summary,
                permissions: Permission.allCases.filter(role.permissions.contains),
                isOfTenant: role.isOfTenant)
        },
        steps: LifecycleStep.allCases.map { step in
            Step(step: step, owner: step.owner, summary: step.summary)
        })
}
