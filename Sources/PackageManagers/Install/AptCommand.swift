import Fleet
import Rollout

/// The argument vectors that change packages.
enum AptCommand {
    /// apt-get's path.
    static let aptGet = "/usr/bin/apt-get"
    /// dpkg's path.
    static let dpkg = "/usr/bin/dpkg"
    /// How long apt itself waits for a lock that was free a moment before, in seconds; longer waits
    /// are the agent's, which reports the holder.
    static let lockTimeoutSeconds = 30
    /// How often apt repeats a download that failed.
    static let downloadTries = 3
    /// How long a server of packages may be silent, in seconds.
    static let downloadTimeoutSeconds = 60

    /// What every command that changes packages is told, whatever the endpoint's own configuration
    /// says.
    static let options: [String] = [
        "-y", "-q",
        // Of a configuration file that was changed here, the local version stays; the new one lies
        // beside it as .dpkg-dist.
        "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
        // Without a terminal of its own dpkg stays in the run's process group, and its output in
        // the run's log.
        "-o", "Dpkg::Use-Pty=0",
        "-o", "DPkg::Lock::Timeout=\(lockTimeoutSeconds)",
        "-o", "Acquire::Retries=\(downloadTries)",
        "-o", "Acquire::http::Timeout=\(downloadTimeoutSeconds)",
        "-o", "Acquire::https::Timeout=\(downloadTimeoutSeconds)",
        // Nothing is removed, and nothing comes along that is merely recommended.
        "-o", "APT::Get::Remove=false", "-o", "APT::Get::AutomaticRemove=false",
        "--no-install-recommends",
        // Naming a package would mark it as installed by hand, and it would never be removed
        // automatically again. With the first of these, packages that are upgraded keep their
        // marks, and new dependencies are marked automatic (apt-get(8)); with the second, also
        // those that an earlier run has upgraded already.
        "--mark-auto", "--only-upgrade",
    ]

    /// What the programs find in their environment; nothing else is there. Packages must not ask,
    /// nor restart services behind the package manager's back (needrestart), nor show news
    /// (apt-listchanges), nor prompt for configuration files (ucf).
    static let environment = [
        "PATH": RunPath.standard, "HOME": "/root", "LC_ALL": "C",
        "LANG": "C", "LANGUAGE": "C", "TERM": "dumb", "DEBIAN_FRONTEND": "noninteractive",
        "DEBIAN_PRIORITY": "critical", "NEEDRESTART_SUSPEND": "1",
        "APT_LISTCHANGES_FRONTEND": "none",
        "APT_LISTBUGS_FRONTEND": "none", "UCF_FORCE_CONFFOLD": "1",
    ]

    /// Below dpkg run the scripts of packages.
    static let scriptHosts = ["dpkg"]

    /// Installs exactly these versions; those that go back from their kept packages, where there
    /// are such. Only unpacked, they are configured by name later.
    static func install(
        _ updates: [LockedUpdate], kept: [LockedUpdate: String] = [:], isUnpackOnly: Bool = false
    ) -> [String] {
        [aptGet] + options + back(updates) + (isUnpackOnly ? unpackOnly : []) + ["install"]
            + updates.map { kept[$0] ?? target($0) }
    }

    /// apt configures by `dpkg --configure --pending`, which begins with whatever is unfinished;
    /// without that it leaves what it has unpacked as it is.
    private static let unpackOnly = ["-o", "DPkg::ConfigurePending=false"]

    /// The same, only solved and not carried out: prints the plan and needs no lock.
    static func solve(
        _ updates: [LockedUpdate], kept: [LockedUpdate: String] = [:]
    ) -> [String] {
        [aptGet] + options + back(updates) + ["-V", "--print-uris", "install"]
            + updates.map { kept[$0] ?? target($0) }
    }

    /// Downloads these versions and what they need into apt's archive, and installs nothing.
    static func download(_ updates: [LockedUpdate]) -> [String] {
        [aptGet] + options + ["--download-only", "install"] + updates.map { target($0) }
    }

    /// Prints where these versions would be fetched from, and what their files must be; fetches
    /// nothing. An index may name SHA-512 too, which apt would print in place of SHA-256.
    static func locate(_ updates: [LockedUpdate]) -> [String] {
        [aptGet, "-o", "Acquire::ForceHash=SHA256", "--print-uris", "download"]
            + updates.map { target($0) }
    }

    /// The kept package is one of several places of its version where a source names it too: when
    /// that cannot be reached, apt fetches the file as a user of its own, who may not read it.
    private static func back(_ updates: [LockedUpdate]) -> [String] {
        updates.contains(where: \.isRollback)
            ? ["-o", "APT::Sandbox::User=root", "--allow-downgrades"] : []
    }

    /// Mends a package database that was left half done: first what is unpacked is configured, then
    /// what is missing is fetched.
    static let repair: [[String]] = [
        [dpkg, "--force-confdef", "--force-confold", "--configure", "-a"],
        [aptGet] + options + ["-f", "install"],
    ]

    /// Configures these packages and no others, with what of them depends on each other in its
    /// order; with none of them, dpkg only takes over its journal and runs triggers that wait.
    static func configure(_ names: [String]) -> [String] {
        [dpkg, "--force-confdef", "--force-confold"]
            + (names.isEmpty ? ["--triggers-only", "-a"] : ["--configure"] + names)
    }

    /// `name:architecture=version`. A package for all architectures goes by its bare name, which
    /// also stands for one that becomes a package of the endpoint's own architecture.
    static func target(_ update: LockedUpdate) -> String { target(update, version: update.to) }

    /// The same with another version.
    static func target(_ update: LockedUpdate, version: String) -> String {
        update.architecture == "all"
            ? "\(update.name)=\(version)" : "\(update.name):\(update.architecture)=\(version)"
    }
}
