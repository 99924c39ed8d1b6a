#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What is asked of systemd-logind over the system bus.
enum SystemBus {
    static let socket = "/run/dbus/system_bus_socket"
    private static let busctl = "/usr/bin/busctl"
    /// What busctl says where no logind runs, which is no reason to wait.
    private static let absences = [
        "not provided by any", "Could not activate remote peer", "Unit dbus-org.freedesktop.login1",
        "No such file or directory", "Failed to connect to bus",
    ]

    /// Programs that block a shutdown, each with its reason. A logind that is there and does not
    /// answer counts as one: it may know of some.
    static func inhibitors() async -> [String] {
        guard access(busctl, X_OK) == 0, access(socket, F_OK) == 0 else { return [] }
        let answer = await ProgramOutput.of([
            busctl, "--no-pager", "--timeout=5", "call", "org.freedesktop.login1",
            "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "ListInhibitors",
        ])
        guard let answer, answer.status == 0, let found = blocking(in: answer.text) else {
            if let text = answer?.text, absences.contains(where: { text.contains($0) }) {
                return []
            }
            return ["systemd-logind, which does not answer"]
        }
        return found
    }

    /// Whether NetworkManager calls the connection metered. Where none runs, as on most servers,
    /// nobody does.
    static func isMetered() async -> Bool {
        guard access(busctl, X_OK) == 0, access(socket, F_OK) == 0 else { return false }
        let answer = await ProgramOutput.of([
            busctl, "--no-pager", "--timeout=5", "--auto-start=no", "get-property",
            "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager",
            "org.freedesktop.NetworkManager", "Metered",
        ])
        guard let answer, answer.status == 0 else { return false }
        return isMetered(answer.text)
    }

    /// What busctl prints of `NMMetered`: 1 is yes, 3 a guess that it is.
    static func isMetered(_ text: String) -> Bool {
        ["u 1", "u 3"].contains(words(in: text).joined(separator: " "))
    }

    /// The blocking inhibitors of a shutdown in what busctl prints: `a(ssssuu) COUNT`, and of each
    /// what, who, why, mode, user and process. `nil` when it is not of that form.
    static func blocking(in text: String) -> [String]? {
        var words = words(in: text)[...]
        guard words.popFirst() == "a(ssssuu)", let count = words.popFirst().flatMap({ Int($0) }),
            words.count == count * 6
        else { return nil }
        return (0..<count).compactMap { index in
            let fields = Array(words.dropFirst(index * 6).prefix(6))
            guard fields[0].split(separator: ":").contains("shutdown"), fields[3] == "block" else {
                return nil
            }
            return "\(fields[1]) (\(fields[2]))"
        }
    }

    /// Words between blanks, and texts between quotation marks with their escapes undone.
    private static func words(in text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        var isOpen = false
        var isEscaped = false
        for character in text {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
                isOpen = true
            } else if !isQuoted, character.isWhitespace {
                if isOpen { words.append(word) }
                (word, isOpen) = ("", false)
            } else {
                word.append(character)
                isOpen = true
            }
        }
        return isOpen ? words + [word] : words
    }
}
