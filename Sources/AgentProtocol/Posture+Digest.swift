public import Fleet

extension Posture {
    /// The posture without what changes from minute to minute (free space, refresh times, process
    /// ids, users, charge), so that an unchanged endpoint has an unchanged digest and a check-in
    /// stays small. What is left out travels with the next change.
    public var digestible: Posture {
        var copy = self
        copy.endpoint.usersLoggedIn = []
        copy.endpoint.power.batteryPercent = nil
        copy.endpoint.disks = copy.endpoint.disks.map {
            Disk(mountPoint: $0.mountPoint, freeBytes: 0, totalBytes: $0.totalBytes)
        }
        copy.sources = copy.sources.map {
            SourceState(name: $0.name, state: $0.state, refreshedAt: nil, error: $0.error)
        }
        copy.restarts = copy.restarts.map {
            RestartNeed(process: $0.process, pid: 0, unit: $0.unit, files: $0.files)
        }
        return copy
    }
}
