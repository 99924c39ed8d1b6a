@testable import AgentCore
import AgentProtocol
import Fleet
import Forensics
import Rollout
import Synchronization

/// A control plane that exists only in a test.
final class FakeLink: ControlPlaneLink {
    struct Content: Sendable {
        var orders: [JobOrder] = []
        var checkIns: [CheckInRequest] = []
        var uploads: [ScanUpload] = []
        var inventories: [String: [UInt8]] = [:]
        var known: String?
        var knownPosture: String?
        var progress: [JobProgress] = []
        var log = ""
        var results: [JobResult] = []
        var cancels = false
        /// Whether it asks for scans without end.
        var scanNow = false
        /// When a person asked for a scan: it is told until one has come that is newer.
        var scanRequestedAt: Timestamp?
        /// The newest scan that it has heard of.
        var scannedAt: Timestamp?
        /// How often it answered that a scan is wanted.
        var wishesTold = 0
        var nextCheckIn: Int64 = 120
        var scanInterval: Int64 = 3600
        /// Failures that the next calls meet, in their order.
        var failures: [LinkFailure] = []
        var resultFailures: [LinkFailure] = []
        var forgetsBases = false
        /// Signed documents, and an approval for each job that asks for a newer one.
        var trust = TrustResponse(digest: nil)
        var renewals: [JobID: String] = [:]
        var trustRequests: [TrustRequest] = []
        /// The jobs of which the endpoint says that they wait for their windows.
        var waiting: Set<JobID> = []
        /// Whether orders say that there are other signed documents, and check-ins do not.
        var tellsWithOrdersOnly = false
        /// The evidence that check-ins ask for.
        var evidenceRequests: [EvidenceRequest]?
        /// The probes that check-ins ask for.
        var probes: [String]?
        /// Whether nothing gets through.
        var isGone = false
    }

    private let content = Mutex(Content())
    private let world: World

    init(_ world: World) {
        self.world = world
    }

    func change<Result: Sendable>(_ body: (inout sending Content) -> sending Result) -> Result {
        content.withLock { body(&$0) }
    }

    private func fail() throws(LinkFailure) {
        let failure: LinkFailure? = change {
            $0.isGone
                ? .unreachable("gone") : $0.failures.isEmpty ? nil : $0.failures.removeFirst()
        }
        if let failure { throw failure }
    }

    func exchange(_ request: TrustRequest) async throws(LinkFailure) -> TrustResponse {
        try fail()
        return change { content in
            content.trustRequests.append(request)
            var answer = content.trust
            answer.grant = request.job.flatMap { content.renewals[$0] }
            return answer
        }
    }

    func checkIn(_ request: CheckInRequest) async throws(LinkFailure) -> CheckInResponse {
        try fail()
        let now = world.now
        return change { content in
            content.checkIns.append(request)
            content.scannedAt = request.scannedAt ?? content.scannedAt
            let isKnown =
                content.known == request.inventoryDigest
                && content.knownPosture == request.postureDigest
            return CheckInResponse(
                wantsScan: !isKnown && request.inventoryDigest != nil,
                knownInventoryDigest: content.known,
                hasWork: !content.orders.isEmpty, scanNow: content.tellsWish(),
                nextCheckInSeconds: content.nextCheckIn,
                scanIntervalSeconds: content.scanInterval, serverTime: now,
                policyDigest: content.tellsWithOrdersOnly ? nil : content.trust.digest,
                evidenceRequests: content.evidenceRequests, probes: content.probes)
        }
    }

    func sendInventory(_ canonicalBytes: [UInt8], digest: String) async throws(LinkFailure) {
        change { $0.inventories[digest] = canonicalBytes }
    }

    func sendScan(_ upload: ScanUpload) async throws(LinkFailure) -> ScanUploadResponse {
        change { content in
            content.uploads.append(upload)
            let hasBase =
                upload.baseDigest.map { content.inventories[$0] != nil && !content.forgetsBases }
                ?? false
            guard content.inventories[upload.inventoryDigest] != nil || hasBase else {
                return ScanUploadResponse(wantsFullInventory: true)
            }
            content.inventories[upload.inventoryDigest] =
                content.inventories[upload.inventoryDigest] ?? []
            content.known = upload.inventoryDigest
            content.knownPosture = upload.postureDigest
            return ScanUploadResponse(wantsFullInventory: false)
        }
    }

    func collectWork(_ request: WorkRequest) async throws(LinkFailure) -> WorkResponse {
        try fail()
        // An empty poll takes its time, as the real one does; a wish for a scan is answered at once,
        // and again until a scan has come.
        let answer = change { content in
            let order = content.orders.first { !content.waiting.contains($0.job) }
            return WorkResponse(
                order: order, scanNow: content.tellsWish(),
                policyDigest:
                    order != nil && content.tellsWithOrdersOnly ? content.trust.digest : nil)
        }
        if answer.order == nil, !answer.scanNow {
            try? await world.effects.sleep(max(1000, request.waitSeconds * 1000))
        }
        return answer
    }

    func report(_ progress: JobProgress, of job: JobID) async throws(LinkFailure)
        -> JobReportResponse
    {
        try fail()
        return change { content in
            content.progress.append(progress)
            if progress.phase == .waitingForWindow {
                content.waiting.insert(job)
            } else {
                content.waiting.remove(job)
            }
            return JobReportResponse(cancel: content.cancels)
        }
    }

    func report(_ log: LogChunk, of job: JobID) async throws(LinkFailure) -> JobReportResponse {
        change { content in
            if log.offset == Int64(content.log.utf8.count) { content.log += log.text }
            return JobReportResponse(cancel: content.cancels)
        }
    }

    func report(_ result: JobResult, of job: JobID) async throws(LinkFailure) -> JobReportResponse {
        let failure: LinkFailure? = change {
            $0.isGone
                ? .unreachable("gone")
                : $0.resultFailures.isEmpty ? nil : $0.resultFailures.removeFirst()
        }
        if let failure { throw failure }
        return change { content in
            content.results.append(result)
            content.orders.removeAll { $0.job == job }
            return JobReportResponse(cancel: false)
        }
    }
}

extension FakeLink.Content {
    /// Whether a scan is wanted; counts how often that was told.
    fileprivate mutating func tellsWish() -> Bool {
        let isAsked = scanRequestedAt.map { asked in scannedAt.map { $0 < asked } ?? true } ?? false
        guard scanNow || isAsked else { return false }
        wishesTold += 1
        return true
    }
}
