import Administration
import Calendar
import ControlPlane
import Fleet
import Policy

extension DecidedEndpoint {
    /// The openings without a break before an instant in which an installation could be, the latest
    /// first, as if nothing was frozen.
    func openings(before instant: Timestamp, of install: PlannedFleet.Install) -> [Occurrence] {
        guard let policy else { return [] }
        let release = updates.first { $0.subject.update.key == install.update.key }?
            .subject.outSince
        let calendar = try? WindowCalendar(
            policy.effective.windows(of: install.lane), zones: zones, release: release)
        return calendar?.only(.install).joined(before: instant) ?? []
    }
}
