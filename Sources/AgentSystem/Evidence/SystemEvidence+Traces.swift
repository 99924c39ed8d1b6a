import Fleet
import Forensics
import SystemFiles
import Trust

extension SystemEvidence {
    /// How far back a change counts as recent, in seconds: 14 days.
    private static let recentSeconds: Int64 = 14 * 86_400
    /// The most files and folders that are looked at for recent changes.
    private static let mostLookedAt = 100_000
    /// The most that is shown of one of the folders, so that none crowds out the others.
    private static let mostShownOfFolder = 1_000
    /// How long that may take, in seconds: what comes after it has its time too.
    private static let recentPatienceSeconds: Int64 = 30
    /// The root folder of the first process.
    private static let first = "proc/1/root/"
    /// How deep folders are looked into.
    private static let deepest = 8
    /// The most accounts that are looked at.
    private static let mostAccounts = 10_000
    /// The most keys of one account that are named.
    private static let mostKeys = 200
    /// The largest file that is hashed here, in bytes: scripts, units and small programs.
    private static let largestHashed = 4 << 20

    // MARK: - What is started by time or at the start

    /// Files by which something is started, by digest: their content is not taken.
    func scheduledTasks(_ lines: inout EvidenceLines) -> String? {
        for path in [
            "etc/crontab", "etc/anacrontab", "etc/rc.local", "etc/ld.so.preload", "etc/profile",
            "etc/environment", "etc/sudoers",
        ] {
            add(path, to: &lines)
        }
        for folder in [
            "etc/cron.d", "etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly",
            "etc/cron.monthly", "var/spool/cron", "var/spool/cron/crontabs",
            "var/spool/cron/atjobs",
            "etc/systemd/system", "etc/systemd/user", "run/systemd/system", "etc/init.d",
            "etc/profile.d", "etc/sudoers.d", "etc/xdg/autostart", "etc/update-motd.d",
            "usr/lib/systemd/system-generators", "etc/udev/rules.d",
        ] {
            for name in Files.names(in: "\(root)/\(folder)") {
                add("\(folder)/\(name)", to: &lines)
            }
        }
        return nil
    }

    private func add(_ path: String, to lines: inout EvidenceLines) {
        let place = "\(root)/\(path)"
        if let target = Files.link(place) {
            lines.add("link /\(EvidenceField.word(path)) to=\(target)")
            return
        }
        guard let status = try? Files.Status(of: place, followsLinks: false), status.isRegular
        else { return }
        lines.add("\(Self.words(status)) sha256=\(hash(place)) path=/\(path)")
    }

    private func hash(_ place: String) -> String {
        guard let bytes = Files.bytes(place, limit: Self.largestHashed + 1) else {
            return "unknown"
        }
        return bytes.count > Self.largestHashed ? "too-large" : Digest.sha256Hex(bytes)
    }

    private static func words(_ status: Files.Status) -> String {
        "mode=\(EvidenceField.mode(status.permissions)) owner=\(status.owner) size=\(status.size)"
            + " content=\(status.modified.wholeSeconds) inode=\(status.changed.wholeSeconds)"
    }

    // MARK: - Accounts

    /// Accounts that can work here, who has an administrator's rights, and whose keys open them.
    func accounts(_ lines: inout EvidenceLines) -> String? {
        let accounts = text("etc/passwd").prefix(Self.mostAccounts).map {
            $0.split(separator: ":", omittingEmptySubsequences: false)
        }.filter { $0.count > 6 }
        guard !accounts.isEmpty else { return "\(root)/etc/passwd cannot be read." }
        var passwords: [Substring: String] = [:]
        for line in text("etc/shadow") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 2 else { continue }
            let changed = Int64(fields[2]).map { " changed=\(Timestamp(seconds: $0 * 86_400))" }
            passwords[fields[0]] = Self.state(ofPassword: fields[1]) + (changed ?? "")
        }
        for fields in accounts {
            let shell = fields[6]
            let works = !shell.hasSuffix("nologin") && !shell.hasSuffix("/false")
            let password = passwords[fields[0]] ?? "unknown"
            guard works || fields[2] == "0" || password.hasPrefix("set") else { continue }
            lines.add(
                "account \(fields[0]) user=\(fields[2]) group=\(fields[3]) home=\(fields[5])"
                    + " shell=\(shell) password=\(password)")
        }
        for line in text("etc/group") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 3, Self.powerful.contains(fields[0]), !fields[3].isEmpty else {
                continue
            }
            lines.add("group \(fields[0]) members=\(fields[3])")
        }
        var seen: Set<Substring> = []
        for fields in accounts where fields[5].hasPrefix("/") && seen.insert(fields[5]).inserted {
            for name in ["authorized_keys", "authorized_keys2"] {
                keys("\(fields[5])/.ssh/\(name)", of: fields[0], &lines)
            }
        }
        return nil
    }

    /// Groups whose members can do what an administrator can.
    private static let powerful: Set<Substring> = [
        "root", "sudo", "wheel", "admin", "docker", "lxd", "disk", "shadow",
    ]

    /// Whether a password is set; never the password's own text.
    private static func state(ofPassword text: Substring) -> String {
        if text.isEmpty { return "empty" }
        return text.hasPrefix("!") || text.hasPrefix("*") ? "locked" : "set"
    }

    /// The keys of a file by the SHA-256 of each key, as `ssh-keygen -l` shows it in hexadecimal.
    private func keys(_ path: String, of account: Substring, _ lines: inout EvidenceLines) {
        let kinds = ["ssh-", "ecdsa-", "sk-"]
        for line in text(String(path.dropFirst())).prefix(Self.mostKeys)
        where !line.hasPrefix("#") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            let place = words.firstIndex { word in kinds.contains { word.hasPrefix($0) } }
            guard let place, place + 1 < words.count else { continue }
            let bytes = Base64.decode(String(words[place + 1]), .standard)
            let hash = bytes.map { Digest.sha256Hex($0) } ?? "unreadable"
            let options = place > 0 ? " has-options" : ""
            lines.add("key \(account) \(words[place]) sha256=\(hash)\(options) file=\(path)")
        }
    }

    // MARK: - Recent changes

    /// What was changed lately in the folders of programs and settings, and in those that everybody
    /// may write to. An inode's own time counts, which programs cannot set.
    func recentFiles(_ lines: inout EvidenceLines, until deadline: Timestamp) -> String? {
        let since = clock().adding(seconds: -Self.recentSeconds)
        // The agent has a folder of its own for passing files; the first process sees the others'.
        let shared = Files.exists("\(root)/\(Self.first)tmp") ? Self.first : ""
        let deadline = min(deadline, clock().adding(seconds: Self.recentPatienceSeconds))
        var left = Self.mostLookedAt
        var isCut = false
        // The endpoint's own first: in the others anybody can make as many as he likes.
        for folder in [
            "etc", "usr/sbin", "usr/bin", "sbin", "bin", "usr/local", "usr/lib/systemd",
            "usr/lib/security", "lib/security", "root", "dev/shm", "\(shared)tmp",
            "\(shared)var/tmp",
        ] {
            var shownHere = 0
            // Where it is only another name of one of the others.
            if Files.link("\(root)/\(folder)") != nil { continue }
            var open = [(path: folder, depth: 0)]
            while let next = open.popLast() {
                for name in Files.names(in: "\(root)/\(next.path)") {
                    if clock() >= deadline { return "The time for it ran out." }
                    if left == 0 { return "There are more than \(Self.mostLookedAt) files." }
                    left -= 1
                    let path = "\(next.path)/\(name)"
                    guard
                        let status = try? Files.Status(of: "\(root)/\(path)", followsLinks: false)
                    else { continue }
                    if status.isFolder, next.depth < Self.deepest {
                        open.append((path, next.depth + 1))
                    }
                    guard !status.isFolder, max(status.changed, status.modified) >= since else {
                        continue
                    }
                    shownHere += 1
                    if shownHere > Self.mostShownOfFolder {
                        isCut = true
                        continue
                    }
                    let kind = status.isRegular ? "file" : "other"
                    let hash =
                        status.isRegular && status.permissions & 0o111 != 0
                        ? " sha256=\(hash("\(root)/\(path)"))" : ""
                    let shown = path.dropFirst(path.hasPrefix(Self.first) ? Self.first.count : 0)
                    lines.add("\(kind) \(Self.words(status))\(hash) path=/\(shown)")
                }
            }
        }
        return isCut ? "Of one folder the first \(Self.mostShownOfFolder) changes are shown." : nil
    }

    // MARK: - What programs say

    /// How long a package tool may take to compare what is installed, in seconds; the journal comes
    /// after it.
    private static let integritySeconds: Int64 = 60
    /// What is kept for the journal, in seconds.
    private static let journalSeconds: Int64 = 15
    /// How many lines of the journal are taken.
    private static let journalLines = 3_000

    /// What a package tool says of files that are not as they were delivered.
    func packageIntegrity(
        _ lines: inout EvidenceLines, until deadline: Timestamp
    ) async -> String? {
        guard asksPrograms else { return "No program is asked." }
        let left = deadline.seconds(since: clock()) - Self.journalSeconds
        let seconds = min(left, Self.integritySeconds)
        guard seconds > 0 else { return "There was no time left for it." }
        for command in [
            ["/usr/bin/dpkg", "--verify"],
            ["/usr/bin/rpm", "-Va", "--nodeps", "--noscripts", "--nomtime"],
        ] where Files.exists(command[0]) {
            // A machine of one family may have the other's tool, without packages.
            let database = command[0].hasSuffix("dpkg") ? "/var/lib/dpkg/status" : "/usr/lib/rpm"
            guard Files.exists(database) else { continue }
            guard let output = await ProgramOutput.of(command, patience: seconds * 1_000) else {
                return "\(command[0]) did not end within \(seconds) s."
            }
            for line in output.text.split(separator: "\n") { lines.add(String(line)) }
            return nil
        }
        return "There is no package tool that compares."
    }

    /// The last lines of the journal, or of the log of sign-ins where there is none.
    func journal(_ lines: inout EvidenceLines) async -> String? {
        let program = "/usr/bin/journalctl"
        if asksPrograms, Files.exists(program),
            let output = await ProgramOutput.of(
                [
                    program, "--no-pager", "--quiet", "--output=short-iso", "--reverse",
                    "--lines=\(Self.journalLines)",
                ], patience: Self.journalSeconds * 1_000), output.status == 0,
            !output.text.isEmpty
        {
            for line in output.text.split(separator: "\n") {
                lines.add(SecretMask.text(String(line)))
            }
            return nil
        }
        for path in ["var/log/auth.log", "var/log/secure", "var/log/syslog", "var/log/messages"] {
            let tail = Files.end(of: "\(root)/\(path)", bytes: EvidenceLimits.sectionBytes / 4)
            for line in String(decoding: tail, as: UTF8.self).split(separator: "\n").reversed() {
                lines.add("\(path) \(SecretMask.text(String(line)))")
            }
        }
        return lines.lines.isEmpty ? "There is no journal that can be read." : nil
    }
}
