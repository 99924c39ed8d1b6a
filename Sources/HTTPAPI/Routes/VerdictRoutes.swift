import ControlPlane
import Fleet
import ServerRecords
import VerdictFeeds
import Verdicts

/// Feeds that say ok, caution or block of updates, and operators' own words.
enum VerdictRoutes {
    /// The most verdicts of one answer.
    private static let mostShown = 10_000
    private static let usuallyShown = 200

    private static let tenant = QueryParameter(
        "tenant", .identifier("tnt"), "This tenant's; the provider's, for every tenant, without it."
    )

    static let all: [Route] = feeds + words

    private static let feeds: [Route] = [
        Route(
            .get, "/api/v1/verdict-feeds", permission: .principal(.view),
            summary: "Lists the verdict feeds that count, with how each stands.", query: [tenant],
            response: .verdictFeedList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.verdictFeeds(
                        of: try call.queryIdentifier("tenant"), by: try call.principal())))
        },
        Route(
            .post, "/api/v1/verdict-feeds", permission: .principal(.administer),
            summary: "Subscribes to a verdict feed, whose key is pinned.",
            request: .verdictSubscription, response: .verdictFeed
        ) { call in
            .json(
                try await call.useCases.subscribeVerdicts(
                    try call.decode(VerdictSubscription.self), by: try call.principal()),
                status: 201)
        },
        Route(
            .post, "/api/v1/verdict-feeds/{feed}/refresh", permission: .principal(.administer),
            summary: "Asks for a verdict feed now.", query: [tenant], response: .verdictFeed
        ) { call in
            .json(
                try await call.useCases.refreshVerdicts(
                    call.parameters["feed"] ?? "", of: try call.queryIdentifier("tenant"),
                    by: try call.principal()))
        },
        Route(
            .delete, "/api/v1/verdict-feeds/{feed}", permission: .principal(.administer),
            summary: "Unsubscribes from a verdict feed: what it said counts no more.",
            query: [tenant]
        ) { call in
            try await call.useCases.unsubscribeVerdicts(
                call.parameters["feed"] ?? "", of: try call.queryIdentifier("tenant"),
                by: try call.principal())
            return .noContent
        },
    ]

    private static let words: [Route] = [
        Route(
            .get, "/api/v1/verdicts", permission: .principal(.view),
            summary: "Lists what feeds and operators say of updates, operators first.",
            query: [
                tenant, QueryParameter("package", .string, "Only what names this package."),
                QueryParameter(
                    "search", .string, "Part of the package, the version or the vulnerability."),
                QueryParameter(
                    "verdict", .oneOf(VerdictWord.allCases.map(\.rawValue)), "Only what says this."),
                QueryParameter("feed", .string, "Only what this feed says."),
                QueryParameter("own", .boolean, "Only operators' own words."),
                QueryParameter(
                    "limit", .integer, "The most that are listed; \(usuallyShown) unless given."),
            ],
            response: .verdictList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.verdicts(
                        of: try call.queryIdentifier("tenant"),
                        VerdictFilter(
                            package: call.query["package"], search: call.query["search"],
                            word: try call.queryValue("verdict", VerdictWord.init(rawValue:)),
                            feed: call.query["feed"], ownOnly: try call.queryFlag("own")),
                        limit: try call.queryNumber(
                            "limit", in: 1...mostShown, standard: usuallyShown),
                        by: try call.principal()
                    ).items))
        },
        Route(
            .post, "/api/v1/verdicts", permission: .principal(.approve),
            summary: "Says ok, caution or block of an update oneself, before what any feed says.",
            request: .verdictDraft, response: .updateVerdict
        ) { call in
            .json(
                try await call.useCases.sayVerdict(
                    try call.decode(VerdictDraft.self), by: try call.principal()), status: 201)
        },
        Route(
            .delete, "/api/v1/verdicts", permission: .principal(.approve),
            summary: "Takes one's own verdict back: what feeds say counts again.",
            query: [
                tenant, QueryParameter("package", .string, "The package that it names."),
                QueryParameter("version", .string, "The version that it names."),
                QueryParameter("vulnerability", .string, "The vulnerability that it names."),
            ]
        ) { call in
            try await call.useCases.withdrawVerdict(
                package: call.query["package"], version: call.query["version"],
                vulnerability: call.query["vulnerability"],
                of: try call.queryIdentifier("tenant"), by: try call.principal())
            return .noContent
        },
    ]
}
