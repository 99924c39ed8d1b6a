public import AgentProtocol
import Fleet
import Policy
import Rollout
public import ServerRecords
import Trust

extension UseCases {
    /// Stores a whole inventory, sent as its canonical bytes under its digest.
    ///
    /// Storing one that is there already changes nothing. It becomes the endpoint's own only with
    /// the scan that names it.
    public func storeInventory(
        _ canonicalBytes: [UInt8], digest: String, by agent: AgentPrincipal
    ) async throws {
        guard Digest.sha256Hex(canonicalBytes) == digest else {
            throw Refusal(
                .malformed, "E_INVENTORY_DIGEST", "The inventory is not what its digest says.",
                nextStep: "Send it again; if it stays, something on the way changes it.")
        }
        let text: InventoryText
        do throws(InventoryText.Malformed) {
            text = try InventoryText(canonicalBytes)
        } catch {
            throw Refusal(
                .malformed, "E_INVENTORY_MALFORMED",
                "Line \(error.line) of the inventory: \(error.reason).",
                nextStep: "Update the agent; if it stays, report the line.")
        }
        let now = effects.now()
        try charge(text.count, to: agent)
        let isNew = try await ledger.write { records in
            try records.store(text, digest: digest, of: agent.tenant, at: now)
        }
        if !isNew { inventoryQuota.giveBack(text.count, to: agent.endpoint) }
    }

    /// Stores a scan: the posture whole, the packages by digest or as a delta.
    public func storeScan(
        _ upload: ScanUpload, by agent: AgentPrincipal
    ) async throws -> ScanUploadResponse {
        try Self.check(upload)
        if let new = upload.packages?.count ?? upload.delta?.changed.count {
            try charge(new, to: agent)
        }
        let now = effects.now()
        let outcome = try await writeWaking { records, wakes in
            let outcome = try Self.storeScan(
                upload, by: agent, at: now, in: records, appendingAudit: self)
            wakes = outcome.wakes
            if outcome.isStored { wakes.insert(SignalSubject.decisions(of: agent.tenant)) }
            if outcome.isStored {
                try records.announce([SignalSubject.findings(of: agent.endpoint)])
            }
            return outcome
        }
        if !outcome.wantsFullInventory { scanAsks.noteScan(of: agent.endpoint) }
        if outcome.isStored { touchFindings(of: agent.endpoint) }
        return ScanUploadResponse(wantsFullInventory: outcome.wantsFullInventory)
    }

    /// How much older a scan that was overtaken by a newer one can be, in seconds: an agent gives a
    /// message up, and scans anew, long before an hour is over.
    private static let longestRetrySeconds: Int64 = 3600

    private struct ScanOutcome: Sendable {
        var wantsFullInventory = false
        var isStored = false
        var wakes: Set<String> = []
    }

    private static func storeScan(
        _ upload: ScanUpload, by agent: AgentPrincipal, at now: Timestamp, in records: any Records,
        appendingAudit useCases: UseCases
    ) throws -> ScanOutcome {
        guard var endpoint = try records.endpoint(agent.endpoint, in: .tenant(agent.tenant)),
            endpoint.retiredAt == nil
        else { throw endpointGone }
        // A scan that was under way while a newer one was stored (a retry that overtook) must not
        // turn time back. One stored in the future is from before the clock was set back, and so is
        // one that is older than any retry lasts.
        if let stored = endpoint.scannedAt, stored <= now, upload.scannedAt < stored,
            stored.seconds(since: upload.scannedAt) <= longestRetrySeconds,
            endpoint.postureDigest != nil,
            endpoint.postureDigest != upload.postureDigest
        {
            return ScanOutcome()
        }
        // An endpoint's clock may be ahead; a scan from the future would count as fresh for too
        // long.
        let scannedAt = min(upload.scannedAt, now)
        guard
            let packages = try inventorySize(named: upload, of: agent.tenant, at: now, in: records)
        else { return ScanOutcome(wantsFullInventory: true) }
        // Only for jobs that wait for a restart does it matter what was before: most scans are
        // stored without reading a posture or an inventory back.
        let waiting = try pendingRestarts(of: endpoint, in: records)
        let before =
            waiting.isEmpty ? nil : try records.posture(of: agent.endpoint, tenant: agent.tenant)
        let earlierBootAt = before.flatMap {
            $0.endpoint.bootId != upload.posture.endpoint.bootId ? endpoint.scannedAt : nil
        }
        try records.appendHistory(
            endpoint: agent.endpoint, of: agent.tenant, digest: upload.inventoryDigest,
            at: scannedAt)
        let posture = bounded(upload.posture)
        try records.store(posture, of: agent.endpoint, tenant: agent.tenant)
        try records.store(
            posture.endpoint.identity, of: agent.endpoint, tenant: agent.tenant)
        try records.store(
            SoftwareFooting(of: upload.posture), of: agent.endpoint, tenant: agent.tenant)
        endpoint.name = String(upload.posture.endpoint.hostname.prefix(longestName))
        endpoint.inventoryDigest = upload.inventoryDigest
        endpoint.postureDigest = upload.postureDigest
        let isFirst = endpoint.scannedAt == nil
        endpoint.scannedAt = scannedAt
        endpoint.lastSeenAt = now
        endpoint.bootId = String(upload.posture.endpoint.bootId.prefix(longestLabel))
        endpoint.standing = Standing(of: upload.posture, packages: packages)
        try records.update(endpoint)
        try useCases.watchBackup(
            of: endpoint, upload.posture.endpoint.backup, at: now, in: records)
        var wakes = try useCases.settleRestarts(
            waiting, of: endpoint, posture: upload.posture, scannedAt: upload.scannedAt,
            earlierBootAt: earlierBootAt,
            at: now,
            in: records)
        if isFirst { wakes.insert(SignalSubject.rings(of: agent.tenant)) }
        return ScanOutcome(isStored: true, wakes: wakes)
    }

    /// The longest name of an endpoint that is kept: a host name has at most 253 characters (RFC
    /// 1035).
    package static let longestName = 253
    /// The most updates, sources and restarts that one posture may hold: more than any real
    /// system's packages.
    package static let largestPosture = 20_000

    /// The longest origin or reason of an update that is kept, in characters: a sentence.
    private static let longestUpdateText = 400

    /// A posture whose free texts, which are for people to read, are cut to a bearable length.
    private static func bounded(_ posture: Posture) -> Posture {
        var bounded = posture
        let identity = posture.endpoint.identity?.plain
        bounded.endpoint.identity = identity?.isEmpty == true ? nil : identity
        bounded.endpoint.foreignPackages =
            posture.endpoint.foreignPackages.map(ForeignPackages.plain)
        for index in bounded.updates.indices {
            bounded.updates[index].origin = String(
                bounded.updates[index].origin.prefix(longestUpdateText))
            bounded.updates[index].reason = bounded.updates[index].reason.map {
                String($0.prefix(longestUpdateText))
            }
            if let known = bounded.updates[index].prefetch {
                bounded.updates[index].prefetch?.sentence = PlainText.line(
                    known.sentence, atMost: longestUpdateText)
            }
        }
        return bounded
    }

    private static func check(_ upload: ScanUpload) throws {
        let hexadecimal = { (text: String) in
            text.utf8.count == 64
                && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        guard hexadecimal(upload.inventoryDigest), hexadecimal(upload.postureDigest),
            upload.baseDigest.map(hexadecimal) ?? true,
            upload.packages == nil || upload.delta == nil
        else {
            throw Refusal(
                .malformed, "E_SCAN_MALFORMED",
                "A digest of the scan is no SHA-256, or packages and delta are both there.",
                nextStep: "Update the agent.")
        }
        let posture = upload.posture
        let sizes = [
            posture.updates.count, posture.sources.count, posture.restarts.count,
            posture.unparsed.count,
        ]
        guard sizes.allSatisfy({ $0 <= largestPosture }) else {
            throw Refusal(
                .tooLarge, "E_SCAN_TOO_LARGE",
                "The scan holds more than \(largestPosture) entries of one kind.",
                nextStep: "Look on the endpoint for what makes so many.")
        }
        for update in posture.updates {
            guard PackageName(update.name, of: update.manager) != nil, !update.candidate.isEmpty,
                update.candidate.utf8.count <= InventoryText.maximumField,
                update.installed.utf8.count <= InventoryText.maximumField
            else {
                throw Refusal(
                    .malformed, "E_SCAN_MALFORMED",
                    "The update “\(update.name.prefix(80))” has a name or a version that does not fit the package manager's grammar.",
                    nextStep: "Update the agent; if it stays, report the name.")
            }
        }
    }

    /// How many packages the inventory holds that a scan means, once it is stored; `nil` when the
    /// server cannot know it and the whole must be sent.
    private static func inventorySize(
        named upload: ScanUpload, of tenant: TenantID, at now: Timestamp, in records: any Records
    ) throws -> Int? {
        if let known = try records.inventorySize(upload.inventoryDigest, of: tenant) {
            return known
        }
        let made: Inventory
        if let packages = upload.packages {
            made = Inventory(packages)
        } else if let delta = upload.delta, let base = upload.baseDigest,
            let old = try records.inventory(base, of: tenant)
        {
            made = old.applying(delta)
        } else {
            return nil
        }
        // Read back what was made, so that a package with an impossible name is refused here as it
        // is in a whole inventory.
        let bytes = made.canonicalBytes
        guard Digest.sha256Hex(bytes) == upload.inventoryDigest,
            let checked = try? InventoryText(bytes)
        else { return nil }
        try records.store(checked, digest: upload.inventoryDigest, of: tenant, at: now)
        return checked.count
    }
}

extension Standing {
    /// The figures of a posture.
    init(of posture: Posture, packages: Int) {
        self.init(
            osName: String(posture.endpoint.os.name.prefix(UseCases.longestLabel)),
            packages: packages,
            missingSecurity: posture.updates.count { ComplianceRule.counts($0) },
            missingTotal: posture.updates.count, rebootRequired: posture.reboot.required,
            restartsNeeded: posture.restarts.count,
            // Without any source nothing can be found missing, which is not the same as nothing
            // missing.
            sourcesNotOk: posture.sources.isEmpty ? 1 : posture.sources.count { $0.state != .ok })
    }
}
