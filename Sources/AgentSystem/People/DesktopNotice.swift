#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A notice on a user's desktop, by the programs that desktops bring: `notify-send`, else `gdbus`.
public enum DesktopNotice {
    private static let notifySend = "/usr/bin/notify-send"
    private static let gdbus = "/usr/bin/gdbus"

    /// Shows a notice; whether the desktop took it.
    ///
    /// - Parameters:
    ///   - title: its first line.
    ///   - text: the rest.
    ///   - environment: the session's variables, of which the address of its bus is needed.
    /// - Returns: whether a program has shown it.
    public static func show(
        title: String, text: String, environment: [String: String]
    ) async -> Bool {
        let commands = [
            [
                notifySend, "--app-name=Patchbay", "--urgency=critical", "--icon=system-reboot",
                "--",
                title, text,
            ],
            [
                gdbus, "call", "--session", "--dest", "org.freedesktop.Notifications",
                "--object-path", "/org/freedesktop/Notifications", "--method",
                "org.freedesktop.Notifications.Notify", "Patchbay", "0", "system-reboot", title,
                text, "[]", "{}", "0",
            ],
        ]
        for command in commands where access(command[0], X_OK) == 0 {
            if await Machine.run(command, environment: environment) == 0 { return true }
        }
        return false
    }
}
