import Administration
import ControlPlane
import Duties
import DutyPages
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords

/// Windows, and who is on duty in them.
extension Dashboard {
    /// How many openings of each window are asked for: three a day fill the four weeks that are
    /// drawn, and some.
    private static let openingsDrawn = 100

    static func windows(
        of tenant: TenantID?, _ visit: Visit, editing: DutyEditing = DutyEditing(),
        refused: Refusal? = nil
    ) async throws -> HTML {
        guard let tenant else {
            return windowsPage([], tenant: nil, refused: refused, chrome: visit.chrome)
        }
        let openings = try await visit.useCases.windowOpenings(
            for: tenant, count: openingsDrawn, by: visit.principal)
        let duties = try await visit.useCases.duties(of: tenant, by: visit.principal)
        return windowsPage(
            openings, tenant: tenant, duties: duties, editing: editing, refused: refused,
            chrome: visit.chrome)
    }

    static func declareDuty(_ visit: Visit, _ form: FormFields) async throws -> Answer {
        let tenant = form["tenant"].flatMap(TenantID.init)
        let editing = DutyEditing(
            person: form["person"] ?? "", from: form["from"] ?? "", until: form["until"] ?? "",
            windows: Set(form.all("window")))
        return try await dutyChanged(visit, tenant, editing) {
            guard let until = Timestamp("\(editing.until):00Z"),
                editing.from.isEmpty || Timestamp("\(editing.from):00Z") != nil
            else {
                throw Refusal(
                    .malformed, "E_DUTY_TIME", "The form does not say from when and until when.",
                    nextStep: "Fill in the times.")
            }
            let wish = DutyWish(
                tenant: tenant, person: editing.person.isEmpty ? nil : editing.person,
                from: Timestamp("\(editing.from):00Z"), until: until,
                windows: editing.windows.isEmpty ? nil : editing.windows.sorted())
            return try await visit.useCases.declareDuty(wish, by: visit.principal)
        }
    }

    /// Does something with duties; a refusal is shown over what was typed.
    static func dutyChanged(
        _ visit: Visit, _ tenant: TenantID?, _ editing: DutyEditing = DutyEditing(),
        _ change: () async throws -> DutySummary
    ) async throws -> Answer {
        do {
            let isWaiting = try await change().state == .waiting
            return .redirect(
                to: Place.windows.with("tenant", tenant?.text),
                isWaiting ? .dutyWaits : .dutyChanged)
        } catch let refusal as Refusal {
            let page = try await windows(of: tenant, visit, editing: editing, refused: refusal)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }
}
