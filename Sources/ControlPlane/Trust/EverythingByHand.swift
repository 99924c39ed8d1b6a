import Calendar
import Policy
import ServerRecords

extension UseCases {
    /// What holds where no other policy does: nothing happens by itself, and what people approve
    /// may be done at any time. An endpoint that believes signed policies only must find this there
    /// too; `nil` when one of the policies is for every endpoint.
    static func everythingByHand(besides policies: [PlacedPolicy]) -> PlacedPolicy? {
        let conditions = policies.map(\.policy.applies)
        // A day and an hour, so that the long day of autumn has no gap.
        guard !conditions.contains(.always), let name = PolicyName("patchbay-by-hand"),
            let anyTime = PolicyName("any-time"),
            let window = MaintenanceWindow(
                name: anyTime.text, recurrence: .daily, from: .midnight, lengthSeconds: 25 * 3600)
        else { return nil }
        let applies: GroupExpression =
            conditions.isEmpty ? .always : GroupExpression(.not(.any(conditions.map(\.root))))
        let policy = PatchPolicy(
            name: name, title: "Everything by hand", applies: applies,
            lanes: Lanes(routine: LaneRoute(windows: [anyTime])), otherwise: Treatment(.byHand),
            windows: [window])
        return PlacedPolicy(policy, at: .provider)
    }
}
