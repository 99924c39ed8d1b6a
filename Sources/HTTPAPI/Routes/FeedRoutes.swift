import Intelligence
import Administration
import ControlPlane
import Fleet
import ServerRecords

/// Feeds of vulnerability intelligence. They belong to the installation: who belongs to a tenant
/// sees how fresh they are, and changes nothing.
enum FeedRoutes {
    /// The largest content that is brought by hand, in bytes: a packed tracker of a distribution
    /// several times.
    static let contentLimit = 256 * 1024 * 1024

    static let all: [Route] = [
        Route(
            .get, "/api/v1/feeds", permission: .principal(.view),
            summary: "Lists the feeds, with how fresh each is.", response: .feedList
        ) { call in
            .json(ItemList(items: try await call.useCases.feeds(by: try call.principal())))
        },
        Route(
            .post, "/api/v1/feeds", permission: .principal(.administer),
            summary: "Adds a feed.", request: .newFeed, response: .feed
        ) { call in
            .json(
                try await call.useCases.addFeed(
                    try call.decode(NewFeed.self), by: try call.principal()), status: 201)
        },
        Route(
            .delete, "/api/v1/feeds/{feed}", permission: .principal(.administer),
            summary: "Removes a feed, and forgets what it said."
        ) { call in
            try await call.useCases.removeFeed(name(call), by: try call.principal())
            return .noContent
        },
        Route(
            .post, "/api/v1/feeds/{feed}/enable", permission: .principal(.administer),
            summary: "Switches a feed on.", response: .feed
        ) { call in
            .json(
                try await call.useCases.switchFeed(
                    name(call), on: true, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/feeds/{feed}/disable", permission: .principal(.administer),
            summary: "Switches a feed off: what it says does not count.", response: .feed
        ) { call in
            .json(
                try await call.useCases.switchFeed(
                    name(call), on: false, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/feeds/{feed}/refresh", permission: .principal(.administer),
            summary: "Asks for a feed now.", response: .feed
        ) { call in
            .json(try await call.useCases.refreshFeed(name(call), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/feeds/{feed}/confirm", permission: .principal(.administer),
            summary: "Takes what has come although it looks wrong.", response: .feed
        ) { call in
            .json(try await call.useCases.confirmFeed(name(call), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/feeds/{feed}/content", permission: .principal(.administer),
            summary: "What is held of a feed, as it came."
        ) { call in
            Answer(
                headers: [("content-type", "application/octet-stream")],
                body: .bytes(
                    try await call.useCases.feedContent(name(call), by: try call.principal())))
        },
        Route(
            .put, "/api/v1/feeds/{feed}/content", permission: .principal(.administer),
            summary: "Takes a feed's content that a person brings.", response: .feed,
            bodyLimit: contentLimit
        ) { call in
            .json(
                try await call.useCases.importFeed(
                    name(call), content: call.body, by: try call.principal()))
        },
    ]

    private static func name(_ call: Call) -> String { call.parameters["feed"] ?? "" }
}
