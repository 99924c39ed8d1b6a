import Fleet
import Foundation
import TestSupport
import Testing

@testable import PackageManagers
@testable import ToolOutputs

/// Damaged input: whatever is read, nothing is invented, nothing crashes, and names stay names.
struct MutationTests {
    private static let list = """
        Listing...
        apt/stable-security 2.6.2 amd64 [upgradable from: 2.6.1]
        libc6/stable,stable-security 1:2.36-9+deb12u13 i386 [upgradable from: 1:2.36-9]

        """
    private static let plan = """
        Inst a1 [1:1.0-1] (1:2.0-1 Debian:12/stable, Debian-Security:12/stable-security [amd64]) [b2:amd64 ]
        Inst b2 (2.0 Debian:12/stable [all])
        Remv c3 [1.0]
        Conf a1 (1:2.0-1 Debian:12/stable [amd64])
        1 upgraded, 1 newly installed, 1 to remove and 0 not upgraded.

        """
    private static let release = "NAME=\"A B\"\nID='x'\n# c\nVERSION_ID=12\n"

    private func mutated(_ text: String, using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let place = Int.random(in: 0..<max(bytes.count, 1), using: &generator)
            guard place < bytes.count else { break }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
            }
        }
        return bytes
    }

    @Test(arguments: Seeds.all)
    func `damaged output of a tool gives names, versions or unparsed lines`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for (tool, text) in [
            (ToolOutput.aptListUpgradable, Self.list), (.aptGetSimulate, Self.plan),
            (.osRelease, Self.release),
        ] {
            for _ in 0..<400 {
                let bytes = mutated(text, using: &generator)
                let reading = tool.read(bytes)
                for update in reading.updates {
                    #expect(
                        PackageName(apt: update.name) != nil && isDebianVersion(update.candidate)
                            && isDebianVersion(update.installed)
                            && isDebianArchitecture(update.architecture),
                        "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
                }
            }
        }
    }

    @Test(arguments: Seeds.all)
    func `a damaged database never gives a name that could be an option`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let bytes = mutated(LabRoot.status, using: &generator)
            for entry in DpkgStatus(bytes).entries {
                #expect(PackageName(apt: entry.name) != nil, "seed \(seed): \(entry.name)")
            }
            _ = AptPolicy(bytes)
            _ = AptReleases(bytes)
            _ = AptPlan(bytes)
            _ = AptSourceLists.oneLine(bytes)
            _ = AptSourceLists.paragraphs(bytes)
            _ = AptReleaseFile(bytes, modified: Timestamp(seconds: 0))
            _ = MemoryMaps.replacedFiles(bytes, limit: 4)
            _ = UserSessions.names(inRecords: bytes)
        }
    }

    @Test(arguments: [
        "apt/stable 2.6.2 amd64 [upgradable from: 2.6", "apt/stable 2.6.…", "apt/stable 2.6.2",
        "-rf/stable 1 amd64 [upgradable from: 0]",
        "E: Could not get lock", "apt/stable 2.6.2 amd64 [upgradable]",
        "apt/stable 2.6.2 amd64 [1.0 2.0]", "This is a wrapper", "Updating package lists",
        "Killed", "Fehler: Sperrdatei kann nicht geöffnet werden",
    ])
    func `a cut or strange line of the list is shown`(line: String) {
        let reading = ToolOutput.aptListUpgradable.read(Array("Listing...\n\(line)\n".utf8))
        #expect(reading.unparsed == [line] && reading.updates.isEmpty)
    }

    @Test(arguments: [
        "Listing...", "Auflistung…",
        "WARNING: apt does not have a stable CLI interface. Use with caution in scripts.", "",
        "N: There is 1 additional version. Please use the '-a' switch to see it",
        "Hinweis: Es gibt 1 zusätzliche Version.", "警告：这是一个警告",
    ])
    func `a heading or a notice is neither an update nor an unread line`(line: String) {
        let reading = ToolOutput.aptListUpgradable.read(Array("\(line)\n".utf8))
        #expect(reading.unparsed.isEmpty && reading.updates.isEmpty && reading.packages.isEmpty)
    }

    @Test(arguments: [
        ("es", "actualizable desde: 1:2.6.1"), ("zh", "可从该版本升级：1:2.6.1"),
        ("ko", "1:2.6.1에서 업그레이드 가능"),
        ("fr", "pouvant être mis à jour depuis : 1:2.6.1"),
        ("pl", "możliwa do zaktualizowania z: 1:2.6.1"),
    ])
    func `the installed version is found in any language`(language: String, remark: String) {
        let reading = ToolOutput.aptListUpgradable.read(
            Array("apt/stable 1:2.6.2 amd64 [\(remark)]\n".utf8))
        #expect(reading.updates.map(\.installed) == ["1:2.6.1"] && reading.unparsed.isEmpty)
    }
}
