import Administration
import EmergencyPages
import Fleet
import Forensics
import HTMLTree
import PageParts
import ServerRecords
import Triage
import TriagePages

@testable import Dashboard

extension AllPages {
    /// The pages about endpoints that are examined before they are patched.
    static let triages: [(name: String, page: HTML)] =
        [
            (
                "triages",
                triagesPage(
                    TriageSamples.all.map(TriageSamples.item), openOnly: false,
                    next: TriageSamples.all.last?.id, chrome: chrome)
            ),
            ("triages-empty", triagesPage([], openOnly: true, next: nil, chrome: chrome)),
            (
                "triage-refused",
                triagePage(
                    TriageSamples.detail(TriageSamples.all[1]),
                    editing: TriageEditing(
                        note: "", verdict: "traces",
                        refused: Refusal(
                            .malformed, "E_TRIAGE_NOTE",
                            "A note says what was found, in 1 to 4000 characters.",
                            nextStep: "Write what was looked at and what was seen.")),
                    chrome: chrome)
            ),
            (
                "triage-as-viewer",
                triagePage(
                    TriageSamples.detail(TriageSamples.all[1]),
                    chrome: Samples.chrome("/triages/x", role: .viewer))
            ),
            ("evidence", evidencePage(TriageSamples.bundle, chrome: chrome)),
            (
                "evidence-section",
                evidencePage(TriageSamples.bundle, section: .processes, chrome: chrome)
            ),
            ("endpoint-evidence", endpointEvidence(held: true)),
            ("endpoint-evidence-none", endpointEvidence(held: false)),
            (
                "alerts-triages",
                alertsPage(TriageSamples.alerts, openOnly: true, chrome: chrome)
            ),
        ]
        + TriageSamples.all.map { triage in
            (
                "triage-\(triage.state.rawValue)",
                triagePage(TriageSamples.detail(triage), chrome: chrome)
            )
        }

    private static let chrome = Samples.chrome("/triages")

    private static func endpointEvidence(held: Bool) -> HTML {
        var detail = Samples.endpoint
        detail.heldBy = held ? TriageSamples.all[2].id : nil
        return endpointFrame(detail, part: .evidence, chrome: chrome) {
            endpointTriagePart(
                detail.item.id, held ? TriageSamples.all.map(TriageSamples.item) : [],
                held ? TriageSamples.bundles : [], chrome: chrome)
        }
    }
}

/// A triage in each state, and what has come for one.
private enum TriageSamples {
    static let all: [TriageRecord] = [
        triage(0) { _ in },
        triage(1) { triage in
            triage.scope = .init(
                text: "web-1 alone; its accounts are used nowhere else.", by: "user:anna",
                at: Samples.ago(hours: 29))
            (triage.evidenceAt, triage.evidenceMetAt) = (
                Samples.ago(hours: 20), Samples.ago(hours: 20)
            )
        },
        triage(2) { decide(&$0, .traces, "A shell runs from /dev/shm, and talks to 192.0.2.7.") },
        triage(3) { decide(&$0, .noTraces, "") },
        triage(4) {
            decide(&$0, .undetermined, "Its disk was full: half of the evidence is gone.")
        },
        triage(5) { triage in
            (triage.ending, triage.endedAt) = (.retired, Samples.ago(hours: 1))
        },
    ]

    private static func triage(
        _ number: UInt64, _ change: (inout TriageRecord) -> Void
    ) -> TriageRecord {
        var triage = TriageRecord(
            id: Samples.id(1200 + number), tenant: Samples.tenant,
            endpoint: Samples.endpoint.item.id, openedAt: Samples.ago(hours: 30),
            openedBy: TriageRecord.automatic,
            demands: [
                .init(vulnerability: "CVE-2026-1234", since: Samples.ago(hours: 30)),
                .init(vulnerability: "CVE-2026-1299", since: Samples.ago(hours: 28)),
            ])
        triage.ask = .init(
            id: Samples.id(1300 + number), at: Samples.ago(hours: 30), by: TriageRecord.automatic)
        change(&triage)
        return triage
    }

    private static func decide(
        _ triage: inout TriageRecord, _ verdict: TriageRecord.Verdict, _ note: String
    ) {
        triage.verdict = verdict
        triage.decision = .init(text: note, by: "user:ben", at: Samples.ago(hours: 2))
        (triage.ending, triage.endedAt) = (.decided, Samples.ago(hours: 2))
        (triage.evidenceAt, triage.evidenceMetAt) = (Samples.ago(hours: 5), Samples.ago(hours: 5))
    }

    static func item(_ triage: TriageRecord) -> TriageItem {
        TriageItem(triage, of: "web-1.berlin", at: Samples.now)
    }

    static func detail(_ triage: TriageRecord) -> TriageDetail {
        TriageDetail(triage: item(triage), evidence: triage.evidenceAt == nil ? [] : bundles)
    }

    static let sections: [EvidenceSection] = [
        EvidenceSection(.system, lines: ["Linux 6.1.0-50-amd64", "up 12 days"]),
        EvidenceSection(
            .processes,
            lines: (1...40).map {
                "\($0) 1 root 2026-11-20T08:00:00Z /usr/sbin/daemon-\($0) --quiet"
            },
            isTruncated: true),
        EvidenceSection(.connections, lines: []),
        EvidenceSection(
            .packageIntegrity, lines: [], failure: "The package tool did not end within 30 s."),
        EvidenceSection(
            .journal, lines: ["<script>alert(1)</script> " + String(repeating: "long ", count: 60)]),
    ]

    private static let document = EvidenceBundle(
        id: Samples.id(1301), endpoint: Samples.endpoint.item.id, takenAt: Samples.ago(hours: 20),
        reason: .demanded, vulnerabilities: ["CVE-2026-1234", "CVE-2026-1299"],
        job: Samples.id(60), agentVersion: "0.1.0",
        bootId: "3f0c2a1e-6a2c-4f0e-9d7e-0f3b8c1d2e4f", sections: sections)

    static let bundles: [EvidenceRecord] = [
        EvidenceRecord(
            EvidenceSummary(
                of: document, sha256: String(repeating: "ab", count: 32), bytes: 412_345),
            of: Samples.endpoint.item.id, tenant: Samples.tenant, triage: all[1].id,
            receivedAt: Samples.ago(hours: 19))
    ]

    static let bundle = EvidenceDetail(
        evidence: bundles[0], endpointName: "web-1.berlin", agentVersion: document.agentVersion,
        bootId: document.bootId, sections: document.sections)

    static let alerts: [Alert] = [Alert.Kind.triageOverdue, .tracesFound].enumerated().map {
        number, kind in
        Alert(
            id: Samples.id(950 + UInt64(number)), tenant: Samples.tenant, kind: kind,
            subject: all[1].id.text + (kind == .triageOverdue ? " evidence" : ""),
            sentence: "Somebody should look at this.", endpoints: 1, raisedAt: Samples.now)
    }
}
