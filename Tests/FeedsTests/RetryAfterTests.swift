import Testing

@testable import Feeds

@Suite struct `When a feed's server may be asked again` {
    @Test(
        arguments: [
            ("120", nil, 120), ("-5", nil, nil), ("soon", nil, nil), (nil, nil, nil),
            ("Tue, 24 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 2026 11:00:00 GMT", 3600),
            ("Tue, 24 Nov 2026 12:00:00 GMT", "Wed, 25 Nov 2026 11:00:00 GMT", 0),
            ("Tue, 24 Nov 2026 12:00:00 GMT", nil, nil),
            ("Tue, 24 Foo 2026 12:00:00 GMT", "x", nil),
        ] as [(String?, String?, Int64?)])
    func `seconds and dates both count`(_ after: String?, _ date: String?, _ expected: Int64?) {
        #expect(FeedFetcher.seconds(ofRetryAfter: after, answeredAt: date) == expected)
    }
}
