public import Fleet
public import Rollout
import ServerRecords

/// What an approval would do, before anything acts.
public struct DeploymentPlan: Hashable, Sendable, Codable {
    /// One endpoint's part.
    public struct Line: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var endpointName: String
        /// What is installed there.
        public var updates: [LockedUpdate]
        /// What was chosen and is not, each with the reason.
        public var leftOut: [LeftOut]
        /// The download's size in bytes, as far as it is known.
        public var bytes: Int64
        /// Whether an update among them usually asks for a reboot: a kernel, the C library, systemd
        /// and the like.
        public var mayNeedReboot: Bool
        /// The names of those that cannot be undone: the version before them can be had nowhere.
        public var noWayBack: [String]?
        /// The names of those of which the endpoint does not tell whether they can be undone.
        public var unknownWayBack: [String]?
    }

    /// An update that was chosen and is not installed.
    public struct LeftOut: Hashable, Sendable, Codable {
        /// The package's name.
        public var name: String
        /// Why not, in one sentence.
        public var reason: String
    }

    /// The tenant of all its endpoints.
    public var tenant: TenantID
    /// The deployment's name.
    public var title: String
    /// For how many seconds jobs may be open.
    public var deadlineSeconds: Int64
    /// One line an endpoint, those without any update included.
    public var lines: [Line]

    /// How many endpoints would get a job.
    public var endpointsWithWork: Int { lines.count { !$0.updates.isEmpty } }
    /// On how many endpoints a reboot may be needed afterwards.
    public var endpointsThatMayReboot: Int { lines.count { $0.mayNeedReboot } }
    /// Whether something in it cannot be undone for all that is known.
    public var lacksWayBack: Bool { !lost.isEmpty }
    /// The names of those that cannot be undone on one of the endpoints, each once.
    var lost: [String] { Set(lines.flatMap { $0.noWayBack ?? [] }).sorted() }

    /// How the way back looks, said before anything acts.
    public var wayBack: String {
        let unknown = Set(lines.flatMap { $0.unknownWayBack ?? [] }).sorted()
        if !lost.isEmpty {
            return "No way back for \(UseCases.listed(lost, atMost: 5)): the version before it can "
                + "be had nowhere any more. What else there is can be rolled back."
        }
        if !unknown.isEmpty {
            return "Whether \(UseCases.listed(unknown, atMost: 5)) could be rolled back is not "
                + "known: the endpoint does not tell."
        }
        return "All of it can be rolled back: each endpoint keeps the version before, or a source "
            + "still offers it."
    }

    /// What cannot be undone is approved only by a person who says so.
    ///
    /// - Throws: `Refusal` `E_NO_WAY_BACK_UNACCEPTED`.
    func checkWayBack(accepted: Bool?) throws(Refusal) {
        guard lacksWayBack, accepted != true else { return }
        throw Refusal(
            .conflict, "E_NO_WAY_BACK_UNACCEPTED",
            "There is no way back for \(UseCases.listed(lost, atMost: 5)), and the approval does "
                + "not say that it is accepted.",
            nextStep: "Approve it with that word (--no-way-back, acceptsNoWayBack, the box on the "
                + "review page), or leave those updates out.")
    }

    /// What the audit log adds to an approval.
    var wayBackRemark: String {
        lacksWayBack ? " Accepted without a way back: \(UseCases.listed(lost))." : ""
    }
}
