package import AgentCore
import Fleet
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
package import Rollout
import SystemFiles
import ToolOutputs

/// Packages that apt downloads ahead, in its own archive folder: an installation takes them from
/// there, whether its sources can be reached or not.
extension AptInstaller {
    /// How long downloading ahead may take, in seconds: six hours bring 2 GB over 1 Mbit/s.
    static let prefetchSeconds: Int64 = 6 * 3600

    private var archives: String { "\(root)/var/cache/apt/archives" }

    private func archive(of update: LockedUpdate) -> String {
        "\(archives)/\(KeptPackages.fileName(update, version: update.to))"
    }

    /// Downloads exactly these versions and what they need, and compares each file with the signed
    /// index.
    package func prefetch(
        _ updates: [LockedUpdate], limiting: ([String]) -> [String] = { $0 }
    ) async -> [PrefetchResult] {
        let words = limiting(AptCommand.download(updates))
        let command = Command(
            path: words[0], arguments: Array(words.dropFirst()), environment: environment,
            timeoutSeconds: Self.prefetchSeconds)
        var complaint: String?
        do throws(CommandFailure) {
            let output = try await runner.run(command)
            if output.status != 0 {
                let lines =
                    TextLines.strings(output.output) + TextLines.strings(output.errorOutput)
                complaint =
                    AptComplaint(lines).verdict?.sentence ?? output.complaint
                    ?? "apt-get ended with status \(output.status)."
            }
        } catch {
            complaint = "apt-get \(error.clause)."
        }
        let stuck = await dropSpoiled(updates)
        return updates.map { update in
            if let reason = stuck[update] {
                return PrefetchResult(update: update, state: .failed, sentence: reason)
            }
            guard !isDownloaded(update) else {
                return PrefetchResult(
                    update: update, state: .downloaded,
                    sentence: "\(update.name) \(update.to) lies in apt's archive.")
            }
            return PrefetchResult(
                update: update, state: .failed,
                sentence: complaint
                    ?? "The file that came is not the one that the signed index names.")
        }
    }

    /// Whether a package lies in apt's archive, as far as its name tells.
    package func isDownloaded(_ update: LockedUpdate) -> Bool {
        Files.status(archive(of: update))?.isRegular == true
    }

    /// Removes a package from apt's archive; says why when it cannot.
    package func discard(_ update: LockedUpdate) -> String? {
        Self.remove(archive(of: update))
    }

    /// Removes a file that was downloaded ahead, if it is there; says why when it cannot.
    package static func remove(_ file: String) -> String? {
        guard Files.exists(file) else { return nil }
        do {
            try FileManager.default.removeItem(atPath: file)
            return nil
        } catch {
            return "\(file) could not be removed: \(error)"
        }
    }

    /// Removes files from apt's archive that are not what the signed index names: apt itself looks
    /// at the size only of what lies there already.
    ///
    /// - Returns: those that are still there, each with the reason: apt must not see them.
    package func dropSpoiled(_ updates: [LockedUpdate]) async -> [LockedUpdate: String] {
        let there = updates.filter { !$0.isRollback && isDownloaded($0) }
        guard !there.isEmpty else { return [:] }
        let offered = await offeredFiles(for: there)
        var stuck: [LockedUpdate: String] = [:]
        for update in there {
            guard let wanted = offered[update], let file = await hash(archive(of: update)),
                file != wanted
            else { continue }
            stuck[update] = discard(update).map {
                "The file that lies in apt's archive is not the one that the signed index names, "
                    + "and cannot be removed: \($0)"
            }
        }
        return stuck
    }

    private func hash(_ path: String) async -> String? {
        let command = Command(path: KeptFolder.sha256sum, arguments: ["-b", "--", path])
        guard let output = try? await runner.run(command), output.status == 0 else { return nil }
        return TextLines.strings(output.output).first?.split(separator: " ").first.map(String.init)
    }
}
