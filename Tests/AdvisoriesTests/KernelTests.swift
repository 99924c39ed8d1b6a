import Fleet
import Testing
import Versions

@testable import Advisories

struct KernelTests {
    private let records: [FeedRecord] = [
        .debian("CVE-2025-1", "linux", fixed: "6.1.147-1"),
        .debian("CVE-2025-2", "linux", fixed: "6.1.160-1"), .debian("CVE-2025-3", "linux"),
    ]

    private func image(_ abi: String, _ version: String) -> SoftwareRow {
        .deb(
            "linux-image-6.1.0-\(abi)-amd64", version, source: "linux-signed-amd64",
            sourceVersion: version.replacingHyphen())
    }

    @Test func `the signed kernel is matched as the source that it is signed from`() {
        #expect(
            report(records, [image("35", "6.1.137-1")], kernel: "6.1.0-35-amd64").lines == [
                "CVE-2025-1 linux-image-6.1.0-35-amd64 fixAvailable 6.1.147-1",
                "CVE-2025-2 linux-image-6.1.0-35-amd64 fixAvailable 6.1.160-1",
                "CVE-2025-3 linux-image-6.1.0-35-amd64 noFix",
            ])
    }

    @Test func `a feed that names the signed source itself is heard too`() {
        let record = FeedRecord.debian("CVE-2025-9", "linux-signed-amd64", fixed: "6.1.147+1")
        #expect(report([record], [image("35", "6.1.137-1")]).findings.count == 1)
        #expect(report([record], [image("35", "6.1.147-1")]).lines.isEmpty)
    }

    @Test func `what the newest installed kernel mends waits for a reboot`() {
        let rows = [
            image("35", "6.1.137-1"), image("38", "6.1.147-1"), image("22", "6.1.94-1"),
        ]
        #expect(
            report(records, rows, kernel: "6.1.0-35-amd64").lines == [
                "CVE-2025-1 linux-image-6.1.0-35-amd64 fixedPendingRestart 6.1.147-1",
                "CVE-2025-2 linux-image-6.1.0-35-amd64 fixAvailable 6.1.160-1",
                "CVE-2025-3 linux-image-6.1.0-35-amd64 noFix",
            ])
        #expect(
            report(records, rows, kernel: "6.1.0-38-amd64").lines == [
                "CVE-2025-2 linux-image-6.1.0-38-amd64 fixAvailable 6.1.160-1",
                "CVE-2025-3 linux-image-6.1.0-38-amd64 noFix",
            ])
    }

    @Test(arguments: ["", "6.18.0-container"])
    func `without a running kernel of its own the newest counts`(_ kernel: String) {
        let rows = [image("35", "6.1.137-1"), image("38", "6.1.160-1")]
        #expect(
            report(records, rows, kernel: kernel).lines == [
                "CVE-2025-3 linux-image-6.1.0-38-amd64 noFix"
            ])
    }

    @Test(arguments: [
        "linux-image-%-generic", "linux-image-extra-%-generic", "linux-cloud-tools-%",
        "linux-hwe-5.15-headers-%", "linux-hwe-5.15-tools-%", "linux-lib-rust-%-generic",
        "linux-modules-iwlwifi-%-generic", "linux-modules-nvidia-535-open-%-generic",
        "linux-aws-cloud-tools-%", "linux-image-%-generic-unsigned",
    ])
    func `what lies beside a former kernel is no finding that an update mends`(_ name: String) {
        let rows = ["100", "110"].map { abi in
            SoftwareRow.deb(
                name.split(separator: "%", omittingEmptySubsequences: false)
                    .joined(separator: "5.15.0-\(abi)"), "5.15.0-\(abi).120", source: "linux")
        }
        let records: [FeedRecord] = [.debian("CVE-2025-1", "linux", fixed: "5.15.0-110.120")]
        #expect(report(records, rows, kernel: "5.15.0-110-generic").lines.isEmpty)
        #expect(report(records, [rows[0]], kernel: "5.15.0-100-generic").findings.count == 1)
    }

    @Test(
        arguments: [
            ("linux-image-6.1.0-50-amd64", "6.1.0-50-amd64"),
            ("linux-hwe-6.8-headers-6.8.0-40", "6.8.0-40"),
            ("linux-kbuild-6.12.43+deb13", "6.12.43+deb13"), ("linux-libc-dev", nil),
            ("linux-compiler-gcc-12-x86", nil), ("linux-kbuild-6.1", nil), ("linux-", nil),
            ("linux-image-amd64", nil), ("util-linux-6.1.0-1", nil),
        ] as [(String, String?)])
    func `a kernel's release is told by three numbers in a name`(_ name: String, _ release: String?)
    {
        #expect(KernelRule.release(inName: name).map(String.init) == release)
    }

    @Test func `Amazon's kernels bear their series in the name`() {
        let records: [FeedRecord] = [
            .rpm(
                "ALAS-1", "kernel6.12", fixed: "6.12.40-70.amzn2023", distribution: "amzn",
                release: "2023", vulnerabilities: ["CVE-2025-1"])
        ]
        let rows = ["6.12.30-60.amzn2023", "6.12.40-70.amzn2023"].map {
            SoftwareRow.rpm("kernel6.12", $0)
        }
        let amazon = OperatingSystem(id: "amzn", versionId: "2023", name: "Amazon Linux 2023")
        func lines(_ rows: [SoftwareRow], _ kernel: String) -> [String] {
            report(records, rows, os: amazon, kernel: kernel + ".x86_64").lines
        }
        let fix = "6.12.40-70.amzn2023"
        #expect(lines(rows, fix).isEmpty)
        #expect(
            lines(rows, "6.12.30-60.amzn2023")
                == ["CVE-2025-1 kernel6.12 fixedPendingRestart \(fix)"])
        #expect(
            lines([rows[1]], "6.12.30-60.amzn2023")
                == ["CVE-2025-1 kernel6.12 fixedPendingRestart \(fix)"])
    }

    @Test func `kernels of two flavours are judged apart`() {
        let cloud = SoftwareRow.deb(
            "linux-image-6.1.0-35-cloud-amd64", "6.1.137-1", source: "linux-signed-amd64")
        let found = report(
            [.debian("CVE-2025-1", "linux", fixed: "6.1.147-1")],
            [cloud, image("38", "6.1.147-1")], kernel: "6.1.0-38-amd64")
        #expect(
            found.lines == ["CVE-2025-1 linux-image-6.1.0-35-cloud-amd64 fixAvailable 6.1.147-1"])
    }

    private let rpmRecords: [FeedRecord] = [
        .rpm(
            "RLSA-1", "kernel-core", fixed: "5.14.0-687.36.1.el9_8",
            vulnerabilities: ["CVE-2025-1"]),
        .rpm(
            "RLSA-2", "kernel-core", fixed: "5.14.0-687.39.1.el9_8",
            vulnerabilities: ["CVE-2025-2"]),
    ]

    @Test(arguments: [
        // Running and newest.
        (
            ["687.34.1"], "687.34.1",
            ["CVE-2025-1 kernel-core fixAvailable", "CVE-2025-2 kernel-core fixAvailable"]
        ),
        // The newest mends one of them.
        (
            ["687.34.1", "687.38.1"], "687.34.1",
            ["CVE-2025-1 kernel-core fixedPendingRestart", "CVE-2025-2 kernel-core fixAvailable"]
        ),
        (["687.34.1", "687.38.1"], "687.38.1", ["CVE-2025-2 kernel-core fixAvailable"]),
        // The running one is not installed any more.
        (
            ["687.39.1"], "687.34.1",
            [
                "CVE-2025-1 kernel-core fixedPendingRestart",
                "CVE-2025-2 kernel-core fixedPendingRestart",
            ]
        ),
    ])
    func `several versions of an RPM kernel are one kernel`(
        _ installed: [String], _ running: String, _ expected: [String]
    ) {
        let rows = installed.map { SoftwareRow.rpm("kernel-core", "5.14.0-\($0).el9_8") }
        let found = report(
            rpmRecords, rows, os: .rocky, kernel: "5.14.0-\(running).el9_8.x86_64")
        let lines = found.lines.map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
        #expect(lines == expected)
    }

    @Test func `another distribution's running kernel tells nothing`() {
        let rows = [SoftwareRow.rpm("kernel-core", "5.14.0-687.39.1.el9_8")]
        #expect(
            report(rpmRecords, rows, os: .rocky, kernel: "4.18.0-1.el8.x86_64").lines.isEmpty)
    }

    @Test func `SUSE's kernel is told by its release without the rebuild`() {
        let roles = KernelRule.roles(
            of: [
                .rpm("kernel-default", "5.14.21-150500.55.7.1"),
                .rpm("kernel-default", "5.14.21-150500.55.19.1"),
            ], running: "5.14.21-150500.55.7-default")
        #expect(roles[0] != .idle)
        #expect(roles[1] == .idle)
    }
}

struct PendingRestartTests {
    private let records: [FeedRecord] = [
        .debian("CVE-2025-1", "openssl", fixed: "3.0.17-1"),
        .debian("CVE-2024-1", "openssl", fixed: "3.0.15-1"),
    ]
    private let rows: [SoftwareRow] = [.deb("libssl3", "3.0.17-1", source: "openssl")]

    @Test(arguments: [
        "/usr/lib/x86_64-linux-gnu/libssl.so.3",
        "/usr/lib/x86_64-linux-gnu/libcrypto.so.3 (deleted)",
    ])
    func `what the installed version mended waits while the old library is mapped`(_ file: String) {
        var replaced = ReplacedCode()
        replaced.addFile(file)
        #expect(
            report(records, rows, replaced: replaced).lines == [
                "CVE-2025-1 libssl3 fixedPendingRestart 3.0.17-1"
            ])
    }

    @Test func `a package that asked for a reboot runs its old code until then`() {
        var replaced = ReplacedCode()
        replaced.addNames(in: "asked for by libssl3, linux-base")
        #expect(report(records, rows, replaced: replaced).findings.count == 1)
    }

    @Test func `nothing waits when nothing old runs`() {
        #expect(report(records, rows).lines.isEmpty)
        var replaced = ReplacedCode()
        replaced.addFile("/usr/lib/x86_64-linux-gnu/libz.so.1")
        #expect(report(records, rows, replaced: replaced).lines.isEmpty)
    }

    @Test(arguments: [
        ("/lib/libfoo2.so.1.2", "libfoo2-1"), ("/lib/libz.so.1", "zlib1g"),
        ("/usr/sbin/nginx", "nginx"),
        ("/lib/libstdc++.so.6", "libstdc++6"), ("/lib64/ld-linux-x86-64.so.2", "libc6"),
        ("/lib/libgnutls.so.30", "libgnutls30t64"), ("/lib/libX11.so.6", "libx11-6"),
        // Debian 11 and Ubuntu 20.04.
        ("/usr/lib/x86_64-linux-gnu/libssl.so.1.1", "libssl1.1"),
        ("/lib/x86_64-linux-gnu/libc-2.31.so", "libc6"), ("/lib/ld-2.31.so", "libc6"),
        ("/lib/libcurl.so.4.8.0 (deleted)", "libcurl4"), ("/lib/libglib-2.0.so.0", "libglib2.0-0"),
    ])
    func `a file's package is told by Debian's rule of names`(_ file: String, _ package: String) {
        var replaced = ReplacedCode()
        replaced.addFile(file)
        #expect(replaced.mayRun(package), "\(replaced.packages.sorted())")
    }

    @Test(arguments: [
        ("/usr/lib64/libssl.so.3.0.7", "openssl-libs"), ("/usr/lib64/libc.so.6", "glibc"),
        ("/usr/lib64/libc-2.28.so", "glibc"), ("/usr/lib64/libcurl.so.4.7.0", "libcurl"),
        ("/usr/lib64/libsystemd.so.0.35.0", "systemd-libs"),
        ("/usr/lib64/libsqlite3.so.0.8.6", "sqlite-libs"),
        ("/usr/lib64/libgssapi_krb5.so.2.2", "krb5-libs"),
        ("/usr/lib64/libpython3.9.so.1.0", "python3-libs"),
        ("/usr/lib64/libexpat.so.1.8.7", "expat"), ("/usr/lib64/libnss3.so.1", "nss"),
        // SUSE, Arch, Alpine.
        ("/usr/lib64/libcrypto.so.3.1.4", "libopenssl3"),
        ("/usr/lib64/libX11.so.6.4.0", "libX11-6"),
        ("/usr/lib/libcrypto.so.3", "libcrypto3"), ("/usr/lib/libxml2.so.2", "libxml2"),
        ("/lib/ld-musl-x86_64.so.1", "musl"),
    ])
    func `a library's package is told on other distributions too`(_ file: String, _ package: String)
    {
        var replaced = ReplacedCode()
        replaced.addFile(file)
        #expect(replaced.mayRun(package), "\(replaced.packages.sorted())")
        #expect(replaced.packages.count < 40)
    }

    @Test(arguments: ["/usr/lib/nginx/modules/ngx_http.so", "/usr/lib/foo-1.so", "/x/.so.1", "/"])
    func `a file that is no library with a version has its own name alone`(_ file: String) {
        var replaced = ReplacedCode()
        replaced.addFile(file)
        #expect(replaced.packages.count <= 1)
    }
}

extension String {
    /// The version that Debian's signed sources have: `6.1.147+1` for `6.1.147-1`.
    fileprivate func replacingHyphen() -> String {
        String(map { $0 == "-" ? "+" : $0 })
    }
}
