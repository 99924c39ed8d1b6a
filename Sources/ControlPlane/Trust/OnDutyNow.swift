package import Calendar
package import Fleet
package import ServerRecords
package import Trust

/// What a signed document says, with where it stands in the store.
package struct SignedDuty: Sendable {
    /// The document as it is stored.
    package let stored: StoredDocument
    /// What it says.
    package let document: SignedDocument<Duty>
}

extension UseCases {
    /// Who is on duty for a tenant's windows by the documents that its endpoints believe: now, later
    /// and lately.
    package func onDuty(of tenant: TenantID, in records: any Records) throws -> [OnDuty] {
        try signedDuties(of: tenant, in: records).compactMap(\.document.onDuty)
    }

    /// Refuses a duty more than endpoints take. A newer version of one that counts already is let
    /// through: it may be its end.
    package func checkRoom(
        forDuty name: String, beside known: [StoredDocument], at now: Timestamp
    ) throws {
        let names = Set(known.filter { now < $0.expiresAt }.map(\.name))
        guard names.contains(name) || names.count < Duty.maximumAtOnce else {
            throw Refusal(
                .conflict, "E_DUTY_LIMIT",
                "The tenant has \(Duty.maximumAtOnce) duties that are not over, and endpoints take "
                    + "no more.",
                nextStep: "Wait until some are over, or declare longer ones.")
        }
    }

    /// The newest version of each duty that is signed as the trust root asks for.
    package func signedDuties(
        of tenant: TenantID, in records: any Records
    ) throws -> [SignedDuty] {
        guard let root = try heldRoot(in: records) else { return [] }
        // Whoever has been off duty for as long as a window can be open decides nothing any more.
        let since = effects.now().adding(seconds: -MaintenanceWindow.maximumLengthSeconds)
        return try newest(Duty.self, of: tenant, under: root, in: records, endingAfter: since)
            .compactMap { stored in
                // One that cannot be read any more opens nothing.
                guard let document = try? stored.read(as: Duty.self) else { return nil }
                return SignedDuty(stored: stored, document: document)
            }
    }
}
