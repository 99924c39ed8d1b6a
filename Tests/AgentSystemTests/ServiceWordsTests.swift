@testable import AgentSystem
import AgentCore
import Testing

@Suite struct `What systemd says of services` {
    @Test func `blocks of systemctl show are read, and what is not loaded is left out`() {
        let text = """
            Type=notify
            Id=nginx.service
            After=network.target postgresql.service
            Names=nginx.service web.service
            RequiredBy=shop.service
            BoundBy=
            ConsistsOf=shop.service tally.service
            LoadState=loaded
            ActiveState=active
            RefuseManualStart=no
            RefuseManualStop=no
            Transient=no

            Type=oneshot
            Id=backup.service
            After=
            LoadState=loaded
            ActiveState=activating
            RefuseManualStart=no
            RefuseManualStop=yes
            Transient=yes

            Id=gone.service
            LoadState=not-found
            ActiveState=inactive

            """
        #expect(
            ServiceProperties.read(text) == [
                ServiceUnit(
                    name: "nginx.service", after: ["network.target", "postgresql.service"],
                    otherNames: ["web.service"], takesAlong: ["shop.service", "tally.service"]),
                ServiceUnit(
                    name: "backup.service", isActive: false, isTask: true, isTransient: true,
                    refusesByHand: true),
            ])
        #expect(ServiceProperties.read("").isEmpty)
    }
}
