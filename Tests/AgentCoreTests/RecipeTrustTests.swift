@testable import AgentCore
import AgentProtocol
import Fleet
import Logging
import Recipes
import Testing
import Trust

/// Recipes that endpoints act upon: only what is signed, and never an older one.
struct RecipeTrustTests {
    let world = World([:])
    let folder: CrashingFolder
    let office: SigningOffice
    let desk: TrustDesk

    init() throws {
        folder = CrashingFolder(world: world)
        office = try SigningOffice()
        desk = TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: office.root.payloadDigest, state: folder, zones: { _ in nil },
            effects: world.effects, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func recipe(_ version: String, name: String = "lab.tool") -> SignedRecipe {
        SignedRecipe(
            Recipe(
                name: name, version: version, detect: "/opt/labtool/VERSION",
                installed: .init(file: "/opt/labtool/VERSION"),
                install: .init(
                    .tarGzip, from: "https://example.org/labtool.tar.gz",
                    sha256: String(repeating: "0", count: 64), size: 9,
                    versions: "/opt/labtool-versions", link: "/opt/labtool")))
    }

    private func offer(_ envelopes: Envelope...) -> VerificationRefusal? {
        desk.take(
            TrustResponse(
                digest: nil, roots: [office.text(office.root)], recipes: envelopes.map(office.text))
        )
    }

    private var versions: [String] { desk.recipes().map(\.version) }

    @Test func `a signed recipe holds, a forged, older or renamed one does not`() throws {
        let thief = try SigningOffice(seed: 66)
        #expect(versions.isEmpty)
        #expect(offer(try office.sign(Self.recipe("2"), "lab_tool", version: 2)) == nil)
        #expect(versions == ["2"])
        #expect(offer(try thief.sign(Self.recipe("3"), "lab_tool", version: 3)) != nil)
        #expect(offer(try office.sign(Self.recipe("1"), "lab_tool", version: 1)) != nil)
        #expect(offer(try office.sign(Self.recipe("3"), "other", version: 3)) != nil)
        #expect(versions == ["2"])
        // One that is refused keeps none of the others from being taken.
        let more = Self.recipe("7", name: "more")
        #expect(
            offer(
                try thief.sign(Self.recipe("3"), "lab_tool", version: 3),
                try office.sign(more, "more")) != nil)
        #expect(versions == ["2", "7"])
        // Silence of the server takes nothing back.
        #expect(offer() == nil)
        #expect(versions == ["2", "7"])
    }

    @Test func `what lies on the disk is checked again, and ends with its time`() throws {
        #expect(offer(try office.sign(Self.recipe("2"), "lab_tool", version: 2)) == nil)
        let file = try #require(folder.names(in: TrustFiles.recipes).first)
        let place = "\(TrustFiles.recipes)/\(file)"
        let own = try #require(try folder.read(place, limit: TrustFiles.sizeLimit))
        let thief = try SigningOffice(seed: 66)
        for envelope in [
            try thief.sign(Self.recipe("9"), "lab_tool", version: 9),
            try office.sign(Self.recipe("1"), "lab_tool", version: 1),
        ] {
            try folder.replace(place, with: Array(office.text(envelope).utf8))
            #expect(versions.isEmpty)
        }
        try folder.replace(place, with: own)
        #expect(versions == ["2"])
    }

    @Test func `a recipe is withdrawn by a newer version, and a tenant's goes before all's`() throws
    {
        #expect(
            offer(try office.sign(Self.recipe("2"), "lab_tool", scope: .allTenants)) == nil)
        #expect(versions == ["2"])
        #expect(offer(try office.sign(Self.recipe("1.9"), "lab_tool")) == nil)
        #expect(versions == ["1.9"])
        let gone = SignedRecipe(withdrawing: "lab.tool")
        #expect(offer(try office.sign(gone, "lab_tool", version: 2)) == nil)
        #expect(versions.isEmpty)
        let stranger = DocumentScope.tenant(Orders.identifier(12))
        #expect(offer(try office.sign(Self.recipe("5"), "lab_tool", scope: stranger)) != nil)
        #expect(versions.isEmpty)
    }

    @Test func `what has expired goes from the disk once the server does not name it any more`()
        throws
    {
        let short = try office.sign(
            Self.recipe("2"), "lab_tool", expiresAt: Orders.start.adding(seconds: 86_400))
        let more = try office.sign(Self.recipe("7", name: "more"), "more")
        #expect(offer(short, more) == nil)
        #expect(try folder.names(in: TrustFiles.recipes).count == 2)
        world.change { $0.now = $0.now.adding(seconds: 2 * 86_400) }
        // While the server names it, it may be this clock that is wrong.
        _ = offer(short, more)
        #expect(try folder.names(in: TrustFiles.recipes).count == 2)
        #expect(offer(more) == nil)
        #expect(try folder.names(in: TrustFiles.recipes).count == 1)
        #expect(versions == ["7"])
    }
}
