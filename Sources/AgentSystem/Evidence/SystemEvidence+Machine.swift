import Fleet
import Forensics
import SystemFiles

extension SystemEvidence {
    /// The most that is read of a list of the kernel, in bytes: 10,000 mounts of 200 bytes.
    private static let longestList = 2 << 20
    /// The most of a log of sign-ins that is read, in bytes: its last 1,000 records.
    private static let signInBytes = 1_000 * 384

    /// The running kernel and what it was started with.
    func system(_ lines: inout EvidenceLines) -> String? {
        for (name, path) in [
            ("kernel", "proc/version"), ("hostname", "proc/sys/kernel/hostname"),
            ("boot", "proc/sys/kernel/random/boot_id"), ("load", "proc/loadavg"),
            ("domain", "proc/sys/kernel/domainname"),
        ] {
            if let text = Files.line("\(root)/\(path)") { lines.add("\(name) \(text)") }
        }
        if let words = Files.line("\(root)/proc/cmdline") {
            lines.add("command-line \(SecretMask.text(words))")
        }
        for line in text("etc/os-release") where line.hasPrefix("PRETTY_NAME=") {
            lines.add("system \(line.dropFirst("PRETTY_NAME=".utf8.count))")
        }
        // How programs are made to load code of others, or to run when one is called for.
        for name in ["core_pattern", "modprobe", "hotplug"] {
            if let text = Files.line("\(root)/proc/sys/kernel/\(name)") {
                lines.add("\(name) \(text)")
            }
        }
        return lines.lines.isEmpty ? "\(root)/proc cannot be read." : nil
    }

    /// The modules of the running kernel, as it names them.
    func kernelModules(_ lines: inout EvidenceLines) -> String? {
        if let taint = Files.line("\(root)/proc/sys/kernel/tainted") {
            lines.add("tainted \(taint)")
        }
        for line in text("proc/modules") { lines.add("module \(line)") }
        return nil
    }

    /// What is mounted where the first process sees it: the agent has folders of its own.
    func mounts(_ lines: inout EvidenceLines) -> String? {
        var table = text("proc/1/mountinfo")
        if table.isEmpty { table = text("proc/self/mountinfo") }
        for line in table { lines.add(SecretMask.text(String(line))) }
        return lines.lines.isEmpty ? "The table of mounts cannot be read." : nil
    }

    /// Who is signed in, and who has been.
    func sessions(_ lines: inout EvidenceLines) -> String? {
        for record in LoginSessions.records(in: file("run/utmp")) {
            lines.add(Self.line("session", record))
        }
        let folder = "\(root)/run/systemd/sessions"
        for name in Files.names(in: folder) where !name.hasSuffix(".ref") {
            let values = (Files.line("\(folder)/\(name)") ?? "").split(separator: "\n")
            let told = ["USER=", "UID=", "STATE=", "REMOTE_HOST=", "SERVICE=", "TTY=", "LEADER="]
            let words = values.filter { line in told.contains { line.hasPrefix($0) } }
            lines.add("logind \(EvidenceField.word(name)) \(words.joined(separator: " "))")
        }
        for (word, path) in [("signed-in", "var/log/wtmp"), ("refused", "var/log/btmp")] {
            let tail = file(path, last: Self.signInBytes)
            let types = LoginSessions.loginProcess...LoginSessions.userProcess
            for record in LoginSessions.records(in: tail, ofTypes: types).reversed() {
                lines.add(Self.line(word, record))
            }
        }
        return nil
    }

    private static func line(_ word: String, _ record: LoginSessions.Record) -> String {
        var line = "\(word) \(EvidenceField.word(record.name)) terminal=\(record.line)"
        line += " pid=\(record.pid)"
        if !record.from.isEmpty { line += " from=\(EvidenceField.word(record.from))" }
        return line + " at=\(record.at)"
    }

    /// The lines of a small file.
    func text(_ path: String) -> [Substring] {
        String(decoding: file(path), as: UTF8.self).split(separator: "\n")
    }

    /// A file's bytes; of a long one the last whole records of utmp(5).
    private func file(_ path: String, last tail: Int? = nil) -> [UInt8] {
        guard let tail else { return Files.bytes("\(root)/\(path)", limit: Self.longestList) ?? [] }
        let bytes = Files.end(of: "\(root)/\(path)", bytes: tail)
        return Array(bytes.dropFirst(bytes.count % 384))
    }
}
