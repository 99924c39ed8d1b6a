package import Advisories
package import Calendar
package import Fleet
package import Policy
package import ServerRecords

/// What findings on an endpoint depend on besides its software. A fleet of any size has few
/// distinct ones, so that findings are assessed once for each of them, never for each endpoint.
package struct EndpointStanding: Sendable {
    /// Its exposure and criticality.
    package var context: EndpointContext
    /// Whether somebody has said whether it can be reached from the internet.
    package var isExposureKnown: Bool
    /// The regimes whose deadlines hold for it.
    package var presets: [SLAPreset]
    /// The zone in which they count days.
    package var zone: TimeZoneRules
    /// When their clocks stand still, and for what.
    package var pauses: [RiskPause]

    /// The deadlines that findings are held to on endpoints whose policies name none.
    package static let usualPresets: [SLAPreset] = [.bod2604, .pci401]

    /// An endpoint of which nobody has said anything, under no policy.
    package static let usual = EndpointStanding(EndpointTraits(), under: nil, zone: .utc)

    /// How an endpoint stands.
    ///
    /// - Parameters:
    ///   - traits: what people say of it.
    ///   - policy: what holds for it; where that names no regime, the usual ones count.
    ///   - zone: its zone.
    ///   - pauses: of the exceptions that were approved for it.
    package init(
        _ traits: EndpointTraits, under policy: EffectivePolicy?, zone: TimeZoneRules,
        pauses: [RiskPause] = []
    ) {
        context = EndpointContext(traits)
        isExposureKnown = traits.isExposed != nil
        let named = Set((policy?.sla ?? []).compactMap { SLAPreset(rawValue: $0.value.text) })
        presets = named.isEmpty ? Self.usualPresets : SLAPreset.allCases.filter(named.contains)
        self.zone = zone
        self.pauses = pauses
    }
}

extension EndpointStanding: Hashable {
    /// Zones of one name have the same rules in one process.
    package static func == (left: Self, right: Self) -> Bool {
        left.context == right.context && left.isExposureKnown == right.isExposureKnown
            && left.presets == right.presets
            && left.zone.name == right.zone.name && left.pauses == right.pauses
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(context)
        hasher.combine(isExposureKnown)
        hasher.combine(presets)
        hasher.combine(zone.name)
        hasher.combine(pauses)
    }
}

extension EndpointContext {
    /// What people say of an endpoint, as scores ask for it. What nobody has said is assumed; who
    /// says that it is not exposed does not say that nothing reaches it.
    package init(_ traits: EndpointTraits) {
        let criticality: Advisories.Criticality =
            switch traits.criticality {
            case .low: .low
            case .normal, nil: .medium
            case .high, .critical: .high
            }
        self.init(
            exposure: traits.isExposed == true ? .internetFacing : .internalNetwork,
            criticality: criticality)
    }
}

/// How the endpoints of a fleet stand.
package struct StandingTable: Sendable {
    private var distinct: [EndpointStanding] = []
    private var numbers: [EndpointStanding: Int] = [:]
    private var holders: [EndpointSet] = []
    /// By the endpoint's number, the place of its standing.
    private var places: [Int32] = []
    /// Endpoints that must be looked at again.
    private var unsettled = EndpointSet()
    private var stamps: [TenantID: String] = [:]

    /// Each distinct standing with its endpoints.
    package var classes: [(standing: EndpointStanding, endpoints: EndpointSet)] {
        zip(distinct, holders).filter { !$1.isEmpty }.map { ($0, $1) }
    }

    /// How an endpoint stands.
    package func standing(of endpoint: UInt32) -> EndpointStanding {
        guard places.indices.contains(Int(endpoint)), places[Int(endpoint)] >= 0 else {
            return .usual
        }
        return distinct[Int(places[Int(endpoint)])]
    }

    /// Notes how an endpoint stands, and returns whether that changes how bad its findings are.
    package mutating func set(_ standing: EndpointStanding, of endpoint: UInt32) -> Bool {
        let before = self.standing(of: endpoint)
        remove(endpoint)
        let place = numbers[standing] ?? distinct.count
        if place == distinct.count {
            numbers[standing] = place
            distinct.append(standing)
            holders.append(EndpointSet())
        }
        while places.count <= Int(endpoint) { places.append(-1) }
        places[Int(endpoint)] = Int32(truncatingIfNeeded: place)
        holders[place].insert(endpoint)
        return before.context != standing.context
    }

    /// Forgets an endpoint.
    package mutating func remove(_ endpoint: UInt32) {
        guard places.indices.contains(Int(endpoint)), places[Int(endpoint)] >= 0 else { return }
        holders[Int(places[Int(endpoint)])].remove(endpoint)
        places[Int(endpoint)] = -1
    }

    /// Notes that an endpoint must be looked at again.
    package mutating func unsettle(_ endpoint: UInt32) { unsettled.insert(endpoint) }

    /// The endpoints of a tenant that must be looked at: all when the stamp of what holds for them
    /// is a new one. Whoever asks looks at them.
    package mutating func takeUnsettled(
        _ endpoints: EndpointSet, of tenant: TenantID, stamp: String
    ) -> EndpointSet {
        let wanted = stamps[tenant] == stamp ? unsettled.intersection(endpoints) : endpoints
        if wanted.isEmpty { return wanted }
        stamps[tenant] = stamp
        unsettled = unsettled.subtracting(endpoints)
        return wanted
    }

    /// Notes that a tenant could not be looked at.
    package mutating func forget(_ tenant: TenantID) { stamps[tenant] = nil }
}
