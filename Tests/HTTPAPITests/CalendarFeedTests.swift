import Administration
import Fleet
import Foundation
import ServerRecords
import Testing

@testable import HTTPAPI

/// The calendar of windows, as calendar programs ask for it.
struct CalendarFeedTests {
    private static func basic(_ user: String, _ password: String) -> [String: String] {
        ["authorization": "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"]
    }

    private static let policy = """
        patchbay: policy/v1
        name: servers
        applies: all
        lanes: {routine: {windows: [nightly]}}
        default: {approve: by hand}
        windows: {nightly: {every: day, from: "22:00", for: 4h, zone: UTC}}
        """

    @Test func `is a calendar file for a token as a password, until the token is revoked`()
        async throws
    {
        let fixture = try await Fixture()
        let tenant = fixture.ours.tenant.id
        _ = try await fixture.useCases.savePolicy(
            PolicyDraft(tenant: tenant, yaml: Self.policy, confirm: true, mayOverlap: true),
            by: .localAdministrator)
        let token = try await fixture.useCases.createAPIToken(
            by: .localAdministrator, note: "A calendar", tenant: tenant, role: .viewer)
        let path = "/api/v1/tenants/\(tenant)/calendar.ics"
        let headers = Self.basic("anybody", token.text)
        let answer = await fixture.call("GET", path, headers: headers)
        #expect(answer.status == 200)
        #expect(answer.header("content-type")?.hasPrefix("text/calendar") == true)
        try Self.check(answer.text)
        let elsewhere = "/api/v1/tenants/\(fixture.theirs.tenant.id)/calendar.ics"
        #expect(await fixture.call("GET", elsewhere, headers: headers).status == 404)
        // Nothing else is read or done so.
        #expect(await fixture.call("GET", "/api/v1/endpoints", headers: headers).status == 401)
        for wrong in [Self.basic("anybody", "pbt_wrong"), Self.basic(token.text, "")] {
            #expect(await fixture.call("GET", path, headers: wrong).status == 401)
        }
        let challenges = await fixture.call("GET", path).headers.filter {
            $0.name == "www-authenticate"
        }
        #expect(challenges.contains { $0.value.hasPrefix("Basic ") } && challenges.count == 2)
        _ = try await fixture.useCases.revokeAPIToken(token.token.id, by: .localAdministrator)
        #expect(await fixture.call("GET", path, headers: headers).status == 401)
    }

    @Test(arguments: ["calendar.ics", "windows"])
    func `of a tenant that is not there nothing is shown`(_ route: String) async throws {
        let fixture = try await Fixture()
        let token = try await fixture.useCases.createAPIToken(
            by: .localAdministrator, note: "All", role: .viewer)
        let nobody = "tnt_00000000000000000000000000"
        let answer = await fixture.call(
            "GET", "/api/v1/tenants/\(nobody)/\(route)",
            headers: ["authorization": "Bearer \(token.text)"])
        #expect(answer.status == 404)
    }

    /// What RFC 5545 asks of every such file.
    private static func check(_ text: String) throws {
        #expect(text.hasSuffix("\r\n"))
        let bytes = Array(text.utf8)
        for (place, byte) in bytes.enumerated() where byte == 0x0A {
            #expect(place > 0 && bytes[place - 1] == 0x0D)
        }
        #expect(text.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        let lines = text.replacing("\r\n ", with: "").components(separatedBy: "\r\n").dropLast()
        #expect(lines.first == "BEGIN:VCALENDAR" && lines.last == "END:VCALENDAR")
        #expect(lines.count { $0 == "VERSION:2.0" } == 1)
        #expect(lines.count { $0.hasPrefix("PRODID:") } == 1)
        let events = lines.split(separator: "BEGIN:VEVENT").dropFirst()
        #expect(events.count >= 12)
        let instant = try Regex("[0-9]{8}T[0-9]{6}Z")
        for event in events {
            for name in ["UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"] {
                #expect(event.count { $0.hasPrefix("\(name):") } == 1)
            }
            for line in event where line.hasPrefix("DT") {
                let value = line.drop { $0 != ":" }.dropFirst()
                #expect(try instant.wholeMatch(in: value) != nil)
            }
        }
        let names = lines.filter { $0.hasPrefix("UID:") }
        #expect(Set(names).count == names.count)
    }
}
