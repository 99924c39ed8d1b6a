import Calendar
import Fleet
import Policy
import Trust

/// What the operator of a world wants: windowed work goes through two rings in a window that opens
/// once a day, and what people send out by hand goes at any time.
struct WorldPolicy {
    static let name = "simulated"
    /// The names of the first two endpoints of the first tenant.
    static let canaries = ["ep0", "ep1"]
    /// For how long the canaries are watched, in seconds.
    static let soakSeconds: Int64 = 120
    /// How many endpoints of a ring may be in work at once.
    static let budget = 1

    let policy: PatchPolicy
    let window: DailyWindow

    /// A constant of the simulation that the types of the product refuse.
    struct WrongConstant: Error {}

    /// The policy as the server has it: with a bug planted, its gate is always open,
    /// or there is no budget.
    init(window: DailyWindow, plant: PlantedBug?) throws {
        self.window = window
        func name(_ text: String) throws -> PolicyName {
            guard let name = PolicyName(text) else { throw WrongConstant() }
            return name
        }
        let isOpen = plant == .gate
        guard let soak = TimeSpan(seconds: isOpen ? 0 : Self.soakSeconds),
            let share = Percentage(isOpen ? "0%" : "100%"),
            let midnight = LocalTime(hour: 0, minute: 0),
            let anyTime = MaintenanceWindow(
                name: "any", recurrence: .daily, from: midnight, lengthSeconds: 86_400)
        else { throw WrongConstant() }
        let budget = plant == .budget ? nil : DisruptionBudget(.endpoints(Self.budget))
        let canaries = Self.canaries.joined(separator: ", ")
        let rings = [
            Ring(
                name: try name("canary"),
                members: .matching(try GroupExpression(parsing: "hostname in (\(canaries))")),
                soak: soak, gate: RingGate(verified: share, minimum: isOpen ? 0 : 1),
                budget: budget),
            Ring(name: try name("broad"), members: .rest, budget: budget),
        ]
        policy = PatchPolicy(
            name: try name(Self.name), applies: try GroupExpression(parsing: "all"),
            lanes: Lanes(
                routine: LaneRoute(windows: [try name("nightly")], rings: try name("standard")),
                emergency: LaneRoute(windows: [try name("any")])),
            otherwise: Treatment(.byHand), windows: [window.window, anyTime],
            rings: [try name("standard"): rings])
    }

    /// The ring of an endpoint, by its name.
    static func ring(of endpoint: String) -> PolicyName? {
        PolicyName(canaries.contains(endpoint) ? "canary" : "broad")
    }
}
