/// What stays open because updates are not installed: how many vulnerabilities, and on how many
/// endpoints.
public struct OpenRisks: Hashable, Sendable, Codable {
    /// How many different vulnerabilities.
    public var vulnerabilities: Int
    /// How many of them are known to be exploited (KEV).
    public var exploited: Int
    /// On how many endpoints one of them is.
    public var endpoints: Int

    /// Figures.
    ///
    /// - Parameters:
    ///   - vulnerabilities: how many different ones.
    ///   - exploited: how many of them are known to be exploited.
    ///   - endpoints: on how many endpoints.
    public init(vulnerabilities: Int, exploited: Int, endpoints: Int) {
        self.vulnerabilities = vulnerabilities
        self.exploited = exploited
        self.endpoints = endpoints
    }

    /// The figures in few words, for tables: `12 (2 KEV) on 40`.
    public var short: String {
        guard vulnerabilities > 0 else { return "none known" }
        let known = exploited > 0 ? " (\(exploited) KEV)" : ""
        return "\(vulnerabilities)\(known) on \(endpoints)"
    }

    /// The figures as a sentence.
    public var sentence: String {
        guard vulnerabilities > 0 else {
            return "No vulnerability that the feeds tell of stays open by it."
        }
        let verb = vulnerabilities == 1 ? "vulnerability stays" : "vulnerabilities stay"
        let places = endpoints == 1 ? "1 endpoint" : "\(endpoints) endpoints"
        let known =
            exploited == 0
            ? "" : ", \(exploited) of them known to be exploited (KEV)"
        return "\(vulnerabilities) \(verb) open on \(places)\(known)."
    }
}
