public import ControlPlane
import Fleet
import Foundation
public import ServerRecords
public import Trust

extension UseCases {
    /// Sets from which reach on an approval needs two different keys; every tenant's policies are
    /// signed anew with it.
    ///
    /// - Throws: `Refusal` `E_BRAKE` when the figures make no sense.
    public func setBrake(_ brake: BlastRadiusBrake, by principal: Principal) async throws {
        try principal.require(.administer)
        guard principal.scope == .provider else { throw Self.onlyProvider }
        guard brake.fault == nil, let bytes = try? JSONEncoder().encode(brake) else {
            throw Refusal(
                .malformed, "E_BRAKE", "The brake makes no sense: \(brake.fault ?? "").",
                nextStep: "Give a share of 0 to 100 % and a number of tenants.")
        }
        let now = effects.now()
        try await writeWaking { records, wakes in
            try records.setSetting(
                Self.brakeSetting, to: String(decoding: bytes, as: UTF8.self))
            try self.appendAudit(
                "trust.brake", subject: "brake",
                sentence: "Two keys must sign what reaches more than "
                    + "\(brake.shareBasisPoints / 100) % of a tenant's endpoints, or more than "
                    + "\(brake.tenantsPerHour) tenants in an hour.",
                actor: principal.name, tenant: nil, in: records, at: now)
            try self.publishAll(by: principal.name, in: records, at: now, waking: &wakes)
        }
    }

    /// What concerns all tenants.
    static let onlyProvider = Refusal(
        .forbidden, "E_FORBIDDEN", "Only the provider may do this.",
        nextStep: "Ask an administrator of the provider.")

    /// Takes a trust root from who sits at the server's own machine.
    public func adopt(root bytes: [UInt8], by principal: Principal) async throws -> TrustStatus {
        guard principal == .localAdministrator else {
            throw Refusal(
                .conflict, "E_TRUST_LOCAL",
                "A trust root is taken on the server's own machine only.",
                nextStep: "Run “patchbay trust adopt” there.")
        }
        return try await adopt(root: bytes, by: principal.name)
    }
}
