package import Policy

extension UpdateSubject {
    /// Concludes what is left open of an update that is known to close no vulnerability: none of
    /// them is exploited, or likely to be.
    package mutating func settleWithoutVulnerabilities() {
        guard vulnerabilities?.isEmpty == true else { return }
        (kev, epss) = (kev ?? false, epss ?? 0)
    }
}
