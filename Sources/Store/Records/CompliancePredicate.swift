import Fleet

/// The rule of compliance as SQL. `Policy.ComplianceRule.verdict` is the same rule as a function,
/// and a test holds the two together.
enum CompliancePredicate {
    /// The compliance of a row of `endpoint`, as the text of a case of `Compliance`.
    ///
    /// - Parameter freshSince: The placeholder of the instant before which a scan tells nothing.
    /// - Returns: A CASE expression.
    static func expression(freshSince: String) -> String {
        """
        CASE WHEN scanned_at IS NULL OR scanned_at < \(freshSince) THEN 'unknown' \
        WHEN missing_security > 0 OR reboot_required = 1 \
        OR unsupported IS NOT NULL OR overdue IS NOT NULL THEN 'nonCompliant' \
        WHEN sources_not_ok > 0 OR settled_digest IS NULL \
        OR settled_digest <> inventory_digest THEN 'unknown' ELSE 'compliant' END
        """
    }
}

extension Compliance: SQLConvertible {}
