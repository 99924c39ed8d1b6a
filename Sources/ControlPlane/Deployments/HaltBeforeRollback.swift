package import Fleet
package import Rollout
package import ServerRecords

extension UseCases {
    /// What has not begun yet must not install what is taken back.
    package func haltBeforeRollback(
        _ source: Deployment, by principal: Principal, at now: Timestamp,
        in records: any Records, _ wakes: inout Set<String>
    ) throws {
        guard source.state == .running else { return }
        if let record = try records.rollout(of: source.id, in: .tenant(source.tenant)) {
            var step = RolloutStep(
                of: record, source, by: principal.name, at: now, in: records, self)
            _ = try step.run([
                .haltRequested(by: principal.name, reason: "it is rolled back.")
            ])
            wakes.formUnion(step.wakes)
        } else {
            var halted = source
            let actions = try halted.handle(.halt, at: now)
            wakes.formUnion(
                try carryOut(actions, of: halted, actor: principal.name, at: now, in: records))
        }
    }
}
