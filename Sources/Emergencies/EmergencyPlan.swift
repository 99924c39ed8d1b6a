import ControlPlane
public import Fleet
import ServerRecords

/// What somebody asks for in an emergency.
public struct EmergencyWish: Hashable, Sendable, Codable {
    /// The vulnerability.
    public var vulnerability: String
    /// The tenant; need not be named where only one has the vulnerability.
    public var tenant: TenantID?
    /// Why it cannot wait.
    public var reason: String?
    /// The vulnerability's name once more, as it was typed: the run starts only with it.
    public var confirm: String?
    /// Whether it is started knowing that a part of it cannot be undone.
    public var acceptsNoWayBack: Bool?

    /// A wish.
    public init(
        vulnerability: String, tenant: TenantID? = nil, reason: String? = nil,
        confirm: String? = nil, acceptsNoWayBack: Bool? = nil
    ) {
        self.vulnerability = vulnerability
        self.tenant = tenant
        self.reason = reason
        self.confirm = confirm
        self.acceptsNoWayBack = acceptsNoWayBack
    }
}

/// What an emergency run would do, before anything acts.
public struct EmergencyPlan: Hashable, Sendable, Codable {
    /// One endpoint's part.
    public struct Line: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var endpointName: String
        /// What is installed there.
        public var updates: [Item]
        /// Whether a reboot may be needed afterwards.
        public var mayNeedReboot: Bool
        /// Whether it was heard from of late; others have their turn when they are back.
        public var isOnline: Bool
        /// When its emergency lane opens; `nil` when it is open now.
        public var opensAt: Timestamp?
        /// The names of updates that cannot be undone.
        public var noWayBack: [String]?
    }

    /// One update.
    public struct Item: Hashable, Sendable, Codable {
        /// The package.
        public var name: String
        /// The installed version.
        public var from: String
        /// The version that mends it.
        public var to: String
    }

    /// One ring of a rollout.
    public struct Ring: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// How many endpoints are in it.
        public var endpoints: Int
        /// The names of some of them.
        public var named: [String]
        /// How long it would be watched otherwise, in seconds; an emergency does not.
        public var soakSkippedSeconds: Int64
        /// How many may be at work at once; `nil` for no limit.
        public var budget: Int?
        /// How many must be verified before the next ring begins; `nil` where no gate says.
        public var minimum: Int?
    }

    /// What goes through the rings of one policy.
    public struct Rollout: Hashable, Sendable, Codable {
        /// The policy.
        public var policy: String
        /// The rings of its emergency lane, in order.
        public var rings: [Ring]
        /// The endpoints, by name.
        public var lines: [Line]
        /// What is to be known of it, in sentences.
        public var warnings: [String]
    }

    /// An endpoint that has the vulnerability and gets nothing.
    public struct LeftOut: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var endpointName: String
        /// Why, in one sentence or more.
        public var reason: String
    }

    /// The vulnerability.
    public var vulnerability: String
    /// The tenant.
    public var tenant: TenantID
    /// The rollouts, one for each policy.
    public var rollouts: [Rollout]
    /// Who is left out, and why.
    public var leftOut: [LeftOut]
    /// The orders of other deployments that it takes back, a sentence each.
    public var takesBack: [String]
    /// Why a second person must agree; `nil` when nobody must.
    public var secondPerson: String?
    /// How many endpoints get something.
    public var endpoints: Int
    /// How many of them were heard from of late.
    public var online: Int
    /// On how many a reboot may be needed.
    public var mayReboot: Int
    /// What is installed: names and versions.
    public var updates: [String]
    /// The names of updates that cannot be undone somewhere.
    public var noWayBack: [String]
}

extension EmergencyPlan {
    /// How many endpoints wait for a window of their emergency lane.
    public var waitForWindow: Int { rollouts.flatMap(\.lines).count { $0.opensAt != nil } }

    /// What it would do, in sentences.
    public var sentences: [String] {
        guard endpoints > 0 else {
            return ["No endpoint would get anything for \(vulnerability)."]
        }
        var sentences = [
            "\(UseCases.listed(updates, atMost: 8)) on \(Self.counted(endpoints)), "
                + "\(online) of them online now, at most \(mayReboot) with a reboot."
        ]
        if waitForWindow > 0 {
            sentences.append(
                "\(Self.counted(waitForWindow)) must wait for a window of the emergency lane.")
        }
        if !leftOut.isEmpty { sentences.append("\(Self.counted(leftOut.count)) left out.") }
        if !noWayBack.isEmpty {
            sentences.append("No way back for \(UseCases.listed(noWayBack, atMost: 5)).")
        }
        if let secondPerson { sentences.append(secondPerson) }
        return sentences
    }

    private static func counted(_ count: Int) -> String {
        count == 1 ? "1 endpoint" : "\(count) endpoints"
    }
}
