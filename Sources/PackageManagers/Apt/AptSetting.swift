/// The apt that is asked: that of this machine, or one that reads another root folder.
struct AptSetting: Hashable, Sendable {
    /// The root folder, without a slash at its end; empty for this machine.
    var root: String
    /// A folder of the agent for apt's own index caches; `nil` to leave them where the endpoint's
    /// configuration has them.
    var cacheFolder: String?
    /// A file of settings that is read before and after the endpoint's own; only for another root.
    var configurationFile: String?

    static let aptGet = "/usr/bin/apt-get"
    static let aptCache = "/usr/bin/apt-cache"

    /// A query of this kind.
    func command(_ program: String, _ arguments: [String]) -> Command {
        Command(
            path: program, arguments: options + arguments,
            environment: configurationFile.map { ["APT_CONFIG": $0] } ?? [:])
    }

    /// Options of every query. No lock is taken: a plan is no change, and a scan never stands in
    /// the way of an installation.
    private var options: [String] {
        var options = ["-q", "-o", "Debug::NoLocking=true"]
        if let configurationFile { options += ["-c", configurationFile] }
        if let cacheFolder {
            options += [
                "-o", "Dir::Cache::pkgcache=\(cacheFolder)/pkgcache.bin",
                // The second cache only saves a part of a rebuild, and is as large as the first (37
                // MB).
                "-o", "Dir::Cache::srcpkgcache=",
            ]
        }
        return options
    }

    /// The settings with which apt reads another root and changes nothing in it. They are read
    /// before that root's own configuration (APT_CONFIG, apt.conf(5)), so that it is found, and
    /// once more after it, so that it cannot name a program that this machine would run.
    static func configuration(root: String, architecture: String, foreign: [String]) -> String {
        let architectures = ([architecture] + foreign).map { "\"\($0)\";" }.joined(separator: " ")
        return """
            Dir "\(root)/";
            Dir::State "var/lib/apt";
            Dir::State::status "\(root)/var/lib/dpkg/status";
            #clear Dir::Bin;
            Dir::Bin::methods "/usr/lib/apt/methods";
            Dir::Bin::dpkg "/usr/bin/dpkg";
            #clear AptCli::Hooks;
            #clear APT::Compressor;
            APT::Solver "internal";
            APT::Architecture "\(architecture)";
            #clear APT::Architectures;
            APT::Architectures { \(architectures) };

            """
    }
}
