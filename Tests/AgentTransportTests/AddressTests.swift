@testable import AgentTransport
import AgentCore
import AgentProtocol
import NIOHTTP1
import Testing

struct AddressTests {
    @Test(arguments: [
        ("https://patchbay.example.org", "patchbay.example.org", 443),
        ("https://patchbay.example.org:8443/", "patchbay.example.org", 8443),
        ("https://10.77.0.1:8443", "10.77.0.1", 8443),
        ("https://[2001:db8::1]:8443/base", "2001:db8::1", 8443),
        ("https://[2001:db8::1]", "2001:db8::1", 443),
    ])
    func `a server's address is read`(_ text: String, _ host: String, _ port: Int) throws {
        let address = try ServerAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(!address.text.hasSuffix("/"))
    }

    @Test(arguments: [
        "", "http://patchbay.example.org", "https://", "https://user:pw@example.org",
        "https://example.org:0",
        "https://example.org:99999", "https://example.org:x", "https://example.org?x=1",
        "https://exa mple.org",
        "https://example.org\n", "ftp://example.org", "https://[2001:db8::1]x",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(throws: TransportFault.self) { try ServerAddress(text) }
    }

    @Test func `the proxy comes from the environment, unless the server is excepted`() throws {
        let server = try ServerAddress("https://patchbay.example.org:8443")
        #expect(try ProxySetting.from([:], for: server) == nil)
        let proxy = try ProxySetting.from(
            ["https_proxy": "http://user:se:cret@proxy.example.org:8080/"], for: server)
        #expect(proxy?.host == "proxy.example.org")
        #expect(proxy?.port == 8080)
        for exception in [
            "example.org", ".example.org", "patchbay.example.org", "a, .example.org", "*",
        ] {
            let environment = ["https_proxy": "http://proxy.example.org", "no_proxy": exception]
            #expect(try ProxySetting.from(environment, for: server) == nil, "\(exception)")
        }
        let other = [
            "HTTPS_PROXY": "http://proxy.example.org", "no_proxy": "ample.org,other.example.org",
        ]
        #expect(try ProxySetting.from(other, for: server)?.port == 3128)
        #expect(throws: TransportFault.self) {
            try ProxySetting.from(["https_proxy": "socks5://x"], for: server)
        }
    }
}

/// What an answer means by its status, headers and body.
struct AnswerTests {
    private static let problem = Array(#"{"code":"E_X","message":"No.","nextStep":"Stop."}"#.utf8)

    private func read(_ status: Int, _ headers: [(String, String)] = [], _ body: [UInt8] = [])
        throws(LinkFailure) -> [UInt8]
    {
        try AgentClient.read(status, HTTPHeaders(headers), body)
    }

    @Test func `a success is its body`() throws {
        #expect(try read(200, [("patchbay-protocol", "1")], [1, 2]) == [1, 2])
    }

    @Test func `another version of the protocol is no answer`() {
        #expect { try read(200, [("patchbay-protocol", "2")]) } throws: {
            if case LinkFailure.malformed = $0 { true } else { false }
        }
    }

    @Test(arguments: [429, 503]) func `a Retry-After is told`(_ status: Int) {
        #expect(throws: LinkFailure.busy(retryAfterSeconds: 17)) {
            try read(status, [("Retry-After", "17")])
        }
    }

    @Test func `a refusal carries its problem, shortened`() {
        #expect { try read(409, [], Self.problem) } throws: {
            guard case LinkFailure.refused(409, let problem) = $0 else { return false }
            return problem.code == "E_X"
        }
        let long = Array(
            #"{"code":"E_X","message":"\#(String(repeating: "x", count: 100_000))","nextStep":""}"#
                .utf8)
        #expect { try read(400, [], long) } throws: {
            guard case LinkFailure.refused(_, let problem) = $0 else { return false }
            return problem.message.count <= AgentClient.longestWords
        }
    }

    @Test(arguments: [301, 404, 502, 503])
    func
        `a page that is not the control plane's counts as no answer, so that nothing is given up for it`(
            _ status: Int
        )
    {
        #expect {
            try read(status, [("content-type", "text/html")], Array("<html>".utf8))
        } throws: {
            if case LinkFailure.unreachable = $0 { true } else { false }
        }
    }
}
