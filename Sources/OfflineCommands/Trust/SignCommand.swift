package import ArgumentParser
import CommandBasics
import Fleet
import Foundation
import Policy
import PolicyDocument
import Trust

/// `patchbay sign`
package struct SignCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign a document with an operator's key, or check one.",
        discussion: """
            Example: patchbay sign --key operator-1.key --type policy servers.yaml --version-number 4

            A policy is read as YAML and must pass “patchbay policy check”; approvals, holds, duties, scripts, releases and recipes as the JSON of \
            docs/trust.md. An envelope (.dsse.json) is given one more signature: read it first with \
            “patchbay trust show”. With --verify the \
            envelope is checked under a trust root: exit status 1 and the reason when it does not \
            hold.

            Example: patchbay sign --verify --root root.dsse.json --tenant tnt_… servers.dsse.json
            """)

    @Argument(help: "The document, or an envelope.") var file: String
    @Option(help: ArgumentHelp("The file of the private key.", valueName: "file"))
    var key: String?
    @Option(
        help: "What the document is; an envelope, unless it holds a trust root, says it itself.")
    var type: DocumentKind?
    @Option(help: ArgumentHelp("Where to write the envelope.", valueName: "file")) var out: String?
    @Flag(help: "Check the envelope instead of signing it.") var verify = false
    @Option(help: ArgumentHelp("The trust root to check under.", valueName: "file"))
    var root: String?
    @Option(help: ArgumentHelp("The tenant to check for.", valueName: "tenant"))
    var tenant: String?
    @Option(help: ArgumentHelp("A policy's name among signed documents.", valueName: "name"))
    var name = "policy"
    @Option(help: ArgumentHelp("A policy's version; it only counts up.", valueName: "number"))
    var versionNumber = 1
    @Option(help: ArgumentHelp("Whose policy it is: all, or a tenant.", valueName: "scope"))
    var scope = "all"
    @Option(help: ArgumentHelp("For how many days a policy holds.", valueName: "number"))
    var validDays = 365
    @Option(help: ArgumentHelp("How many endpoints there are, for the brake.", valueName: "number"))
    var endpoints: Int?

    package init() {}

    package func validate() throws {
        guard verify == (key == nil), verify == (root != nil) else {
            throw ValidationError("Give --key to sign, or --verify and --root to check.")
        }
    }

    package func run() throws {
        if let root { return try check(under: root) }
        guard let key else { return }
        let signer = try SignedFiles.key(key)
        var envelope = try unsigned()
        try envelope.sign(with: signer)
        let place = out ?? place
        try SignedFiles.write(envelope, to: place)
        Terminal.write(
            try JSONText.encode([
                "file": place, "keyId": signer.id.text, "digest": envelope.payloadDigest,
                "payloadType": envelope.payloadType,
                "type": try DocumentKind(of: envelope, in: file).rawValue,
            ]))
    }

    /// An envelope is written back where it was; another file beside itself.
    private var place: String {
        if file.hasSuffix(".dsse.json") { return file }
        return URL(filePath: file).deletingPathExtension().path + ".dsse.json"
    }

    private func unsigned() throws -> Envelope {
        guard let type else {
            let envelope = try Envelope(json: SignedFiles.bytes(file))
            try confirm(envelope)
            return envelope
        }
        if let bytes = try? SignedFiles.bytes(file), let envelope = try? Envelope(json: bytes) {
            try confirm(envelope)
            return envelope
        }
        return try drafted(type)
    }

    /// A document that was written by hand.
    private func drafted(_ type: DocumentKind) throws -> Envelope {
        let bytes = type == .policy ? [] : try SignedFiles.bytes(file)
        return switch type {
        case .policy: try policy().envelope()
        case .approval: try SignedDocument<Grant>(draft: bytes).envelope()
        case .hold: try SignedDocument<Hold>(draft: bytes).envelope()
        case .script: try SignedDocument<Script>(draft: bytes).envelope()
        case .release: try SignedDocument<AgentRelease>(draft: bytes).envelope()
        case .placement: try SignedDocument<Placement>(draft: bytes).envelope()
        case .recipe: try SignedDocument<SignedRecipe>(draft: bytes).envelope()
        case .duty: try SignedDocument<Duty>(draft: bytes).envelope()
        case .root: try SignedDocument<TrustRoot>(draft: bytes).envelope()
        }
    }

    /// Refuses to sign what nobody would believe.
    private func confirm(_ envelope: Envelope) throws {
        let kind = try DocumentKind(of: envelope, in: file)
        guard type == nil || type == kind else {
            throw Failure(
                .wrongUse, "\(file) holds a document of the type \(kind.rawValue).",
                nextStep: "Read it (patchbay trust show \(file)) before you sign it.",
                code: "E_SIGNED_WRONG_TYPE")
        }
        // It says whose keys count from then on, and must not pass among many others unread.
        guard kind != .root || type == .root else {
            throw Failure(
                .wrongUse, "\(file) holds a trust root: it says whose keys count from then on.",
                nextStep: "Read it (patchbay trust show \(file)), and sign it with --type root.",
                code: "E_SIGNED_ROOT")
        }
        switch kind {
        case .policy: _ = try SignedDocument<PolicySet>(unverified: envelope)
        case .approval: _ = try SignedDocument<Grant>(unverified: envelope)
        case .hold: _ = try SignedDocument<Hold>(unverified: envelope)
        case .script: _ = try SignedDocument<Script>(unverified: envelope)
        case .release: _ = try SignedDocument<AgentRelease>(unverified: envelope)
        case .placement: _ = try SignedDocument<Placement>(unverified: envelope)
        case .recipe: _ = try SignedDocument<SignedRecipe>(unverified: envelope)
        case .duty: _ = try SignedDocument<Duty>(unverified: envelope)
        case .root: _ = try SignedDocument<TrustRoot>(unverified: envelope)
        }
    }

    private func policy() throws -> SignedDocument<PolicySet> {
        // What a check refuses is not signed either: endpoints would believe it.
        let read = try PolicyFiles.read([file], at: SystemEffects.now())
        for diagnostic in read.diagnostics { Terminal.writeError(diagnostic.description) }
        guard read.isUsable else { throw ExitCode(Failure.Status.wrongUse.rawValue) }
        let heading = try HeadingOptions.heading(
            name: name, version: versionNumber, scope: scope, validDays: validDays)
        var brake = BlastRadiusBrake.usual
        brake.endpoints = endpoints
        let level: PolicyLevel = heading.scope == .allTenants ? .provider : .tenant
        return SignedDocument(
            heading, PolicySet(read.policies.map { PlacedPolicy($0, at: level) }, brake: brake))
    }
}

extension SignCommand {
    /// What a check finds.
    private struct Verdict: Encodable {
        var valid: Bool
        var type: String
        var digest: String
        var signers: [String] = []
        var code: String?
        var reason: String?
    }

    private func check(under root: String) throws {
        let now = SystemEffects.now()
        guard let tenant = TenantID(tenant ?? Self.anyTenant) else {
            throw Failure(
                .wrongUse, "--tenant names no tenant.",
                nextStep: "Give its identifier (tnt_…).", code: "E_TENANT")
        }
        let bytes = try SignedFiles.bytes(file)
        let envelope = try Envelope(json: bytes)
        let kind = try DocumentKind(of: envelope, in: file)
        let state = try state(of: root, for: tenant, at: now)
        var verdict = Verdict(
            valid: true, type: kind.rawValue, digest: envelope.payloadDigest)
        do {
            let signers =
                switch kind {
                case .policy: try state.verify(bytes, as: PolicySet.self, at: now).accepted.signers
                case .approval: try state.verify(bytes, as: Grant.self, at: now).accepted.signers
                case .hold: try state.verify(bytes, as: Hold.self, at: now).accepted.signers
                case .script: try state.verify(bytes, as: Script.self, at: now).accepted.signers
                case .placement:
                    try state.verify(bytes, as: Placement.self, at: now).accepted.signers
                case .recipe:
                    try state.verify(bytes, as: SignedRecipe.self, at: now).accepted.signers
                case .duty: try state.verify(bytes, as: Duty.self, at: now).accepted.signers
                case .release:
                    try state.verify(bytes, as: AgentRelease.self, at: now).accepted.signers
                case .root: try rotated(state, bytes, at: now)
                }
            verdict.signers = signers.map(\.text).sorted()
        } catch let refusal as VerificationRefusal {
            verdict.valid = false
            verdict.code = refusal.code
            verdict.reason = refusal.message
        }
        Terminal.write(try JSONText.encode(verdict))
        if let reason = verdict.reason {
            Terminal.writeError("patchbay: \(reason) (\(verdict.code ?? ""))")
            throw ExitCode(Failure.Status.no.rawValue)
        }
    }

    /// The trust under a root. A root that is not believed says nothing of the document.
    private func state(of root: String, for tenant: TenantID, at now: Timestamp) throws
        -> TrustState
    {
        do {
            return try SignedFiles.state(root, tenant: tenant, at: now)
        } catch let refusal as VerificationRefusal {
            throw Failure(
                .wrongUse, "The trust root \(root) cannot be used. \(refusal.message)",
                nextStep: "Give the file of the root that is trusted (--root); "
                    + "“patchbay trust show” says what is in it.", code: refusal.code)
        }
    }

    /// A root is checked as the next version of the one that is trusted.
    private func rotated(_ state: TrustState, _ bytes: [UInt8], at now: Timestamp) throws
        -> Set<KeyID>
    {
        _ = try state.rotatingRoot(bytes, at: now)
        return []
    }

    /// Stands for a tenant that no document is for, when only documents for all are checked.
    private static let anyTenant = "tnt_00000000000000000000000000"
}
