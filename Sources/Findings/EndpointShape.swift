import Advisories
import Fleet
import ServerRecords

/// All that decides which rows an endpoint has. Endpoints of one shape have the same ones: what is
/// known of the first is taken for the others.
struct EndpointShape: Hashable, Sendable {
    let digest: String
    let os: OperatingSystem
    let kernel: String
    let replaced: [String]
    let channels: [String]

    /// How many are remembered, about 200 bytes each, before all are forgotten: a fleet in which
    /// every endpoint is special has as many as endpoints, and gains nothing by them.
    static let mostRemembered = 50_000

    init(digest: String, footing: SoftwareFooting) {
        self.digest = digest
        os = footing.os
        kernel = footing.kernel
        replaced = footing.replaced
        channels = footing.channels
    }
}

/// What decides how kernels and replaced code count: few distinct ones, whatever else endpoints
/// have.
struct SpecialRows: Hashable, Sendable {
    let platform: FleetIndex.PlatformNumber
    let kernel: String
    let replaced: [String]
    let rows: [FleetIndex.SoftwareNumber]

    /// How many are remembered, some hundred bytes each, before all are forgotten.
    static let mostRemembered = 4_000
}
