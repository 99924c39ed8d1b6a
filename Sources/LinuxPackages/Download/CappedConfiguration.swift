import Foundation
import PackageManagers
import Policy
import SystemFiles
import ToolOutputs

/// The configuration of zypper or pacman with a limit of downloads in it. These two take one from a
/// file only, so the agent writes a copy of the endpoint's own into its state folder, and names it in
/// the command; the endpoint's own stays as it is.
struct CappedConfiguration: Sendable {
    let bandwidth: Bandwidth

    /// The most bytes of a configuration that are read: real ones have some tens of kB.
    private static let limit = 1_048_576
    /// From here on libzypp keeps its limit; below it has been seen to exceed it by a quarter
    /// (docs/prefetching.md has the figures).
    private static let kept: Int64 = 2_000_000

    static let wget = "/usr/bin/wget"

    /// The limit that is set so that libzypp stays below the policy's.
    var limitOfZypper: Int64 {
        bandwidth.bytesPerSecond >= Self.kept
            ? bandwidth.bytesPerSecond : max(1, bandwidth.bytesPerSecond * 4 / 5)
    }

    /// zypp.conf with the limit; a lower one that it has stays. Of a setting that stands twice the
    /// later counts.
    func zypper(_ own: String) -> String {
        let key = "download.max_download_speed"
        let set = own.split(whereSeparator: \.isNewline).compactMap { line -> Int64? in
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, TextLines.trimmed(parts[0]) == key else { return nil }
            return Int64(TextLines.trimmed(parts[1]))
        }
        let lower = set.last.map { $0 > 0 ? min($0, limitOfZypper) : limitOfZypper }
        return "\(own)\n[main]\n\(key) = \(lower ?? limitOfZypper)\n"
    }

    /// pacman.conf with wget as the program that downloads; `nil` where it names one of its own,
    /// which may know a way that wget does not.
    func pacman(_ own: String) -> String? {
        var lines = own.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard
            !lines.contains(where: { line in
                TextLines.trimmed(line.prefix { $0 != "=" }) == "XferCommand"
            })
        else { return nil }
        let command =
            "XferCommand = \(Self.wget) --no-verbose --continue --tries=3 --timeout=60 "
            + "--limit-rate=\(bandwidth.bytesPerSecond) --output-document %o %u"
        let options = lines.firstIndex { TextLines.trimmed($0) == "[options]" }
        lines.insert(
            contentsOf: options == nil ? ["[options]", command] : [command],
            at: options.map { $0 + 1 } ?? 0)
        return lines.joined(separator: "\n")
    }

    /// Writes zypper's into a folder; `nil` when it cannot.
    func writeZypper(in folder: String) -> String? {
        let whole = ["/etc/zypp/zypp.conf", "/usr/etc/zypp/zypp.conf"].first(where: Files.exists)
        let parts = "/etc/zypp/zypp.conf.d"
        let names = Files.names(in: parts).filter { $0.hasSuffix(".conf") }.sorted()
        let texts = ([whole].compactMap { $0 } + names.map { "\(parts)/\($0)" }).map(Self.text)
        return Self.write(zypper(texts.joined(separator: "\n")), "\(folder)/zypp.conf")
    }

    /// Writes pacman's into a folder; `nil` when it cannot, or there is no wget.
    func writePacman(in folder: String) -> String? {
        guard Files.exists(Self.wget), let text = pacman(Self.text("/etc/pacman.conf")) else {
            return nil
        }
        return Self.write(text, "\(folder)/pacman.conf")
    }

    private static func text(_ path: String) -> String {
        String(decoding: Files.bytes(path, limit: limit) ?? [], as: UTF8.self)
    }

    private static func write(_ text: String, _ path: String) -> String? {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            return path
        } catch { return nil }
    }
}
