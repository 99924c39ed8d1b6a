/// One record of any feed: what every reader of a format produces, and what an index is built of.
public enum FeedRecord: Hashable, Sendable {
    /// What a publisher says of packages.
    case advisory(Advisory)
    /// What is known of a vulnerability itself.
    case vulnerability(VulnerabilityRecord)
    /// An entry of CISA's catalogue.
    case knownExploited(KnownExploited)
    /// A probability of exploitation.
    case exploitProbability(ExploitProbability)
    /// A product's release cycle.
    case endOfLifeCycle(EndOfLifeCycle)
    /// A release of Debian or Ubuntu.
    case distributionRelease(DistributionRelease)
}
