import Administration
import ControlPlane
import Fleet
import ServerRecords
import Trust

/// Signed documents: what holds, what waits, and what operators hand in.
enum TrustRoutes {
    static let all: [Route] = [
        Route(
            .get, "/api/v1/trust", permission: .principal(.view),
            summary: "Who holds the signing keys, and how endpoints stand to it.",
            response: .trustStatus
        ) { call in .json(try await call.useCases.trustStatus(by: try call.principal())) },
        Route(
            .get, "/api/v1/trust/waiting", permission: .principal(.approve),
            summary: "The documents that wait for signatures, with the envelopes to sign.",
            response: .waitingDocumentList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.waitingDocuments(by: try call.principal())))
        },
        Route(
            .post, "/api/v1/trust/documents", permission: .principal(.approve),
            summary: "Takes a signed envelope.", request: .envelopeText,
            response: .signingOutcome, bodyLimit: 2 * Envelope.maximumBytes
        ) { call in
            let body: EnvelopeText = try call.decode()
            return .json(
                try await call.useCases.submit(
                    signed: Array(body.envelope.utf8), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/trust/waiting/{digest}/confirm", permission: .principal(.approve),
            summary: "Gives a managed server's second signature, after another person has looked.",
            response: .signingOutcome
        ) { call in
            .json(
                try await call.useCases.confirm(
                    call.parameters["digest"] ?? "", by: try call.principal()))
        },
        Route(
            .post, "/api/v1/trust/brake", permission: .principal(.administer),
            summary: "Sets from which reach on an approval needs two different keys.",
            request: .brake, response: .trustStatus
        ) { call in
            let principal = try call.principal()
            try await call.useCases.setBrake(try call.decode(), by: principal)
            return .json(try await call.useCases.trustStatus(by: principal))
        },
        Route(
            .get, "/api/v1/scripts", permission: .principal(.view),
            summary: "The signed scripts that endpoints may run as probes.",
            response: .scriptList
        ) { call in
            .json(ItemList(items: try await call.useCases.scripts(by: try call.principal())))
        },
        Route(
            .post, "/api/v1/scripts", permission: .principal(.administer),
            summary: "Saves the next version of a script; in sealed mode it waits for operators.",
            request: .scriptWish, response: .script, bodyLimit: 4 * Script.maximumScriptBytes
        ) { call in
            .json(
                try await call.useCases.saveScript(try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/trust/roots", permission: .principal(.administer),
            summary: "Takes a trust root; from the server's own machine only.",
            request: .envelopeText, response: .trustStatus,
            bodyLimit: 2 * Envelope.maximumBytes
        ) { call in
            let body: EnvelopeText = try call.decode()
            return .json(
                try await call.useCases.adopt(
                    root: Array(body.envelope.utf8), by: try call.principal()))
        },
    ]
}

/// An envelope on its way.
public struct EnvelopeText: Hashable, Sendable, Codable {
    /// The DSSE envelope's JSON.
    public var envelope: String

    /// An envelope.
    public init(envelope: String) {
        self.envelope = envelope
    }
}
