import Foundation
import PackageManagers

/// Asks remotes whether they still have a former commit.
///
/// It asks with an empty installation of its own, which is gone afterwards: the endpoint's own one
/// has the installed commit itself, and answers even for a remote that has lost it. Nothing that is
/// fetched here is installed.
struct FlatpakHistory: Sendable {
    /// One question.
    struct Question: Hashable, Sendable {
        var remote: String
        var url: String
        var reference: String
        /// The whole commit.
        var commit: String
    }

    private static let path = "/usr/bin/flatpak"

    let runner: any CommandRunning

    /// Those of the questions whose remote has the commit.
    func answered(_ questions: [Question]) async -> Set<Question> {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "patchbay-flatpak-\(UUID().uuidString)")
        let files = FileManager.default
        // It must be new: the folder above may be everybody's.
        guard !questions.isEmpty,
            (try? files.createDirectory(
                at: folder, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])) != nil
        else { return [] }
        defer { try? files.removeItem(at: folder) }
        let flatpak = ToolRunner(
            runner: runner, path: Self.path, environment: ["FLATPAK_USER_DIR": folder.path])
        var answered: Set<Question> = []
        for (remote, own) in Dictionary(grouping: questions, by: \.remote) {
            guard let url = own.first?.url, url.hasPrefix("http") || url.hasPrefix("file:") else {
                continue
            }
            let added = await flatpak.run([
                "remote-add", "--user", "--no-gpg-verify", remote, url,
            ])
            guard added.status == 0 else { continue }
            for question in own {
                let output = await flatpak.run([
                    "remote-info", "--user", "--commit=\(question.commit)", "--show-commit",
                    remote, question.reference,
                ])
                if FlatpakCommits.alone(output) == question.commit { answered.insert(question) }
            }
        }
        return answered
    }
}
