import Fleet
import PackageManagers
import SystemFiles

/// A Mac's Homebrew: its folder belongs to a user, and it is run as that one.
struct HomebrewPlace: Hashable, Sendable {
    /// Where Homebrew is at home: on Apple silicon, and on Intel.
    private static let homes = [
        (prefix: "/opt/homebrew", repository: "/opt/homebrew"),
        (prefix: "/usr/local", repository: "/usr/local/Homebrew"),
    ]

    /// `bin` below it holds programs.
    let prefix: String
    /// Homebrew itself, with its taps.
    let repository: String
    /// Whom it belongs to.
    let owner: UInt32

    /// The one that fits the processor first; `nil` where there is none.
    static func find(on place: MacPlace) -> HomebrewPlace? {
        for home in homes where place.exists("\(home.prefix)/bin/brew") {
            let repository = place.path(home.repository)
            guard let status = Files.status(repository), status.isFolder else { continue }
            return HomebrewPlace(
                prefix: place.path(home.prefix), repository: repository, owner: status.owner)
        }
        return nil
    }

    var program: String { "\(prefix)/bin/brew" }

    /// The taps besides Homebrew's own, as `owner/name`.
    var taps: [String] {
        let folder = "\(repository)/Library/Taps"
        return Files.names(in: folder).flatMap { owner in
            Files.names(in: "\(folder)/\(owner)").filter { $0.hasPrefix("homebrew-") }.map {
                "\(owner)/\($0.dropFirst("homebrew-".count))"
            }
        }
    }

    /// When Homebrew last fetched what it knows: `git fetch` writes this file, whatever it brings.
    var fetchedAt: Timestamp? { Files.status("\(repository)/.git/FETCH_HEAD")?.modified }
}

/// How Homebrew is told to do what it is asked and nothing else.
enum HomebrewEnvironment {
    static let fixed = [
        // Only a refresh refreshes.
        "HOMEBREW_NO_AUTO_UPDATE": "1",
        // What depends on a formula is somebody else's to approve.
        "HOMEBREW_NO_INSTALLED_DEPENDENTS_CHECK": "1",
        // A run installs; it does not tidy up.
        "HOMEBREW_NO_INSTALL_CLEANUP": "1",
        "HOMEBREW_NO_ANALYTICS": "1", "HOMEBREW_NO_ENV_HINTS": "1", "HOMEBREW_NO_EMOJI": "1",
        "HOMEBREW_NO_COLOR": "1",
        // Nobody is there to answer, nor to type a password.
        "HOMEBREW_NO_ASK": "1", "NONINTERACTIVE": "1", "SUDO_ASKPASS": "/usr/bin/false",
    ]
}
