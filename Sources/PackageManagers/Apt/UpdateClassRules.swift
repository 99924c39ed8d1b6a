import Fleet

/// What an update is for, from where its versions come; apt itself knows no classes.
///
/// - security: the candidate, or a version between the installed one and the candidate, comes
///   from a security archive. The versions between count, since a fix stays a fix when a later
///   version that holds it comes from elsewhere.
/// - bugfix: the candidate comes from the distribution's own stable archive or its updates (a
///   point release), which take nothing but fixes.
/// - feature: everything else: backports, testing and unstable, which bring new upstream
///   versions, and archives of third parties, of which nothing is known.
enum UpdateClassRules {
    /// Distributions whose release archives take fixes only once they are released.
    private static let stableDistributions: Set = ["Debian", "Ubuntu", "Raspbian", "Devuan"]

    /// Archives of these that bring new versions nevertheless.
    private static let rolling: Set = ["testing", "unstable", "experimental", "sid", "devel"]

    /// The classes of an update.
    ///
    /// - Parameters:
    ///   - candidate: The releases that have the candidate.
    ///   - between: The releases that have a version newer than the installed one and older than
    ///     the candidate.
    /// - Returns: The classes, sorted; never empty.
    static func classes(candidate: [AptRelease], between: [AptRelease]) -> [UpdateClass] {
        var classes: Set<UpdateClass> = []
        if (candidate + between).contains(where: isSecurity) { classes.insert(.security) }
        for release in candidate where !isSecurity(release) {
            classes.insert(isStable(release) ? .bugfix : .feature)
        }
        if classes.isEmpty { classes.insert(.feature) }
        return classes.sorted()
    }

    /// Debian: label `Debian-Security`, suite `stable-security` (before Debian 11
    /// `stable/updates`). Ubuntu: suite `jammy-security`.
    static func isSecurity(_ release: AptRelease) -> Bool {
        release.label == "Debian-Security"
            || [release.suite, release.codename].contains {
                $0.hasSuffix("-security")
                    || ($0.hasSuffix("/updates") && release.origin == "Debian")
            }
    }

    private static func isStable(_ release: AptRelease) -> Bool {
        guard stableDistributions.contains(release.origin) else { return false }
        return ![release.suite, release.codename].contains { name in
            rolling.contains(name) || name.hasSuffix("-backports")
                || name.hasSuffix("-backports-sloppy") || name.hasSuffix("-proposed")
                || name.hasSuffix("-proposed-updates")
        }
    }
}
