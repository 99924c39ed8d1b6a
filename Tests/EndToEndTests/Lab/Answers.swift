import Fleet
import Rollout

/// What these tests read of the command line's JSON answers.
enum Answers {
    /// `endpoint list`
    struct Endpoints: Decodable {
        var items: [Item]
    }

    struct Item: Decodable {
        var id: EndpointID
        var name: String
        var verdict: ComplianceVerdict
        var scannedAt: Timestamp?
        var lastSeenAt: Timestamp?
    }

    /// `endpoint show`
    struct Endpoint: Decodable {
        var item: Item
        var posture: Posture?
        var decisions: [Decision]
    }

    struct Decision: Decodable {
        var update: Update
        var reasonCode: String
        var sentence: String
    }

    /// `deployment create --plan`
    struct Plan: Decodable {
        struct Line: Decodable {
            struct LeftOut: Decodable {
                var name: String
                var reason: String
            }

            var endpoint: EndpointID
            var updates: [LockedUpdate]
            var leftOut: [LeftOut]
            var noWayBack: [String]?
        }

        var lines: [Line]
    }

    /// `deployment show`
    struct Deployment: Decodable {
        struct Summary: Decodable { var deployment: RolloutDeployment }
        struct JobSummary: Decodable {
            struct Grant: Decodable { var standing: String }

            var job: Job
            /// How its signed approval stands, until it has begun.
            var grant: Grant?
        }

        var summary: Summary
        var jobs: [JobSummary]
        var rollout: Answers.Rollout?
    }

    /// `tenant create`
    struct Tenant: Decodable {
        var id: TenantID
    }

    /// `audit verify`
    struct Audit: Decodable {
        var entries: Int
        var intact: Bool
    }
}

/// A deployment of the product, told from the answer that holds it.
typealias RolloutDeployment = Deployment
