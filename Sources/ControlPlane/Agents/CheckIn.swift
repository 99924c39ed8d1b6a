public import AgentProtocol
import Findings
package import Fleet
public import ServerRecords

extension UseCases {
    /// How often an agent checks in, in seconds: its request for work is open all the time, so this
    /// is only for noticing change.
    static let checkInIntervalSeconds: Int64 = 120
    /// How often an agent scans, in seconds.
    static let scanIntervalSeconds: Int64 = 6 * 3600

    /// An agent says what it looks like, by digests. The common case is one statement, in a
    /// transaction shared with others, and one short answer.
    public func checkIn(
        _ request: CheckInRequest, by agent: AgentPrincipal
    ) async throws -> CheckInResponse {
        let now = effects.now()
        let report = CheckInReport(
            scannedAt: Self.believed(request.scannedAt, at: now),
            inventoryDigest: request.inventoryDigest,
            postureDigest: request.postureDigest,
            agentVersion: PlainText.line(request.agentVersion, atMost: Self.longestLabel),
            bootId: PlainText.line(request.bootId, atMost: Self.longestLabel))
        let held = try await checkInDesk.standing(
            for: .init(endpoint: agent.endpoint, tenant: agent.tenant, report: report, at: now),
            in: ledger)
        guard let held else { throw Self.endpointGone }
        if let health = request.health { try await hear(health, of: agent.endpoint, at: now) }
        let isUnchanged =
            held.inventoryDigest == request.inventoryDigest
            && held.postureDigest == request.postureDigest
        return CheckInResponse(
            wantsScan: !isUnchanged && request.inventoryDigest != nil,
            knownInventoryDigest: isUnchanged ? nil : held.inventoryDigest,
            hasWork: held.openJobs > 0,
            scanNow: mustScan(
                agent.endpoint, requestedAt: held.scanRequestedAt, scannedAt: request.scannedAt,
                reportedScan: request.scannedAt),
            nextCheckInSeconds: Self.checkInIntervalSeconds,
            scanIntervalSeconds: Self.scanIntervalSeconds,
            serverTime: now, policyDigest: try await trustTag(of: agent.tenant, at: now),
            evidenceRequests: held.forensics?.request.map { [$0] },
            probes: peerDesk.probes(of: agent.endpoint))
    }

    /// How far an endpoint's clock may be ahead of the server's before the time of its scan is not
    /// taken over, in seconds: an access token asks for the same.
    static let clockAheadSeconds: Int64 = 300

    /// When a scan was taken, by the server's clock; `nil` when the endpoint's is too far ahead to
    /// tell: the same scan would else look fresh at every check-in until that time comes.
    private static func believed(_ scannedAt: Timestamp?, at now: Timestamp) -> Timestamp? {
        guard let scannedAt, scannedAt <= now.adding(seconds: clockAheadSeconds) else { return nil }
        return min(scannedAt, now)
    }

    /// The longest short text (a version, a boot identifier) that is stored, in characters.
    package static let longestLabel = 128

    /// What an agent is told whose endpoint is not there, or was retired.
    static let endpointGone = Refusal(
        .gone, "E_ENDPOINT_RETIRED", "This endpoint is not known here, or was retired.",
        nextStep: "Enrol it again with a new enrolment token if it should be managed.")

    /// Whether to tell an endpoint to scan now.
    func mustScan(
        _ endpoint: EndpointID, requestedAt: Timestamp?, scannedAt: Timestamp?,
        reportedScan: Timestamp? = nil
    ) -> Bool {
        guard let requestedAt,
            Self.isScanWanted(requestedAt: requestedAt, scannedAt: scannedAt)
        else { return false }
        return scanAsks.mustTell(
            endpoint, requestedAt: requestedAt, reportedScan: reportedScan)
    }

    /// Whether a person has asked for a scan since the last one was taken.
    package static func isScanWanted(requestedAt: Timestamp?, scannedAt: Timestamp?) -> Bool {
        guard let requestedAt else { return false }
        guard let scannedAt else { return true }
        return scannedAt < requestedAt
    }
}
