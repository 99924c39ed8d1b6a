public import Policy

/// Limits how fast a package tool downloads.
public protocol DownloadLimiting: Sendable {
    /// The same run, with what it downloads limited by its tool's own option. A lower limit of the
    /// endpoint's own configuration stays.
    func limiting(_ run: RunPlan, to bandwidth: Bandwidth) async -> RunPlan
}

extension DownloadLimiting {
    /// The run as it is.
    public func limiting(_ run: RunPlan, to bandwidth: Bandwidth) async -> RunPlan { run }
}
