import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// Alerts, newest first.
package func alertsPage(_ alerts: [Alert], openOnly: Bool, chrome: Chrome) -> HTML {
    layout("Alerts", section: .vulnerabilities, chrome: chrome) {
        pageTitle("Alerts", crumb: ("Vulnerabilities", .vulnerabilities)) {
            p(class: "dim") {
                "What could not wait for the next look. An alert stays until a person has acknowledged it."
            }
        } actions: {
            a(class: "button", .href(.emergencies)) { "Emergency runs" }
            a(class: "button", .href(.triages)) { "Triages" }
            a(class: "button", .href(openOnly ? .alerts.with("all", "true") : .alerts)) {
                openOnly ? "Show acknowledged ones too" : "Show open ones only"
            }
        }
        if alerts.isEmpty {
            empty(openOnly ? "No open alerts" : "No alerts yet") {
                p {
                    "An alert is raised when a vulnerability that endpoints have becomes known as exploited, when a rollout halts by itself, and when an accepted risk is about to end."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Alerts",
                    [Column("State"), Column("Alert"), Column("Raised"), Column("")]
                        + (chrome.tenants.count > 1 ? [Column("Tenant")] : []),
                    rows: alerts.map { alertRow($0, chrome) })
            }
        }
    }
}

private func alertRow(_ alert: Alert, _ chrome: Chrome) -> HTML {
    tr {
        td {
            alert.acknowledgedAt == nil
                ? StateLook(kind: .bad, icon: .warn, word: "Open").drawn()
                : StateLook(kind: .ok, icon: .ok, word: "Acknowledged").drawn()
        }
        th(class: "free") {
            switch alert.kind {
            case .knownExploited: a(.href(.vulnerability(alert.subject))) { alert.sentence }
            case .rolloutHalted:
                if let deployment = alert.deployment {
                    a(.href(.deployment(deployment))) { alert.sentence }
                } else {
                    alert.sentence
                }
            case .feedStale where alert.isAboutVerdicts:
                a(.href(.verdicts)) { alert.sentence }
            case .feedStale, .feedWaiting: a(.href(.feeds)) { alert.sentence }
            case .exceptionEnding, .exceptionEnded: a(.href(.exceptions)) { alert.sentence }
            case .dueDateMissed: a(.href(.vulnerabilities)) { alert.sentence }
            case .dueDateAhead: a(.href(.policyPlan)) { alert.sentence }
            case .selfUpdating: a(.href(.endpoints)) { alert.sentence }
            case .emergencyReview:
                if let id = EmergencyID(alert.subject) {
                    a(.href(.emergency(id))) { alert.sentence }
                } else {
                    alert.sentence
                }
            case .triageOverdue, .tracesFound:
                if let triage = alert.triage {
                    a(.href(.triage(triage))) { alert.sentence }
                } else {
                    alert.sentence
                }
            case .backupStale:
                if let id = EndpointID(alert.subject) {
                    a(.href(.endpoint(id))) { alert.sentence }
                } else {
                    alert.sentence
                }
            }
            if alert.acknowledgedAt == nil { div(class: "dim") { alert.nextStep } }
        }
        td { chrome.time(alert.raisedAt) }
        td {
            if let at = alert.acknowledgedAt {
                "by \(alert.acknowledgedBy ?? "") "
                chrome.time(at)
            } else if chrome.may(.deploy) {
                chrome.postButton("Acknowledge", .ok, to: .alert(alert.id, "acknowledge"))
            }
        }
        if chrome.tenants.count > 1 { td { alert.tenant.map(chrome.tenantName) ?? "All" } }
    }
}
