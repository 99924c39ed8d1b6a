import AgentProtocol
public import Fleet
public import Rollout
import Trust

extension TrustDesk {
    /// Takes the scripts that are believed. One that is not changes nothing, and keeps none of the
    /// others from being taken.
    func takeScripts(
        _ answer: TrustResponse, _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        var refusal: VerificationRefusal?
        for text in (answer.scripts ?? []).prefix(TrustFiles.maximumScripts) {
            do throws(TakingFailure) {
                try takeScript(Array(text.utf8), &memo, now)
            } catch {
                guard case .refused(let why) = error else { throw error }
                refusal = refusal ?? why
            }
        }
        if let refusal { throw .refused(refusal) }
    }

    private func takeScript(
        _ bytes: [UInt8], _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        let taken = try believe(bytes, as: Script.self, memo, now)
        memo.state = taken.state
        let heading = taken.accepted.document.heading
        let name = Self.scriptFile(heading.name, heading.scope)
        try keep(bytes, as: name, believing: memo)
    }

    private static func scriptFile(_ name: String, _ scope: DocumentScope) -> String {
        "\(TrustFiles.scripts)/\(scope)-\(name).dsse.json"
    }

    /// A script that was taken, checked anew: the tenant's own before one for all tenants.
    public func script(named name: String, at now: Timestamp) async -> ScriptStanding {
        let unknown = "the endpoint holds no signed script of that name"
        // The name becomes a part of a path.
        guard name.utf8.allSatisfy({ isNameByte($0) }), !name.isEmpty,
            let memo = try? TrustFiles.load(from: state)
        else { return .refused(unknown) }
        var reason = memo.sentence.map { "\(unknown); it has refused a document: \($0)" } ?? unknown
        for scope in [DocumentScope.tenant(tenant), .allTenants] {
            let file = Self.scriptFile(name, scope)
            guard let bytes = try? state.read(file, limit: TrustFiles.sizeLimit) else { continue }
            do throws(VerificationRefusal) {
                let taken = try memo.state.verify(bytes, as: Script.self, at: now).accepted
                let body = taken.document.body
                guard let text = body.text else {
                    reason = "only its digest is signed, and the endpoint has no text of it"
                    continue
                }
                return .ready(
                    SignedScript(
                        name: name, interpreter: body.interpreter, text: text,
                        timeoutSeconds: body.timeoutSeconds))
            } catch {
                reason = "\(error.message) (\(error.code))"
            }
        }
        if reason.hasSuffix(".") { reason.removeLast() }
        return .refused(reason)
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
            || byte == 0x5F
    }
}
