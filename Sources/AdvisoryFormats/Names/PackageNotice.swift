import Advisories
import Fleet

/// A notice of an RPM distribution: what it fixes, and in which packages.
struct PackageNotice {
    var id: String
    var title = ""
    var severity: Severity?
    var published: Timestamp?
    var modified: Timestamp?
    var vulnerabilities: [String] = []
    var packages: [RPMName] = []
    /// The module that all packages come from; `nil` outside modules.
    var module: ModuleStream?
    /// What is affected in modules beside the packages above.
    var modular: [(RPMName, ModuleStream)] = []

    init(id: String) {
        self.id = id
    }

    /// Adds a package by its file name or label.
    mutating func add(_ text: String) {
        if let package = RPMName(text) { packages.append(package) }
    }

    /// The advisory; `hint` is what the feed says of the release, such as a repository's name.
    ///
    /// It throws `RecordFault` when it cannot be told which distribution is meant: the advisory
    /// would be lost without a word.
    func advisory(hint: String) throws -> Advisory {
        let all = packages.map { ($0, module) } + modular.map { ($0.0, Optional($0.1)) }
        let binaries = all.filter { $0.0.architecture != "src" && $0.0.architecture != "nosrc" }
        let shown = binaries.isEmpty ? all : binaries
        guard let home = RPMRelease.home(id: id, hint: hint, versions: shown.map(\.0.version))
        else { throw RecordFault("it does not tell which distribution it is for") }
        var seen: Set<AffectedPackage> = []
        let affected = shown.compactMap { package, module -> AffectedPackage? in
            let entry = AffectedPackage(
                scope: home.scope, order: home.order, name: package.name,
                counting: binaries.isEmpty ? .source : .binary,
                ranges: [.before(fix: package.version)], module: module)
            return seen.insert(entry).inserted ? entry : nil
        }
        let cves = vulnerabilities.compactMap(VulnerabilityName.cve).unique
        return Advisory(
            id: id,
            source: AdvisorySource(
                name: "\(home.distribution ?? "rpm")-notices", authority: .notices),
            vulnerabilities: cves, severity: severity, published: published, modified: modified,
            title: headline(title), affected: affected.withModule(ofTitle: title))
    }
}

extension [String] {
    /// The texts in their order, each once.
    var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

/// Tells for which release of which RPM distribution a notice is: by its id, by the name of its
/// repository or product, and by the tag that the distribution puts into its packages' releases.
enum RPMRelease {
    static func home(id: String, hint: String, versions: [String]) -> PackageHome? {
        let tag = versions.lazy.compactMap(self.tag).first
        // EPEL's packages are for RHEL, not for a release of Fedora.
        if id.hasPrefix("FEDORA-EPEL-") {
            let release = tag?.release ?? number(hint) ?? ""
            return DistributionNames.rpm("rhel", release, channel: "epel")
        }
        if let home = suse(id: id, hint: hint) { return home }
        if let home = ProductNames.home(name: hint), case .release(let release) = home.scope,
            !release.release.isEmpty
        {
            return home
        }
        guard let distribution = distribution(id: id, hint: hint) ?? tag?.distribution else {
            return nil
        }
        if distribution == "amzn" { return DistributionNames.rpm("amzn", amazon(id, hint, tag)) }
        let release = tag?.release ?? number(hint) ?? ""
        // SUSE's tags tell no release: without one it would count for all of them.
        if release.isEmpty, ["sles", "opensuse-leap"].contains(distribution) { return nil }
        return DistributionNames.rpm(distribution, release)
    }

    /// `SUSE-SLE-Module-Basesystem 15-SP5`, `openSUSE Backports SLE-15-SP5 Update`, `openSUSE
    /// Tumbleweed`: as SUSE's repositories name what an update is for, in its release or its id.
    private static func suse(id: String, hint: String) -> PackageHome? {
        let text = "\(hint) \(id)"
        guard text.lowercased().contains("suse"), !hint.hasPrefix("SUSE Linux ") else { return nil }
        let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "." }
        if words.contains("Tumbleweed") || words.contains("Factory") {
            return DistributionNames.rpm("opensuse-tumbleweed", "")
        }
        guard let place = words.firstIndex(where: isServicePack), place > 0,
            words[place - 1].allSatisfy(\.isNumber)
        else { return nil }
        let release = "\(words[place - 1]).\(words[place].dropFirst(2))"
        // Leap is built on the service pack of the same number.
        if hint.hasPrefix("openSUSE") || id.hasPrefix("openSUSE") {
            return DistributionNames.rpm("opensuse-leap", release)
        }
        let channels = [
            ("LTSS", "ltss"), ("ESPOS", "espos"), ("SAP", "sap"), ("HPC", "hpc"), ("RT", "rt"),
            ("SLED", "desktop"), ("DESKTOP", "desktop"),
        ]
        let channel = channels.first { name, _ in words.contains { $0 == name } }?.1
        return DistributionNames.rpm("sles", release, channel: channel)
    }

    /// `SP5`
    private static func isServicePack(_ word: Substring) -> Bool {
        word.hasPrefix("SP") && word.count > 2 && word.dropFirst(2).allSatisfy(\.isNumber)
    }

    private static func distribution(id: String, hint: String) -> String? {
        let prefixes = [
            ("ALAS", "amzn"), ("ALSA-", "almalinux"), ("ALBA-", "almalinux"),
            ("ALEA-", "almalinux"), ("RLSA-", "rocky"), ("RLBA-", "rocky"), ("RLEA-", "rocky"),
            ("RXSA-", "rocky"), ("RHSA-", "rhel"), ("RHBA-", "rhel"), ("RHEA-", "rhel"),
            ("ELSA-", "ol"), ("ELBA-", "ol"), ("ELEA-", "ol"), ("FEDORA-", "fedora"),
            ("BRSA-", "bottlerocket"), ("CESA-", "centos"), ("openSUSE-", "opensuse-leap"),
            ("SUSE-", "sles"),
        ]
        if let known = prefixes.first(where: { id.hasPrefix($0.0) }) { return known.1 }
        let words = [
            ("amazon", "amzn"), ("almalinux", "almalinux"), ("rocky", "rocky"),
            ("opensuse", "opensuse-leap"), ("fedora", "fedora"), ("oracle", "ol"),
            ("redhat", "rhel"), ("rhel", "rhel"), ("suse", "sles"), ("centos", "centos"),
        ]
        let text = hint.lowercased()
        return words.first { text.contains($0.0) }?.1
    }

    /// `ALAS2023-…` and `ALAS2-…` tell the release; those without a number are Amazon Linux 1.
    private static func amazon(
        _ id: String, _ hint: String, _ tag: (distribution: String, release: String)?
    ) -> String {
        let digits = id.dropFirst(4).prefix { $0.isNumber }
        if !digits.isEmpty { return String(digits) }
        if let tag, tag.distribution == "amzn" {
            return tag.release == "1" ? "2018.03" : tag.release
        }
        let number = hint.split { !$0.isNumber && $0 != "." }.last.map(String.init)
        return number == "2023" || number == "2" ? number ?? "" : "2018.03"
    }

    /// The first number in a text: `almalinux-9-for-x86_64` is release 9.
    private static func number(_ text: String) -> String? {
        text.split { !$0.isNumber && $0 != "." }.first { $0.contains(where: \.isNumber) }
            .map(String.init)
    }

    /// `1.0-2.el9_4.1` → RHEL's family 9; `.amzn2023.0.2`, `.fc40`, `.lp155`.
    private static func tag(_ version: String) -> (distribution: String, release: String)? {
        guard let dash = version.lastIndex(of: "-") else { return nil }
        for part in version[dash...].split(whereSeparator: { $0 == "." || $0 == "+" || $0 == "-" })
        {
            for (prefix, distribution) in [
                ("module_el", "rhel"), ("el", "rhel"), ("amzn", "amzn"), ("fc", "fedora"),
                ("lp", "opensuse-leap"),
            ] where part.hasPrefix(prefix) {
                let digits = part.dropFirst(prefix.count).prefix { $0.isNumber }
                guard !digits.isEmpty else { continue }
                if prefix == "lp", digits.count == 3 {
                    return (distribution, "\(digits.prefix(2)).\(digits.suffix(1))")
                }
                return (distribution, String(digits))
            }
        }
        return nil
    }
}
