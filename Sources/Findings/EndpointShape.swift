import Advisories
import Fleet
import ServerRecords

/// All that decides which rows an endpoint has. Endpoints of one shape have the same ones: what is
/// known of the first is taken for the others.
///
/// It is a hash of 64 bits, as the stamp of an endpoint is: of 50,000 shapes two are the same by
/// chance in one of ten thousand million fleets, and the whole texts would take more memory while
/// the fleet is read than all that is known in the end.
struct EndpointShape: Hashable, Sendable {
    private let hash: Int

    /// How many are remembered, about 40 bytes each, before all are forgotten: a fleet in which
    /// every endpoint is special has as many as endpoints, and gains nothing by them.
    static let mostRemembered = 50_000

    /// What endpoints with this footing have in common, whatever their software is.
    init(footing: SoftwareFooting) {
        var hasher = Hasher()
        hasher.combine(footing.os)
        hasher.combine(footing.kernel)
        hasher.combine(footing.replaced)
        hasher.combine(footing.channels)
        hash = hasher.finalize()
    }

    /// The shape of endpoints with an inventory on what they have in common.
    init(digest: String, on footing: EndpointShape) {
        var hasher = Hasher()
        hasher.combine(digest)
        hasher.combine(footing)
        hash = hasher.finalize()
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
