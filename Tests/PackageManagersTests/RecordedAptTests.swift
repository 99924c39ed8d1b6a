import Foundation
import TestSupport
import Testing

@testable import PackageManagers
@testable import ToolOutputs

/// Output of the real apt, recorded on Debian 12 and 13 in several languages.
@Suite(.requires(.sharedData))
struct RecordedAptTests {
    private func recorded(_ name: String, in folder: String = "tool-outputs-live/apt") throws
        -> [UInt8]
    {
        Array(try Data(contentsOf: Places.sharedData.appending(path: "\(folder)/\(name)")))
    }

    @Test(arguments: [
        ("bw-apt-list-upgradable", ["de", "fr", "ja", "tr"]),
        ("tx-apt-list-upgradable-sid", ["ja"]),
    ])
    func `a list of updates says the same in every language`(name: String, others: [String]) throws
    {
        let base = name.hasPrefix("bw") ? "C" : "de"
        let first = ToolOutput.aptListUpgradable.read(try recorded("\(name)-\(base).out"))
        #expect(first.updates.count > 40 && first.unparsed.isEmpty, "\(first.unparsed)")
        for language in others {
            let other = ToolOutput.aptListUpgradable.read(try recorded("\(name)-\(language).out"))
            #expect(other == first, "\(language)")
        }
    }

    @Test(arguments: ["de", "fr", "ja", "tr"])
    func `a plan says the same in every language`(language: String) throws {
        let first = ToolOutput.aptGetSimulate.read(try recorded("bw-apt-get-s-dist-upgrade-C.out"))
        let other = ToolOutput.aptGetSimulate.read(
            try recorded("bw-apt-get-s-dist-upgrade-\(language).out"))
        #expect(first.updates.count == 45 && first.newPackages?.count == 68)
        #expect(other == first)
    }

    @Test(arguments: [
        ("bw-apt-get-s-upgrade.out", 44, 0, 0), ("bw-apt-get-s-dist-upgrade-C.out", 45, 68, 0),
        ("tx-apt-get-s-dist-upgrade-nothing.out", 6, 0, 0),
        ("bw-apt-get-s-remove-autoremove.out", 0, 0, 10),
        ("bw-apt-get-s-qq-upgrade.out", 44, 0, 0),
    ])
    func `a plan holds what apt counts`(file: String, updates: Int, new: Int, removed: Int) throws {
        let reading = ToolOutput.aptGetSimulate.read(try recorded(file))
        #expect(reading.unparsed.isEmpty)
        #expect(reading.updates.count == updates)
        #expect(reading.newPackages?.count == new)
        #expect(reading.removals?.count == removed)
    }

    @Test func `the list and the plan name the same updates`() throws {
        let list = ToolOutput.aptListUpgradable.read(try recorded("bw2tx-apt-list-upgradable.out"))
        let plan = ToolOutput.aptGetSimulate.read(try recorded("bw2tx-apt-get-s-dist-upgrade.out"))
        func key(_ update: ToolUpdate) -> String {
            "\(update.name) \(update.installed) \(update.candidate)"
        }
        let missing = Set(list.updates.map(key)).subtracting(plan.updates.map(key))
        #expect(list.updates.count > 100)
        // What apt keeps back even then is in the list and not in the plan.
        #expect(missing.count < 10, "\(missing)")
        #expect(Set(plan.updates.map(key)).isSubset(of: Set(list.updates.map(key))))
    }

    @Test func `no recorded line is lost`() throws {
        let folder = Places.sharedData.appending(path: "tool-outputs-live/apt")
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where file.hasSuffix(".out") && (file.contains("-s-") || file.contains("apt-list")) {
            let bytes = try recorded(file)
            let isList = file.contains("apt-list")
            let tool = isList ? ToolOutput.aptListUpgradable : .aptGetSimulate
            let reading = tool.read(bytes)
            #expect(reading.unparsed.isEmpty, "\(file): \(reading.unparsed.prefix(2))")
            let lines = TextLines.strings(bytes)
            let steps = lines.filter { $0.hasPrefix("Inst ") }.count
            let entries = lines.filter { $0.contains("[") && $0.contains("/") }.count
            let read = reading.updates.count + (reading.newPackages?.count ?? 0)
            #expect(isList ? read + reading.packages.count == entries : read == steps, "\(file)")
        }
    }

    @Test func `a marked package with two architectures keeps its name`() throws {
        let bytes = try recorded("apt-get-s-thirdparty-22.04.txt", in: "tool-outputs/apt")
        let reading = ToolOutput.aptGetSimulate.read(bytes)
        #expect(reading.unparsed.isEmpty)
        #expect(
            reading.updates.first?.name == "libkrb5-3"
                && reading.updates.first?.architecture == "i386")
        #expect(reading.updates.map(\.origin).contains("downloads.cursor.com"))
    }

    @Test func `a line that nobody understands is shown and not dropped`() throws {
        let bytes = try recorded("apt-get-s-osconfig-L879.txt", in: "tool-outputs/apt")
        let reading = ToolOutput.aptGetSimulate.read(bytes)
        #expect(reading.unparsed == ["Inst something [we dont understand"])
        #expect(reading.updates.map(\.name) == ["google-cloud-sdk"])
    }

    @Test(arguments: [
        ("apt-get-s-osconfig-L661.txt", "tool-outputs/apt"),
        ("bw-apt-get-missing.out", "tool-outputs-live/apt"),
    ])
    func `text that is no plan is not taken for an empty plan`(file: String, folder: String) throws
    {
        let reading = ToolOutput.aptGetSimulate.read(try recorded(file, in: folder))
        #expect(!reading.unparsed.isEmpty && reading.updates.isEmpty)
    }

    @Test func `the table of versions is read for every package`() throws {
        let policy = AptPolicy(try recorded("bw-apt-cache-policy-many.out"))
        #expect(policy.unparsed.isEmpty)
        let openssl = try #require(policy.entries["openssl"])
        #expect(openssl.candidate != nil && !openssl.versions.isEmpty)
        #expect(openssl.versions.contains { $0.isInstalled })
        #expect(openssl.versions.allSatisfy { $0.isInstalled || !$0.sources.isEmpty })
    }

    @Test func `the releases are named as apt names them in its plans`() throws {
        let releases = AptReleases(try recorded("bw-apt-cache-policy-global.out"))
        let names = Set(releases.bySource.values.map(\.description))
        #expect(names.contains("Debian-Security:12/oldstable-security"))
    }

    @Test func `sizes and kept back packages are read from a plan's addresses`() throws {
        let plan = AptPlan(try recorded("bw-apt-get-print-uris.out"))
        #expect(plan.bytes.count > 40 && plan.bytes.values.allSatisfy { $0 > 0 })
        #expect(plan.keptBack == ["postgresql-15"])
        #expect(plan.upgraded.contains("openssl"))
        #expect(plan.bytes.keys.contains { $0.version.contains(":") })
    }

    @Test func `names beside their versions are read too`() throws {
        let plan = AptPlan(try recorded("bw-apt-get-V-u-upgrade.out"))
        #expect(plan.keptBack == ["postgresql-15"])
        #expect(
            plan.newlyInstalled.count == 68 && plan.newlyInstalled.contains("firmware-linux-free"))
        #expect(plan.upgraded.count == 45)
    }

    @Test func `apt's words for an unmet dependency are kept`() throws {
        let refusal = AptRefusal(
            CommandOutput(
                status: 100, output: try recorded("fail-unmet-deps.out"),
                errorOutput: try recorded("fail-unmet-deps.err")))
        #expect(
            refusal.unmet["pm-unmet"] == [
                "Depends: libssl3 (>= 99) but 3.0.22-1~deb12u2 is to be installed",
                "Depends: no-such-lib but it is not installable",
            ])
        #expect(refusal.error == "Unable to correct problems, you have held broken packages.")
    }

    @Test(arguments: [
        ("err-apt-update-404-release", "nosuchsuite", "does not have a Release file"),
        ("err-apt-update-expired", "sid", "is expired"),
        ("err-apt-update-no-pubkey", "trixie", "NO_PUBKEY"),
    ])
    func `a refresh that fails for one source is told of that source alone`(
        name: String, suite: String, words: String
    ) throws {
        let suites = ["bookworm", "bookworm-updates", "bookworm-backports", suite]
        let sources = suites.map {
            AptSource(address: "http://deb.example.org/debian", suite: $0, components: ["main"])
        }
        let reading = AptRefreshReading(
            CommandOutput(
                status: 100, output: try recorded("\(name).out"),
                errorOutput: try recorded("\(name).err")),
            sources: sources)
        #expect(reading.errors.keys.sorted() == ["http://deb.example.org/debian \(suite)"])
        let error = reading.errors.values.first ?? ""
        #expect(error.contains(words) || error.contains("404"), "\(error)")
        #expect(reading.answered.count == 3 && reading.generalErrors.isEmpty)
    }

    @Test func `a refused connection is a failure although apt ends with success`() throws {
        let sources = ["http://127.0.0.1:9/debian", "http://deb.example.org/debian"].map {
            AptSource(address: $0, suite: "bookworm", components: ["main"])
        }
        let reading = AptRefreshReading(
            CommandOutput(
                status: 0, output: try recorded("err-apt-update-conn-refused.out"),
                errorOutput: try recorded("err-apt-update-conn-refused.err")),
            sources: sources)
        #expect(
            reading.errors["http://127.0.0.1:9/debian bookworm"]?.contains("Connection refused")
                == true)
        #expect(reading.answered == ["http://deb.example.org/debian bookworm"])
    }
}
