/// The bounds of evidence: an endpoint that is under attack must not be made to fill disks with it,
/// its own or the server's.
public enum EvidenceLimits {
    /// The largest bundle as JSON, in bytes: a busy server with 2,000 processes has about 2 MB.
    public static let bundleBytes = 4 * 1024 * 1024
    /// What a bundle may hold beside its lines, in bytes as JSON: names, sentences, punctuation.
    public static let frameBytes = 64 * 1024
    /// The most lines' bytes of one section, as JSON: 2,000 lines of 256 bytes, and none crowds out
    /// the others.
    public static let sectionBytes = 512 * 1024
    /// The longest line, in bytes as JSON: a command line, cut where it would fill pages.
    public static let lineBytes = 1_024
    /// The longest sentence that says why a section could not be taken, in bytes as JSON.
    public static let failureBytes = 512
    /// The most vulnerabilities that a bundle, a request or a demand names: more than one update
    /// mends, and a sentence stays readable.
    public static let vulnerabilities = 50
    /// The longest name of a vulnerability, in bytes.
    public static let vulnerabilityBytes = 64
    /// The most requests in one answer to a check-in: the rest follows with the next.
    public static let requestsAtOnce = 5
    /// How long a capture may take, in seconds: it stands before an installation in its window.
    public static let captureSeconds: Int64 = 120
    /// The shortest time between two captures that a server asks for, in seconds: a hostile one
    /// cannot keep endpoints busy.
    public static let requestSpacingSeconds: Int64 = 3_600
    /// How many bundles an endpoint keeps: 20 MB at most.
    public static let keptBundles = 5
    /// For how long an endpoint keeps a bundle, and how old evidence may be to count at all, in
    /// seconds: 30 days.
    public static let keptSeconds: Int64 = 30 * 86_400
}
