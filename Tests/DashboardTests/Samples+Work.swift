@testable import HTMLTree
import Fleet
import Policy
import Rollout

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
@testable import Dashboard

// Deployments, jobs and what else comes of work.
extension Samples {
    static func deployment(
        _ number: UInt64, _ title: String, _ events: [DeploymentEvent] = [],
        createdAt: Timestamp = ago(minutes: 9)
    ) -> Deployment {
        var deployment = Deployment(
            id: id(number), tenant: tenant, title: title, approvedBy: "user:anna",
            createdAt: createdAt,
            deadline: createdAt.adding(seconds: 7 * 86_400))
        for event in events { _ = try? deployment.handle(event, at: ago(minutes: 3)) }
        return deployment
    }

    static let lock = [LockedUpdate(updates[0]), LockedUpdate(updates[1])]

    static func job(
        _ number: UInt64, _ endpoint: UInt64, _ events: [JobEvent] = []
    ) -> Job {
        var job = Job(
            id: id(number), tenant: tenant, deployment: id(31), endpoint: id(endpoint),
            updates: lock,
            createdAt: ago(minutes: 9), deadline: ago(minutes: 9).adding(seconds: 7 * 86_400))
        for event in events { _ = try? job.handle(event, at: ago(minutes: 4)) }
        return job
    }

    static let verified = JobResult(
        outcomes: lock.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to,
                sentence: "A fresh scan shows \($0.name) \($0.to), and nothing runs the old code.")
        },
        notes: [
            "Kept the changed configuration file /etc/ssl/openssl.cnf; the new one is openssl.cnf.dpkg-dist."
        ])

    static let failed = JobResult(outcomes: [
        UpdateOutcome(
            update: lock[0], state: .failed, failure: .diskFull, versionAfter: lock[0].from,
            sentence: "/var has 12 MB free, and 48 MB are needed; nothing was started."),
        UpdateOutcome(
            update: lock[1], state: .skipped, failure: .diskFull, versionAfter: lock[1].from,
            sentence: "Not tried: /var has too little room."),
    ])

    static let progress = JobProgress(
        phase: .installing, sentence: "Sets up libssl3 (3.0.17-1~deb12u3).", percent: 62,
        at: ago(minutes: 1))

    static let jobs = [
        JobSummary(
            job: job(44, 14, [.collected, .reported(failed)]),
            endpointName: "mail.berlin.example.org",
            deploymentTitle: "openssl, libssl3"),
        JobSummary(
            job: job(42, 12, [.collected, .progressed(progress)]),
            endpointName: "web-2.berlin.example.org",
            deploymentTitle: "openssl, libssl3"),
        JobSummary(
            job: job(43, 13), endpointName: "db-1.berlin.example.org",
            deploymentTitle: "openssl, libssl3",
            grant: JobGrant(
                .needsSignature,
                "It goes beyond the brake: a second person confirms it (patchbay trust confirm).")),
        JobSummary(
            job: job(41, 11, [.collected, .reported(verified)]),
            endpointName: "web-1.berlin.example.org",
            deploymentTitle: "openssl, libssl3"),
    ]

    static let running = DeploymentSummary(
        deployment: deployment(31, "openssl, libssl3"),
        counts: [.failed: 1, .running: 1, .queued: 1, .verified: 1])
    static let halted = DeploymentSummary(
        deployment: deployment(32, "All security updates", [.halt], createdAt: ago(hours: 5)),
        counts: [.queued: 12, .verified: 30])
    static let finished = DeploymentSummary(
        deployment: deployment(33, "nginx", [.jobEnded(open: 0)], createdAt: ago(days: 2)),
        counts: [.verified: 48])

    static let detail = DeploymentDetail(
        summary: running, tenantName: "Harbour Clinics", jobs: jobs)

    static let missing = [
        missing("openssl", "3.0.17-1~deb12u3", 61, 61),
        missing("libssl3", "3.0.17-1~deb12u3", 61, 61),
        missing("linux-image-amd64", "6.1.153-1", 44, 0),
        missing("nginx", "1.22.1-9+deb12u3", 18, 18),
        missing("postgresql-15", "15.14-0+deb12u1", 6, 2, [.security, .bugfix]),
        missing("tzdata", "2025b-0+deb12u2", 212, 212, [.bugfix]),
    ]

    private static func missing(
        _ name: String, _ version: String, _ endpoints: Int, _ installable: Int,
        _ classes: [UpdateClass] = [.security]
    ) -> MissingUpdateCount {
        MissingUpdateCount(
            manager: .apt, name: name, candidate: version, classes: classes,
            origin: "Debian-Security:12/stable-security", endpoints: endpoints,
            installable: installable)
    }

    static let overview = Overview(
        counts: FleetCounts(
            total: 428, compliant: 341, nonCompliant: 61, unknown: 26, rebootRequired: 17,
            sourceTrouble: 4),
        missing: missing,
        needs: [
            .init(
                kind: .approveSecurity, count: 61,
                sentence:
                    "61 endpoints are non-compliant: security updates or a reboot are missing, "
                    + "or support has ended."
            ),
            .init(
                kind: .reboot, count: 17,
                sentence: "17 endpoints need a reboot before updates are in force."),
            .init(
                kind: .sources, count: 4,
                sentence: "4 endpoints have a stale or failing package source."),
        ],
        upcoming: [
            FleetStanding.Next(
                at: now.adding(seconds: 9 * 3600), policy: "servers-standard", endpoints: 12,
                updates: 31)
        ],
        running: [running, halted], failed: [jobs[0]])

    static let decisions: [Decision] = updates.enumerated().map { index, update in
        Decision.decide(
            UpdateSubject(update: update), under: nil,
            in: DecisionContext(
                job: index == 1
                    ? .init(
                        stage: .working, sentence: progress.sentence,
                        deployment: "openssl, libssl3",
                        deadline: now.adding(seconds: 86_400)) : nil,
                failure: index == 3
                    ? .init(sentence: "another program held the package manager's lock.") : nil),
            at: now)
    }

    static let endpoint = EndpointDetail(
        item: items[0], enrolledAt: ago(days: 40), agentVersion: "0.1.0",
        inventoryDigest: String(repeating: "ab", count: 32), scanRequestedAt: nil, posture: posture,
        traits: EndpointTraits(role: "server", tags: ["production", "web"], criticality: .high),
        policy: "servers-standard",
        layers: [
            PolicyLayer(name: "servers-standard", level: .tenant, isCertain: true),
            PolicyLayer(name: "msp-baseline", level: .provider, isCertain: false),
        ],
        problems: [], decisions: decisions, jobs: jobs)

    static let plan = DeploymentPlan(
        tenant: tenant, title: "openssl, libssl3", deadlineSeconds: 7 * 86_400,
        lines: [
            .init(
                endpoint: id(11), endpointName: "web-1.berlin.example.org", updates: lock,
                leftOut: [],
                bytes: 3_260_000, mayNeedReboot: true),
            .init(
                endpoint: id(12), endpointName: "web-2.berlin.example.org", updates: [lock[0]],
                leftOut: [.init(name: "libssl3", reason: "Another deployment is installing it.")],
                bytes: 1_240_000, mayNeedReboot: false),
        ])

    static let selection = DeploymentSelection(
        endpoints: [id(11), id(12)],
        updates: lock.map { .init(name: $0.name, candidate: $0.to) })

    static let audit = [
        entry(
            3, "user:anna", "deployment.approved", "dep",
            "Approved “openssl, libssl3” for 4 endpoints."),
        entry(
            2, "endpoint:\(id(11, Kinds.Endpoint.self))", "job.verified", "job",
            "A fresh scan shows all 2 updates in force."),
        entry(1, "system", "tenant.created", "tnt", "Added the tenant “Harbour Clinics”."),
    ]

    private static func entry(
        _ sequence: Int64, _ actor: String, _ action: String, _ kind: String, _ sentence: String
    ) -> AuditEntry {
        let subject =
            switch kind {
            case "dep": id(31, Kinds.Deployment.self).text
            case "job": id(41, Kinds.Job.self).text
            default: tenant.text
            }
        return AuditEntry(
            chain: tenant.text, sequence: sequence, at: ago(minutes: 20 - sequence), actor: actor,
            action: action, subject: subject, sentence: sentence,
            previousHash: String(repeating: "0", count: 64), hash: String(repeating: "1", count: 64)
        )
    }

    static let log = """
        Reading package lists...
        Preparing to unpack .../libssl3_3.0.17-1~deb12u3_amd64.deb ...
        Unpacking libssl3:amd64 (3.0.17-1~deb12u3) over (3.0.16-1~deb12u1) ...
        Setting up libssl3:amd64 (3.0.17-1~deb12u3) ...
        """

    static let tokens: [EnrolmentTokenSummary] = [
        EnrolmentToken(
            id: id(51), tenant: id(1), site: id(1), note: "Web servers in Berlin", secretHash: "",
            createdBy: "user:anna", createdAt: ago(hours: 2),
            expiresAt: now.adding(seconds: 22 * 3600),
            maximumUses: 40, uses: 12),
        EnrolmentToken(
            id: id(52), tenant: id(2), site: nil, note: "", secretHash: "", createdBy: "user:anna",
            createdAt: ago(days: 9), expiresAt: ago(days: 8), maximumUses: 1, uses: 0),
    ].map { EnrolmentTokenSummary($0, at: now) }

    static let newToken = NewEnrolmentToken(token: tokens[0], text: "pbe1.c2FtcGxlLXRva2Vu")

    static let users = [
        User(
            id: id(61), name: "anna", tenant: nil, role: .administrator, passwordHash: "",
            mustChangePassword: false, createdAt: ago(days: 200)),
        User(
            id: id(62), name: "ben@northwind.example.org", tenant: id(2), role: .viewer,
            passwordHash: "",
            mustChangePassword: true, createdAt: ago(days: 3)),
    ].map(UserSummary.init)
}
