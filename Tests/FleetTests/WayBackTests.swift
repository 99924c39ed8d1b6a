import Fleet
import Testing

struct WayBackTests {
    private func update(_ name: String, _ wayBack: WayBack?) -> Update {
        Update(
            manager: .apt, name: name, architecture: "amd64", installed: "1", candidate: "2",
            classes: [.security], origin: "Debian", installability: .installable, wayBack: wayBack)
    }

    @Test func `Each version without a way back is told once, with on how many endpoints`() {
        let updates = [
            update("zsh", .noWay), update("bash", .noWay), update("curl", .packageDowngrade),
            update("bash", .noWay), update("nginx", nil), update("bash", .packageDowngrade),
        ]
        #expect(updates.withoutWayBack == ["bash 2 on 2 endpoints", "zsh 2 on 1 endpoint"])
        #expect([Update]().withoutWayBack.isEmpty)
    }
}
