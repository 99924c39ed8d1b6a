import ControlPlane
import Fleet
import ServerRecords
import Testing

/// How those who act are named in the audit log.
struct ActorNameTests {
    private static let names: [(String, ActorName?)] = [
        ("user:anna", .user("anna")), ("user:", .user("")), ("token:tok_1", .token("tok_1")),
        ("endpoint:ept_1", .endpoint("ept_1")), ("system", nil), ("local:administrator", nil),
        ("policy:servers", nil), ("", nil), ("User:anna", nil),
    ]

    @Test(arguments: names)
    func `a name is read as it is written`(text: String, name: ActorName?) {
        #expect(ActorName(text) == name)
        if let name { #expect(name.text == text) }
        #expect(ActorName.isToken(text) == text.hasPrefix("token:"))
    }

    @Test func `whoever is at the server's machine is an administrator, and the server is nobody`()
        async throws
    {
        let house = try await House()
        let roles = try await house.useCases.ledger.read { records in
            try ["local:administrator", "system", "user:nobody", "token:1", "endpoint:1"]
                .map { try records.role(of: $0) }
        }
        #expect(roles == [.administrator, nil, nil, nil, nil])
    }
}
