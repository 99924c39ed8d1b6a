import Testing

@testable import AgentSystem

@Suite("An agent that waits gives its code's pages back")
struct IdleMemoryTests {
    @Test func `only files' mappings that are executable and not writable count`() {
        let map = """
            00400000-02096000 r-xp 00000000 fe:00 5310674   /usr/bin/patchbay-agent
            02097000-0217e000 r--p 01c96000 fe:00 5310674   /usr/bin/patchbay-agent
            0217e000-02531000 rw-p 01d7d000 fe:00 5310674   /usr/bin/patchbay-agent
            02531000-0263d000 rwxp 00000000 00:00 0
            7f0000000000-7f0000001000 r-xp 00000000 fe:00 7   /usr/lib/with blank.so
            7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0   [vdso]
            nonsense
            """
        #expect(
            IdleMemory.codeRanges(of: map) == [
                0x40_0000..<0x209_6000, 0x7f00_0000_0000..<0x7f00_0000_1000,
            ])
    }

    @Test func `the program goes on after letting go`() {
        IdleMemory.giveBack()
        #expect([3, 1, 2].sorted() == [1, 2, 3])
    }
}
