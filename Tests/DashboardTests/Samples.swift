@testable import HTMLTree
import PageParts
import ServerRecords
import Administration
import ControlPlane
import Fleet
import Policy
import Rollout

@testable import Dashboard

/// A small fleet with everything in it that a page can show. Its clock stands still.
enum Samples {
    static let now = stamp("2026-11-21T18:00:00Z")

    static func stamp(_ text: String) -> Timestamp {
        Timestamp(text) ?? Timestamp(milliseconds: 0)
    }

    static func ago(minutes: Int64 = 0, hours: Int64 = 0, days: Int64 = 0) -> Timestamp {
        now.adding(seconds: -(minutes * 60 + hours * 3600 + days * 86_400))
    }

    /// The same identifiers in every run, told apart by their number.
    static func id<Kind>(_ number: UInt64, _: Kind.Type = Kind.self) -> Identifier<Kind> {
        var generator = Counter(value: number)
        return Identifier(at: stamp("2026-11-01T08:00:00Z"), using: &generator)
    }

    private struct Counter: RandomNumberGenerator {
        var value: UInt64
        mutating func next() -> UInt64 { value }
    }

    static let tenants = [
        Tenant(id: id(1), name: "Harbour Clinics", createdAt: ago(days: 200)),
        Tenant(id: id(2), name: "Northwind Foods", createdAt: ago(days: 120)),
    ]
    static let tenant: TenantID = id(1)

    /// Two requests that wait, one for updates and one for a run, and one that was granted.
    static let requests: [RequestRecord] = {
        let waiting = RequestRecord(
            id: id(2), tenant: id(1), updates: RequestedUpdates(package: "openssl"), run: nil,
            sentence: "Approve openssl for all endpoints of the tenant.",
            reason: "CVE-2026-1000 concerns us", requestedBy: "user:rita",
            requestedAt: ago(hours: 2))
        var granted = RequestRecord(
            id: id(1), tenant: id(1), updates: RequestedUpdates(package: "nginx"), run: nil,
            sentence: "Approve nginx for all endpoints of the tenant.", reason: "The audit",
            requestedBy: "user:anna", requestedAt: ago(days: 2))
        granted.state = .granted
        (granted.answeredBy, granted.answeredAt) = ("user:ben", ago(days: 1))
        (granted.answer, granted.outcome) = ("Done", "app_1")
        let run = RequestRecord(
            id: id(3), tenant: id(1), updates: nil, run: selection,
            sentence: "Install openssl 3.0.17-1~deb12u3 on web-1.berlin.example.org, as “openssl”.",
            reason: "The audit wants it", requestedBy: "user:rita", requestedAt: ago(minutes: 20))
        return [run, waiting, granted]
    }()

    static let sites = [
        Site(id: id(1), tenant: id(1), name: "Berlin", createdAt: ago(days: 190)),
        Site(id: id(2), tenant: id(1), name: "Hamburg", createdAt: ago(days: 180)),
    ]

    static func chrome(
        _ path: String = "/", theme: Chrome.Theme = .auto, role: Role = .administrator,
        notice: Notice? = nil, tenants: [Tenant] = Samples.tenants
    ) -> Chrome {
        Chrome(
            userName: "anna", permissions: role.permissions, tenants: tenants,
            csrfToken: "csrf-token-of-the-sample", theme: theme, now: now, path: path,
            notice: notice)
    }

    static let facts = EndpointFacts(
        hostname: "web-1.berlin.example.org",
        os: OperatingSystem(
            id: "debian", versionId: "12", name: "Debian GNU/Linux 12 (bookworm)",
            codename: "bookworm"),
        kernel: "6.1.0-40-amd64", bootId: "b9f2", timeZone: "Europe/Berlin", architecture: "amd64",
        hardware: Hardware(
            processor: "Example 8", processorCount: 4, memoryBytes: 8_200_000_000,
            model: "KVM virtual machine"),
        virtualization: Virtualization(kind: "kvm"), power: Power(),
        disks: [
            Disk(mountPoint: "/", freeBytes: 12_400_000_000, totalBytes: 41_900_000_000),
            Disk(mountPoint: "/boot", freeBytes: 310_000_000, totalBytes: 490_000_000),
        ], usersLoggedIn: ["anna"])

    static func update(
        _ name: String, _ from: String, _ to: String, _ classes: [UpdateClass] = [.security],
        _ installability: Installability = .installable, bytes: Int64? = 1_240_000,
        reason: String? = nil
    ) -> Update {
        Update(
            manager: .apt, name: name, architecture: "amd64", installed: from, candidate: to,
            classes: classes, origin: "Debian-Security:12/stable-security",
            installability: installability, bytes: bytes, reason: reason)
    }

    static let updates = [
        update("openssl", "3.0.16-1~deb12u1", "3.0.17-1~deb12u3"),
        update("libssl3", "3.0.16-1~deb12u1", "3.0.17-1~deb12u3", bytes: 2_020_000),
        update(
            "linux-image-amd64", "6.1.140-1", "6.1.153-1", [.security], .keptBack, bytes: 69_400_000
        ),
        update("nginx", "1.22.1-9", "1.22.1-9+deb12u3"),
        update(
            "postgresql-15", "15.13-0+deb12u1", "15.14-0+deb12u1", [.security, .bugfix], .held,
            reason: "The package is on hold on the endpoint."),
        update("tzdata", "2025b-0+deb12u1", "2025b-0+deb12u2", [.bugfix]),
        update("base-files", "12.4+deb12u11", "12.4+deb12u12", [.feature], bytes: nil),
    ]

    static let posture = Posture(
        endpoint: facts,
        sources: [
            SourceState(
                name: "http://deb.example.org/debian bookworm main", state: .ok,
                refreshedAt: ago(minutes: 12)),
            SourceState(
                name: "http://security.example.org/debian-security bookworm-security main",
                state: .stale,
                refreshedAt: ago(days: 3)),
            SourceState(
                name: "http://apt.example.org/postgres bookworm-pgdg main", state: .failed,
                refreshedAt: ago(days: 9), error: "Could not resolve “apt.example.org”."),
        ],
        updates: updates,
        reboot: RebootState(signals: [
            RebootSignal(
                kind: .newerKernelInstalled, detail: "6.1.0-41-amd64, and 6.1.0-40-amd64 runs")
        ]),
        restarts: [
            RestartNeed(
                process: "nginx", pid: 812, unit: "nginx.service",
                files: [
                    "/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
                    "/usr/lib/x86_64-linux-gnu/libssl.so.3",
                ])
        ])

    static func item(
        _ number: UInt64, _ name: String, _ compliance: Compliance = .nonCompliant,
        _ sentence: String = "4 security updates are missing.", security: Int = 4, missing: Int = 7,
        reboot: Bool = false, restarts: Int = 0, sources: Int = 0,
        seen: Timestamp? = ago(minutes: 2),
        scanned: Timestamp? = ago(minutes: 14), tenant: Int = 0
    ) -> EndpointListItem {
        EndpointListItem(
            id: id(number), tenant: tenants[tenant].id, tenantName: tenants[tenant].name,
            siteName: tenant == 0 ? "Berlin" : nil, name: name,
            osName: "Debian GNU/Linux 12 (bookworm)",
            verdict: ComplianceVerdict(compliance, sentence),
            standing: Standing(
                osName: "Debian GNU/Linux 12 (bookworm)", packages: 412, missingSecurity: security,
                missingTotal: missing, rebootRequired: reboot, restartsNeeded: restarts,
                sourcesNotOk: sources), lastSeenAt: seen, scannedAt: scanned)
    }

    static let items = [
        item(11, "web-1.berlin.example.org", reboot: true, restarts: 1, sources: 2),
        item(12, "web-2.berlin.example.org", security: 2, missing: 3),
        item(
            13, "db-1.berlin.example.org", .compliant,
            "A fresh scan shows no security update missing.",
            security: 0, missing: 2),
        item(
            14, "mail.northwind.example.org", .unknown,
            "The last scan is from 2026-11-18T02:11:00Z, too long ago to tell.",
            security: 1, missing: 9, seen: ago(days: 3), scanned: ago(days: 3), tenant: 1),
        item(
            15, "new.northwind.example.org", .unknown, "Never scanned.", security: 0, missing: 0,
            seen: ago(minutes: 1), scanned: nil, tenant: 1),
    ]
}
