package import Fleet
package import HTMLTree
package import PageParts
package import Rollout
import ServerRecords

extension WayBack {
    /// How an update can be undone, in words.
    package var words: String {
        switch self {
        case .packageDowngrade: "It can be rolled back."
        case .noWay: "There is no way back."
        }
    }
}

extension UpdateOutcome {
    /// Whether it is installed and was no way back itself.
    fileprivate var isForward: Bool { isInstalled && !update.isRollback }
}

/// Leads to what a rollback of a deployment would do; nothing where it has installed nothing.
package func rollbackButton(_ deployment: DeploymentID, _ jobs: [Job]) -> HTML {
    guard jobs.contains(where: { $0.result?.outcomes.contains(where: \.isForward) == true }) else {
        return .nothing
    }
    return a(class: "button quiet", .href(.deployment(deployment, "rollback"))) { "Roll back" }
}

/// Leads to what a rollback of an update would do, wherever it is installed.
package func rollbackLink(_ outcome: UpdateOutcome, of tenant: TenantID, _ chrome: Chrome) -> HTML {
    guard chrome.may(.deploy), outcome.isForward else { return .nothing }
    let place = Place.rollback.with("tenant", tenant.text)
        .with("update", "\(outcome.update.name)=\(outcome.update.to)")
    return HTML.pieces {
        " "
        a(.href(place)) { "Roll back wherever it is" }
    }
}
