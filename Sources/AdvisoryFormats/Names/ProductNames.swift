import Advisories

/// Products of Red Hat and SUSE, as CPE names and as texts, and the releases that they stand for.
enum ProductNames {
    /// Where the packages of a product live, by its CPE (2.2 URI or 2.3 string); `nil` when that
    /// is no distribution known here.
    static func home(cpe: String) -> PackageHome? {
        let fields: [String]
        if cpe.hasPrefix("cpe:/") {
            fields = cpe.dropFirst(5).split(separator: ":", omittingEmptySubsequences: false)
                .map(String.init)
        } else if cpe.hasPrefix("cpe:2.3:") {
            fields = cpe.dropFirst(8).split(separator: ":", omittingEmptySubsequences: false)
                .map { $0 == "*" || $0 == "-" ? "" : String($0) }
        } else {
            return nil
        }
        guard fields.count > 3 else { return nil }
        let (vendor, product) = (fields[1], fields[2])
        let rest = Array(fields[3...])
        switch vendor {
        case "redhat":
            return redHat(([product] + rest).joined(separator: ":"))
        case "suse": return suse(product: product, rest)
        case "opensuse":
            if product == "tumbleweed" { return DistributionNames.rpm("opensuse-tumbleweed", "") }
            return DistributionNames.rpm("opensuse-\(product)", rest[0])
        case "microsoft" where product == "azurelinux" || product == "azure_linux":
            return DistributionNames.azureLinux(rest[0])
        case "almalinux", "rocky", "oracle", "fedoraproject":
            let names = ["oracle": "ol", "fedoraproject": "fedora"]
            return DistributionNames.rpm(names[vendor] ?? vendor, rest[0])
        default: return nil
        }
    }

    // MARK: Red Hat

    /// A product of Red Hat in the short form of a CPE: `enterprise_linux:9::baseos`,
    /// `rhel_eus:9.2::appstream`, `openshift:4.16::el9`.
    ///
    /// Enterprise Linux itself is received by all; its long supports have the minor release they
    /// are for, and they and layered products are channels.
    static func redHat(_ product: String) -> PackageHome {
        let fields = product.split(separator: ":", omittingEmptySubsequences: false).map(
            String.init)
        let name = fields[0]
        let version = fields.count > 1 ? fields[1] : ""
        if name == "enterprise_linux" {
            // Betas and the like are no release of their own; `8.2` is release 8.
            let major = String(version.prefix { $0.isNumber })
            return DistributionNames.rpm("rhel", major)
        }
        if name.hasPrefix("rhel_"), version.first?.isNumber == true, !version.isEmpty,
            longSupports.contains(name)
        {
            return DistributionNames.rpm("rhel", version, channel: String(name.dropFirst(5)))
        }
        let base = fields.last { $0.hasPrefix("el") && $0.dropFirst(2).first?.isNumber == true }
        return DistributionNames.rpm(
            "rhel", base.map { String($0.dropFirst(2)) } ?? "", channel: name)
    }

    private static let longSupports: Set = [
        "rhel_eus", "rhel_aus", "rhel_e4s", "rhel_tus", "rhel_els", "rhel_eus_long_life",
        "rhel_mission_critical",
    ]

    // MARK: SUSE

    /// A product of SUSE by its CPE: `sles`, `15`, `sp5`.
    private static func suse(product: String, _ rest: [String]) -> PackageHome {
        let pack = rest.dropFirst().first { $0.hasPrefix("sp") }.map { $0.dropFirst(2) }
        // From 16 on the release stands whole behind the major number: `sles:16:16.0:server`.
        let whole = rest.dropFirst().first { $0.hasPrefix(rest[0] + ".") }
        let release = pack.map { "\(rest[0]).\($0)" } ?? whole ?? rest[0]
        let editions = [
            "sles": "", "sle-ltss": "ltss", "sles-ltss": "ltss", "sles_sap": "sap",
            "sle_hpc": "hpc", "sle_hpc-ltss": "hpc", "sle_hpc-espos": "hpc", "sled": "desktop",
            "suse_sles": "",
        ]
        if let channel = editions[product] {
            return DistributionNames.rpm(
                "sles", release, channel: channel.isEmpty ? nil : channel)
        }
        // What came before SLE Micro 5.3 bears its older name there.
        if product == "suse-microos" { return DistributionNames.rpm("sle-micro", release) }
        // A module's packages go to every server of the release.
        if product.hasPrefix("sle-module") || product.hasPrefix("sle_module") {
            return DistributionNames.rpm("sles", release)
        }
        return DistributionNames.rpm(product.replacing("_", with: "-"), release)
    }

    /// A product of SUSE by its name: `SUSE Linux Enterprise Server 15 SP5`, `openSUSE Leap 15.5`,
    /// `SUSE Linux Enterprise Module for Basesystem 15 SP5`. Names without `SUSE` in front, as OSV
    /// has them behind its colon, are read too.
    static func suse(_ name: String) -> PackageHome {
        var words = name.replacing("-LTSS", with: " LTSS").split(separator: " ").map(String.init)
        if words.first == "openSUSE" {
            let release = words.count > 2 ? words[2] : ""
            let kind = words.count > 1 ? words[1].lowercased() : "leap"
            return DistributionNames.rpm("opensuse-\(kind)", release)
        }
        var channel = words.contains("LTSS") ? "ltss" : words.contains("ESPOS") ? "espos" : nil
        words.removeAll { ["SUSE", "LTSS", "ESPOS", "Core"].contains($0) }
        let number = words.first { $0.first?.isNumber == true } ?? ""
        let pack = words.first {
            $0.hasPrefix("SP") && $0.count > 2 && $0.dropFirst(2).allSatisfy(\.isNumber)
        }
        let release = pack.map { "\(number).\($0.dropFirst(2))" } ?? number
        let (distribution, edition) = suseEdition(words.joined(separator: " "))
        channel = channel ?? edition
        return DistributionNames.rpm(distribution, release, channel: channel)
    }

    /// Editions are built from the packages of the server, but receive some of them longer: they
    /// are channels of it.
    private static func suseEdition(_ name: String) -> (distribution: String, channel: String?) {
        let known: [(String, (String, String?))] = [
            ("Linux Enterprise Server for SAP", ("sles", "sap")),
            ("Linux Enterprise High Performance", ("sles", "hpc")),
            ("Linux Enterprise Desktop", ("sles", "desktop")),
            ("Linux Enterprise Real Time", ("sles", "rt")),
            ("Linux Enterprise Micro", ("sle-micro", nil)), ("Linux Micro", ("sl-micro", nil)),
            ("Linux Enterprise", ("sles", nil)),
        ]
        return known.first { name.hasPrefix($0.0) }?.1 ?? ("suse", name.lowercased())
    }

    /// A distribution by a product's plain name; `nil` when it is none known here.
    static func home(name: String) -> PackageHome? {
        if name.hasPrefix("SUSE ") || name.hasPrefix("openSUSE ") { return suse(name) }
        for prefix in ["Azure Linux ", "CBL-Mariner ", "CBL Mariner "] where name.hasPrefix(prefix)
        {
            return DistributionNames.azureLinux(String(name.dropFirst(prefix.count)))
        }
        let known = [
            ("Red Hat Enterprise Linux ", "rhel"), ("AlmaLinux ", "almalinux"),
            ("Rocky Linux ", "rocky"), ("Oracle Linux ", "ol"), ("Fedora ", "fedora"),
            ("CentOS ", "centos"), ("Amazon Linux ", "amzn"), ("openEuler-", "openeuler"),
            ("Photon ", "photon"),
        ]
        for (prefix, distribution) in known where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            let number = rest.split(whereSeparator: { $0 == " " || $0 == ")" })
                .first { $0.first?.isNumber == true }
            let version = String(number ?? "")
            let release = distribution == "rhel" ? String(version.prefix { $0 != "." }) : version
            return DistributionNames.rpm(distribution, release)
        }
        return nil
    }
}
