import Fleet
import SystemFiles
import ToolOutputs

/// Programs that install updates by themselves, by the files that turn them on: nothing is asked of
/// a running system, so that another root folder can be looked at as well.
struct OwnUpdaters {
    /// The root folder, without a slash at its end; empty for this machine.
    let root: String

    /// Those that are on.
    func read() -> [OwnUpdater] {
        [unattendedUpgrades, dnfAutomatic, transactionalUpdate, osUpdate].compactMap { $0 }
    }

    // MARK: systemd

    private static let unitFolder = "/etc/systemd/system"

    /// Whether a timer begins with the system: a link in the folder of what timers.target wants
    /// (systemd.unit(5)), and not masked.
    private func isOn(_ timer: String) -> Bool {
        let folder = root + Self.unitFolder
        return Files.link("\(folder)/timers.target.wants/\(timer)") != nil
            && Files.link("\(folder)/\(timer)") != "/dev/null"
    }

    // MARK: apt

    /// The longest file of apt's configuration that is read, in bytes: real ones have a few KB.
    private static let longestFile = 65_536

    private var unattendedUpgrades: OwnUpdater? {
        let timer = "apt-daily-upgrade.timer"
        guard Files.exists("\(root)/usr/bin/unattended-upgrade"), isOn(timer) else { return nil }
        let parts = Files.names(in: "\(root)/etc/apt/apt.conf.d").filter(Self.isRead).sorted()
        let files = parts.map { "/etc/apt/apt.conf.d/\($0)" } + ["/etc/apt/apt.conf"]
        var values: [String: (value: String, file: String)] = [:]
        for file in files {
            let bytes = Files.bytes(root + file, limit: Self.longestFile) ?? []
            for (key, value) in AptConfigurationText.values(bytes) { values[key] = (value, file) }
        }
        guard values["apt::periodic::enable"]?.value != "0",
            let setting = values["apt::periodic::unattended-upgrade"], Self.isOften(setting.value)
        else { return nil }
        return OwnUpdater(
            "unattended-upgrades",
            evidence:
                "APT::Periodic::Unattended-Upgrade is \"\(setting.value)\" in \(setting.file), "
                + "and \(timer) is on")
    }

    /// Which files of `apt.conf.d` apt reads: those without an ending, or with `.conf` (apt.conf(5)).
    private static func isRead(_ name: String) -> Bool {
        !name.hasPrefix(".") && (!name.contains(".") || name.hasSuffix(".conf"))
    }

    /// Whether apt.systemd.daily(8) takes a value for an interval: days, or a number with a unit.
    private static func isOften(_ value: String) -> Bool {
        value == "always" || value.contains { ("1"..."9").contains($0) }
    }

    // MARK: dnf

    private var dnfAutomatic: OwnUpdater? {
        if isOn("dnf-automatic-install.timer") {
            return OwnUpdater("dnf-automatic", evidence: "dnf-automatic-install.timer is on")
        }
        let file = "/etc/dnf/automatic.conf"
        guard let timer = ["dnf-automatic.timer", "dnf5-automatic.timer"].first(where: isOn),
            let text = Files.bytes(root + file, limit: Self.longestFile),
            let value = Self.value(of: "apply_updates", in: text),
            ["yes", "true", "1", "on"].contains(value.lowercased())
        else { return nil }
        return OwnUpdater(
            "dnf-automatic", evidence: "apply_updates is \(value) in \(file), and \(timer) is on")
    }

    /// The last value of a key in an INI file.
    private static func value(of key: String, in bytes: [UInt8]) -> String? {
        var found: String?
        TextLines.each(bytes) { slice in
            let line = String(decoding: TextLines.trimmed(slice), as: UTF8.self)
            guard let equals = line.firstIndex(of: "="), line.first != "#", line.first != ";" else {
                return
            }
            guard TextLines.trimmed(line[..<equals]) == key else { return }
            found = TextLines.trimmed(line[line.index(after: equals)...])
        }
        return found
    }

    // MARK: SUSE

    private var transactionalUpdate: OwnUpdater? {
        isOn("transactional-update.timer")
            ? OwnUpdater("transactional-update", evidence: "transactional-update.timer is on") : nil
    }

    private var osUpdate: OwnUpdater? {
        isOn("os-update.timer")
            ? OwnUpdater("os-update", evidence: "os-update.timer is on") : nil
    }
}

/// The text of an apt.conf(5): names of scopes and values in quotes.
enum AptConfigurationText {
    /// Each value by its whole name in lower case, such as `apt::periodic::enable`, in the order of
    /// the text.
    static func values(_ bytes: [UInt8]) -> [(key: String, value: String)] {
        var values: [(key: String, value: String)] = []
        var scopes: [String] = []
        var words: [String] = []
        for token in tokens(String(decoding: bytes, as: UTF8.self)) {
            switch token {
            case .word(let word): words.append(word)
            case .open:
                scopes.append(words.joined())
                words = []
            case .end, .close:
                if words.count >= 2 {
                    let name = (scopes + [words[0]]).filter { !$0.isEmpty }.joined(separator: "::")
                    values.append((name.lowercased(), words[words.count - 1]))
                }
                words = []
                if token == .close { _ = scopes.popLast() }
            }
        }
        return values
    }

    private enum Token: Equatable {
        case word(String)
        case open, close, end
    }

    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        var rest = Substring(text)
        func flush() {
            if !word.isEmpty { tokens.append(.word(word)) }
            word = ""
        }
        while let first = rest.first {
            if rest.hasPrefix("//") || first == "#" {
                rest = rest.drop { !$0.isNewline }
                continue
            }
            if rest.hasPrefix("/*") {
                rest = rest.firstRange(of: "*/").map { rest[$0.upperBound...] } ?? ""
                continue
            }
            rest = rest.dropFirst()
            switch first {
            case "{", "}", ";":
                flush()
                tokens.append(first == "{" ? .open : first == "}" ? .close : .end)
            case "\"":
                flush()
                tokens.append(.word(String(rest.prefix { $0 != "\"" })))
                rest = rest.drop { $0 != "\"" }.dropFirst()
            case _ where first.isWhitespace: flush()
            default: word.append(first)
            }
        }
        flush()
        return tokens
    }
}
