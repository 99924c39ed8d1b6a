import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import HTTPAPI
import ServerRecords
import Trust

extension TrustCommand {
    /// `patchbay trust adopt`
    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "adopt",
            abstract: "Take a trust root of operators; the server then holds no signing key.",
            discussion: """
                Example: patchbay trust adopt trust/root.dsse.json

                Over a managed root it must be the next version (patchbay trust init --root-version); \
                this server then signs it with its own root key one last time, and removes its keys.
                """)
        @Argument(help: "The signed root.") var file: String
        @OptionGroup var place: LedgerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let status = try await TrustCommand.adopt(try TrustCommand.bytes(file), place)
            if status.mode == .sealed {
                try SigningKeyStore(home: place.homeOption.home).remove()
            }
            try output.show(status) { $0.text }
        }
    }

    /// `patchbay trust rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Replace the signing keys that this server holds.",
            discussion: """
                Example: patchbay trust rotate

                Everything is signed anew, and endpoints follow by themselves. In sealed mode \
                operators sign a new root, and “patchbay trust adopt” takes it.
                """)
        @OptionGroup var place: LedgerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let home = place.homeOption.home
            try home.requireExisting()
            let store = SigningKeyStore(home: home)
            let former = try store.load()
            guard let formerRoot = former[.root] else {
                throw Failure(
                    .couldNot, "This server holds no signing keys.",
                    nextStep: "Sign a new root with the operators' keys, and adopt it.",
                    code: "E_TRUST_SEALED")
            }
            let version = try await TrustCommand.rootVersion(place) + 1
            let envelope = try ManagedKeys.root(
                of: try store.makeNext(), version: version, formerKeys: [formerRoot],
                at: SystemEffects.now())
            let status = try await TrustCommand.adopt(envelope.json, place)
            try store.takeNext()
            try output.show(status) { $0.text }
        }
    }

    /// `patchbay trust brake`
    struct Brake: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "brake",
            abstract: "Set from which reach on an approval needs two signatures.",
            discussion: "Example: patchbay trust brake --share 25 --tenants 1")
        @Option(help: ArgumentHelp("Percent of a tenant's endpoints.", valueName: "percent"))
        var share: Int
        @Option(help: ArgumentHelp("Tenants in an hour.", valueName: "number"))
        var tenants = 1
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let brake = BlastRadiusBrake(shareBasisPoints: share * 100, tenantsPerHour: tenants)
            let status: TrustStatus = try await server.withClient {
                try await $0.post("/api/v1/trust/brake", brake)
            }
            try output.show(status) { $0.text }
        }
    }

    /// Has a root taken by the running server, or does it here when none runs.
    private static func adopt(_ bytes: [UInt8], _ place: LedgerOptions) async throws -> TrustStatus
    {
        try await act(
            place,
            server: {
                try await $0.post(
                    "/api/v1/trust/roots",
                    EnvelopeText(envelope: String(decoding: bytes, as: UTF8.self)))
            }, alone: { try await $0.adopt(root: bytes, by: .localAdministrator) })
    }

    private static func rootVersion(_ place: LedgerOptions) async throws -> Int {
        let status: TrustStatus = try await act(
            place, server: { try await $0.get("/api/v1/trust") },
            alone: { try await $0.trustStatus(by: .localAdministrator) })
        return status.rootVersion ?? 0
    }

    private static func act(
        _ place: LedgerOptions, server: (APIClient) async throws -> TrustStatus,
        alone: (UseCases) async throws -> TrustStatus
    ) async throws -> TrustStatus {
        let home = place.homeOption.home
        try home.requireExisting()
        guard let lock = try? HomeLock(home) else {
            let client = try APIClient(home.localAccess())
            do {
                let status = try await server(client)
                await client.close()
                return status
            } catch {
                await client.close()
                throw error
            }
        }
        defer { lock.release() }
        return try await place.withUseCases(alone)
    }
}
