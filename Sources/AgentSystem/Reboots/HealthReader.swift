import Fleet
import Health
import SystemFiles

/// Reads what is measured of this machine's health: systemd's journal and boot, and the folders
/// into which crashes are written. What nothing here can tell is unknown.
struct HealthReader: Sendable {
    /// Where the journal's and systemd's programs are.
    static let journalctl = "/usr/bin/journalctl"
    static let systemctl = "/usr/bin/systemctl"
    /// What `systemd-coredump` marks its entries with (systemd.journal-fields(7)).
    static let coredump = "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"
    /// The most entries that are read: one more than a limit can be.
    static let mostEntries = HealthMeasure.counts.upperBound + 1
    /// The most files of crashes that are looked at; folders are cleaned at far fewer.
    static let mostFiles = 10_000
    /// The longest name of a program that the kernel keeps, in bytes.
    static let longestComm = 15

    /// Runs a program; `nil` when it cannot be started or does not end.
    var run: @Sendable ([String]) async -> ProgramOutput? = { await ProgramOutput.of($0) }
    /// What stands before the paths of files.
    var root = ""

    /// Reads a figure.
    func read(
        _ measure: HealthMeasure, since: Timestamp, until: Timestamp
    ) async -> HealthReading {
        switch measure.subject {
        case .crashes: return await crashes(of: measure.name, since, until)
        case .journal: return await errors(measure, since, until)
        case .bootTime: return await bootTime()
        }
    }

    // MARK: The journal

    private func errors(
        _ measure: HealthMeasure, _ since: Timestamp, _ until: Timestamp
    ) async -> HealthReading {
        guard await hasEntries([]) else { return .unknown("this endpoint keeps no journal") }
        var words = ["--priority=err"]
        if let unit = measure.name { words.append("--unit=\(unit)") }
        let field = measure.text == nil ? "PRIORITY" : "MESSAGE"
        guard let entries = await entries(words, field, since, until) else {
            return .unknown("the journal cannot be read")
        }
        guard entries.last?.last == UInt8(ascii: "}") || entries.isEmpty else {
            return .unknown("the journal has more to tell than is read at once")
        }
        guard let text = measure.text else { return .value(Int64(entries.count)) }
        let pattern = Glob("*\(text)*")
        let found = entries.filter { entry in
            JournalEntryText.message(in: entry).map(pattern.matches) ?? false
        }
        return .value(Int64(found.count))
    }

    /// Entries of a time, one line of JSON each; lines that are none are left out.
    private func entries(
        _ words: [String], _ field: String, _ since: Timestamp, _ until: Timestamp
    ) async -> [Substring.UTF8View]? {
        let command =
            [
                Self.journalctl, "--quiet", "--no-pager", "--output=json",
                "--output-fields=\(field)", "--lines=\(Self.mostEntries)",
            ] + Self.span(since, until) + words
        guard let output = await run(command), output.status == 0 else { return nil }
        return Self.lines(output.text).map(\.utf8)
    }

    private static func span(_ since: Timestamp, _ until: Timestamp) -> [String] {
        ["--since=@\(since.milliseconds / 1000)", "--until=@\(until.milliseconds / 1000 + 1)"]
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isNewline).filter { $0.utf8.first == UInt8(ascii: "{") }
    }

    /// Whether the journal holds anything at all: one without files answers like one without
    /// errors.
    private func hasEntries(_ matches: [String]) async -> Bool {
        let command = [
            Self.journalctl, "--quiet", "--no-pager", "--output=json", "--output-fields=PRIORITY",
            "--lines=1",
        ]
        guard let output = await run(command + matches), output.status == 0 else { return false }
        return !Self.lines(output.text).isEmpty
    }

    // MARK: Crashes

    /// The largest of three counts, since one crash leaves traces in more than one place.
    private func crashes(
        of program: String?, _ since: Timestamp, _ until: Timestamp
    ) async -> HealthReading {
        let files = crashFiles(of: program, since, until)
        let sees = await hasEntries(["_TRANSPORT=kernel"])
        var keeps = sees
        if !sees { keeps = await keepsCoredumps() }
        guard sees || keeps || Files.exists("\(root)/var/crash") else {
            return .unknown(
                "nothing on this endpoint keeps them: no journal with the kernel's words, no "
                    + "systemd-coredump, no /var/crash")
        }
        var dumped = 0
        if keeps {
            var words = [Self.coredump]
            if let program { words.append("COREDUMP_COMM=\(Self.comm(program))") }
            guard let entries = await entries(words, "PRIORITY", since, until) else {
                return .unknown("the journal cannot be read")
            }
            dumped = entries.count
        }
        let told = sees ? await kernelLines(of: program, since, until) : 0
        return .value(Int64(min(max(files, dumped, told), Int(Self.mostEntries))))
    }

    private func keepsCoredumps() async -> Bool {
        guard
            Files.line("\(root)/proc/sys/kernel/core_pattern")?.contains("systemd-coredump")
                == true
        else { return false }
        return await hasEntries([])
    }

    private static func comm(_ program: String) -> String {
        String(decoding: program.utf8.prefix(longestComm), as: UTF8.self)
    }

    /// The kernel's lines about processes that it ended for a fault of theirs.
    private func kernelLines(
        of program: String?, _ since: Timestamp, _ until: Timestamp
    ) async -> Int {
        // Without a match, or built without searching, it ends with 1 and has no such lines.
        let output = await run(
            [
                Self.journalctl, "--quiet", "--no-pager", "--output=cat",
                "--lines=\(Self.mostEntries)", "--grep=segfault at|traps: ",
            ] + Self.span(since, until) + ["_TRANSPORT=kernel"])
        return (output?.text ?? "").split(whereSeparator: \.isNewline).count { line in
            guard let name = Self.crashed(line) else { return false }
            return program.map { Self.comm($0) == name } ?? true
        }
    }

    /// The program in `nginx[71]: segfault at 0 …` or `traps: nginx[71] general protection …`.
    static func crashed(_ line: Substring) -> String? {
        let isTrap = line.hasPrefix("traps: ")
        let rest = isTrap ? line.dropFirst(7) : line.dropFirst(0)
        guard let open = rest.firstIndex(of: "["), let close = rest[open...].firstIndex(of: "]"),
            open > rest.startIndex
        else { return nil }
        let number = rest[rest.index(after: open)..<close]
        let words = rest[rest.index(after: close)...]
        guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }),
            isTrap ? words.hasPrefix(" ") : words.hasPrefix(": segfault at ")
        else { return nil }
        return String(rest[..<open])
    }

    /// How many files of crashes were written in a time.
    private func crashFiles(
        of program: String?, _ since: Timestamp, _ until: Timestamp
    ) -> Int {
        ["/var/crash", "/var/lib/systemd/coredump"].reduce(0) { sum, folder in
            let names = Files.names(in: root + folder).prefix(Self.mostFiles)
            return sum
                + names.count { name in
                    guard Self.isCrash(name, of: program),
                        let status = Files.status("\(root)\(folder)/\(name)"), status.isRegular
                    else { return false }
                    return status.modified >= since && status.modified <= until.adding(seconds: 1)
                }
        }
    }

    /// Whether a file's name is one of a crash: `core.nginx.0.<boot>.71.<time>`, or apport's
    /// `_usr_sbin_nginx.0.crash`.
    static func isCrash(_ name: String, of program: String?) -> Bool {
        if name.hasSuffix(".crash") {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            let path = "_" + parts.dropLast(parts.count > 2 ? 2 : 1).joined(separator: ".")
            return program.map { path.hasSuffix("_\($0)") } ?? true
        }
        guard name == "core" || name.hasPrefix("core.") else { return false }
        return program.map { name.hasPrefix("core.\(comm($0)).") } ?? true
    }

    // MARK: The boot

    private func bootTime() async -> HealthReading {
        let names = ["KernelTimestamp", "UserspaceTimestampMonotonic", "FinishTimestampMonotonic"]
        guard
            let output = await run([
                Self.systemctl, "show", "--property=\(names.joined(separator: ","))",
            ]), output.status == 0
        else { return .unknown("systemd does not run here, or does not answer") }
        var values: [Substring: Substring] = [:]
        for line in output.text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[line[..<equals]] = line[line.index(after: equals)...]
        }
        guard let finish = values["FinishTimestampMonotonic"].flatMap({ Int64($0) }), finish > 0
        else { return .unknown("the boot has not come to its end") }
        // A container's clock is that of the machine below it: what counts is its own start.
        // Older releases of systemd say n/a for what they do not know.
        let isWhole = !["", "n/a"].contains(values["KernelTimestamp"] ?? "")
        let start = isWhole ? 0 : values["UserspaceTimestampMonotonic"].flatMap { Int64($0) } ?? 0
        guard finish > start, isWhole || start > 0 else {
            return .unknown("systemd does not say when the boot began")
        }
        return .value((finish - start) / 1000)
    }
}

/// What an entry of the journal says, in one line of JSON as journalctl prints it.
enum JournalEntryText {
    private static let key = Array("\"MESSAGE\":".utf8)

    /// The message; `nil` where there is none, or it was too long to be printed. Within a text of
    /// JSON quotes stand behind a backslash, so that the key cannot be found in another's value.
    static func message(in line: Substring.UTF8View) -> String? {
        let bytes = Array(line)
        var place = 0
        while place + key.count < bytes.count {
            if bytes[place] == key[0], bytes[place..<place + key.count].elementsEqual(key) {
                return value(bytes[(place + key.count)...])
            }
            place += 1
        }
        return nil
    }

    private static func value(_ rest: ArraySlice<UInt8>) -> String? {
        let rest = rest.drop { $0 == 0x20 }
        // What is not UTF-8 is printed as the numbers of its bytes.
        if rest.first == UInt8(ascii: "[") {
            let numbers = rest.dropFirst().prefix { $0 != UInt8(ascii: "]") }
            let bytes = numbers.split(separator: UInt8(ascii: ",")).compactMap {
                UInt8(String(decoding: $0.filter { $0 != 0x20 }, as: UTF8.self))
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        var isEscaped = false
        for byte in rest.dropFirst() {
            if isEscaped {
                isEscaped = false
                text.append("nrtbfu".utf8.contains(byte) ? 0x20 : byte)
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                return String(decoding: text, as: UTF8.self)
            } else {
                text.append(byte)
            }
        }
        return nil
    }
}
