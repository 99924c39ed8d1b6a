import Bundles
import ControlPlane
import Fleet
import ServerRecords

/// Bundles of updates.
enum BundleRoutes {
    static let all: [Route] = reading + making + steering

    private static let reading: [Route] = [
        Route(
            .get, "/api/v1/bundles", permission: .principal(.view),
            summary: "Versions of bundles of updates, newest first.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
                QueryParameter("name", .string, "Only versions of this bundle."),
                QueryParameter("before", .identifier("bdl"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .bundleList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.bundles(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        named: call.query["name"], before: try call.queryIdentifier("before"),
                        limit: try call.queryNumber(
                            "limit", in: 1...EndpointQuery.maximumPage, standard: 100))))
        },
        Route(
            .get, "/api/v1/bundles/{bundle}", permission: .principal(.view),
            summary: "One version of a bundle with its lines.", response: .bundleDetail
        ) { call in
            .json(
                try await call.useCases.bundle(
                    try call.identifier("bundle"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/bundles/{bundle}/report", permission: .principal(.view),
            summary: "Who has a bundle: all, a part or none of it, and what became of the orders.",
            query: [
                QueryParameter(
                    "limit", .integer,
                    "How many endpoints are listed, 0 to \(BundleReport.mostRows).")
            ],
            response: .bundleReport
        ) { call in
            .json(
                try await call.useCases.bundleReport(
                    of: try call.identifier("bundle"),
                    limit: try call.queryNumber(
                        "limit", in: 0...BundleReport.mostRows, standard: BundleReport.usualRows),
                    by: try call.principal()))
        },
    ]

    private static let making: [Route] = [
        Route(
            .post, "/api/v1/bundle-previews", permission: .principal(.view),
            summary: "What a bundle would hold, and whom it would concern. Nothing is changed.",
            request: .bundleDraft, response: .bundlePreview
        ) { call in
            .json(
                try await call.useCases.previewBundle(try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/bundles", permission: .principal(.request),
            summary: "Makes the next version of a bundle of what its query means now.",
            request: .bundleDraft, response: .bundle
        ) { call in
            .json(
                try await call.useCases.makeBundle(try call.decode(), by: try call.principal()),
                status: 201)
        },
        Route(
            .post, "/api/v1/bundles/{bundle}/approve", permission: .principal(.approve),
            summary: "Approves a bundle as one; the second of two people lets it go.",
            request: .bundleAnswer, response: .bundle
        ) { call in
            .json(
                try await call.useCases.approveBundle(
                    try call.identifier("bundle"), try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/bundles/{bundle}/decline", permission: .principal(.approve),
            summary: "Declines a bundle as one, with the reason: none of it is installed.",
            request: .bundleAnswer, response: .bundle
        ) { call in
            .json(
                try await call.useCases.declineBundle(
                    try call.identifier("bundle"), try call.decode(), by: try call.principal()))
        },
    ]

    private static let steering: [Route] = [
        Route(
            .post, "/api/v1/bundles/{bundle}/promotion-previews", permission: .principal(.view),
            summary: "What bringing a bundle to its next place would do. Nothing is changed.",
            request: .promotionDraft, response: .promotionPreview
        ) { call in
            .json(
                try await call.useCases.previewPromotion(
                    of: try call.identifier("bundle"), try call.decode(),
                    by: try call.principal()))
        },
        Route(
            .post, "/api/v1/bundles/{bundle}/promotions", permission: .principal(.approve),
            summary: "Brings an approved bundle to a ring, a group, or all rings of a policy.",
            request: .promotionDraft, response: .bundle
        ) { call in
            .json(
                try await call.useCases.promoteBundle(
                    try call.identifier("bundle"), try call.decode(), by: try call.principal()),
                status: 201)
        },
        Route(
            .post, "/api/v1/bundles/{bundle}/pause", permission: .principal(.deploy),
            summary: "Halts what a bundle's deployments have not begun, and brings it to nobody.",
            query: [QueryParameter("reason", .string, "Why, for those who look at it later.")],
            response: .bundle
        ) { call in
            .json(
                try await call.useCases.pauseBundle(
                    try call.identifier("bundle"), because: call.query["reason"],
                    by: try call.principal()))
        },
        Route(
            .post, "/api/v1/bundles/{bundle}/resume", permission: .principal(.deploy),
            summary: "Lets a paused bundle go on, with what its pause halted.", response: .bundle
        ) { call in
            .json(
                try await call.useCases.resumeBundle(
                    try call.identifier("bundle"), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/bundles/{bundle}/rollback", permission: .principal(.deploy),
            summary: "Takes a bundle back wherever it was brought to, and blocks its versions.",
            response: .bundle
        ) { call in
            .json(
                try await call.useCases.rollBackBundle(
                    try call.identifier("bundle"), by: try call.principal()))
        },
    ]
}
