import Fleet
import PackageManagers
import TestSupport
import Testing

@testable import MacPackages

/// What a Mac is: `sw_vers`, `sysctl`, `system_profiler -json`, `pmset`, `who`.
struct MacFactsTests {
    private static let profile = """
        2027-01-15 08:00:00.000 system_profiler[123:456] some noise of its own
        {
          "SPHardwareDataType" : [
            { "_name" : "hardware_overview", "chip_type" : "Apple M1",
              "machine_name" : "MacBook Air", "machine_model" : "MacBookAir10,1",
              "number_processors" : "proc 8:4:4", "physical_memory" : "16 GB",
              "platform_UUID" : "2B05150B-FA33-45BD-90F0-3369BF908E3E",
              "serial_number" : "C02LAB7Q6L4F" }
          ],
          "SPApplicationsDataType" : [
            { "_name" : "Safari", "path" : "/Applications/Safari.app", "version" : "26.4",
              "obtained_from" : "apple", "signed_by" : ["Software Signing"] },
            { "_name" : "Terminal", "path" : "/System/Applications/Utilities/Terminal.app",
              "version" : "2.14", "obtained_from" : "apple" },
            { "_name" : "\u{200E}WhatsApp", "path" : "/Applications/WhatsApp.app",
              "version" : "24.1.0", "obtained_from" : "mac_app_store" },
            { "_name" : "zoom.us", "path" : "/Applications/zoom.us.app",
              "version" : "5.17.5 (29101)", "obtained_from" : "identified_developer" },
            { "_name" : "zoom.us", "path" : "/Users/ada/Applications/zoom.us.app",
              "version" : "5.10.0 (5714)", "obtained_from" : "identified_developer" },
            { "_name" : "Helper", "path" : "/Applications/zoom.us.app/Contents/Helper.app",
              "version" : "1.0", "obtained_from" : "identified_developer" },
            { "_name" : "R&D Tool", "path" : "/Applications/R&D Tool.app", "version" : "1.2",
              "obtained_from" : "unknown" },
            { "_name" : "Nameless", "path" : "/Applications/Nameless.app" },
            { "_name" : 7, "path" : ["odd"] }
          ],
          "SPInstallHistoryDataType" : [
            { "_name" : "Command Line Tools for Xcode 26.3", "install_version" : "26.3",
              "package_source" : "package_source_apple" },
            { "_name" : "Command Line Tools for Xcode", "install_version" : "16.4",
              "package_source" : "package_source_apple" },
            { "_name" : "macOS 26.5", "install_version" : "26.5",
              "package_source" : "package_source_apple" },
            { "_name" : "Lab Agent", "install_version" : "8.2.1",
              "package_source" : "package_source_other" }
          ]
        }
        """

    private static let programs = PlayedPrograms([
        "sw_vers": .init(output: MacText.tahoe),
        "sysctl \(KernelValues.names.joined(separator: " "))": .init(
            status: 1, output: MacText.silicon),
        "system_profiler -json \(SystemProfile.kinds.joined(separator: " "))": .init(
            output: profile),
        "pmset -g batt": .init(
            output: "Now drawing from 'Battery Power'\n"
                + " -InternalBattery-0 (id=4653155)\t47%; discharging; 3:10 remaining\n"),
        "who": .init(output: "ada      console  Jan 15 08:10\nada      ttys000  Jan 15 08:11\n"),
        "softwareupdate --list": .init(output: MacText.none),
    ])

    @Test func `a Mac is known by its release, its hardware and its people`() async throws {
        try await withTemporaryFolder { folder in
            let mac = try PlayedMac(folder, hasHomebrew: false)
            let now = Timestamp(seconds: 1_800_000_000)
            let scan = try await MacScanner(mac.place, runner: Self.programs) { now }
                .scan(refreshingSources: true)
            let facts = scan.endpoint
            #expect(facts.os.id == "macos")
            #expect(facts.os.versionId == "26.5")
            #expect(facts.os.name == "macOS 26.5 (25F60)")
            #expect(facts.os.codename == "Tahoe")
            #expect(facts.hostname == "Mac-7.example.org")
            #expect(facts.kernel == "25.5.0")
            #expect(facts.architecture == "arm64")
            #expect(facts.bootId == "5b1c8a2e-0000-4d3b-9c3a-1f2e3d4c5b6a")
            #expect(facts.hardware.model == "MacBook Air (MacBookAir10,1)")
            #expect(facts.hardware.processor == "Apple M1")
            #expect(facts.hardware.processorCount == 8)
            #expect(facts.hardware.memoryBytes == 16 << 30)
            #expect(facts.power == Power(onMains: false, batteryPercent: 47))
            #expect(facts.usersLoggedIn == ["ada"])
            #expect(facts.identity?.fullName == "mac-7.example.org")
            #expect(facts.identity?.serialNumber == "C02LAB7Q6L4F")
            #expect(facts.machineFingerprint?.count == 64)
            #expect(scan.scannedAt == now)
        }
    }

    @Test func `what is installed is told by whose it is, each thing once`() async throws {
        try await withTemporaryFolder { folder in
            let mac = try PlayedMac(folder, hasHomebrew: false)
            let scan = try await MacScanner(mac.place, runner: Self.programs) {
                Timestamp(seconds: 1_800_000_000)
            }.scan(refreshingSources: false)
            #expect(
                scan.packages.map { "\($0.manager.rawValue) \($0.name) \($0.version)" } == [
                    "application WhatsApp 24.1.0",
                    // The older of two copies is the one that needs an update.
                    "application zoom.us 5.10.0 (5714)",
                    "softwareupdate Command Line Tools for Xcode 26.3",
                    "softwareupdate Safari 26.4", "softwareupdate macOS 26.5",
                ])
            // A name that no inventory can hold is told; what has no version cannot be old.
            #expect(scan.unparsed == ["/Applications/R&D Tool.app"])
            // An inventory of it can be written and read back.
            let inventory = Inventory(scan.packages)
            #expect(try InventoryText(inventory.canonicalBytes).inventory == inventory)
        }
    }

    @Test func `a Mac that does not say which macOS it has is not judged`() async throws {
        try await withTemporaryFolder { folder in
            let mac = try PlayedMac(folder)
            await #expect(throws: (any Error).self) {
                try await MacScanner(mac.place, runner: PlayedPrograms([:])) {
                    Timestamp(seconds: 0)
                }.scan(refreshingSources: false)
            }
        }
    }

    @Test func `a profiler that hangs is a failed source, and the rest is told`() async throws {
        try await withTemporaryFolder { folder in
            let mac = try PlayedMac(folder, hasHomebrew: false)
            var programs = Self.programs
            programs.answers[
                "system_profiler -json \(SystemProfile.kinds.joined(separator: " "))"] = .init(
                    hangs: true)
            let scan = try await MacScanner(mac.place, runner: programs) {
                Timestamp(seconds: 1_800_000_000)
            }.scan(refreshingSources: false)
            let source = scan.sources.first { $0.name == "system_profiler" }
            #expect(source?.state == .failed)
            #expect(source?.error?.contains("did not end within") == true)
            #expect(scan.packages.map(\.name) == ["macOS"])
            #expect(scan.endpoint.hardware.model == "MacBookAir10,1")
        }
    }

    @Test(arguments: [
        ("ProductName:\t\tMac OS X\nProductVersion:\t\t10.3\nBuildVersion:\t\t7A100\n", "10.3"),
        ("ProductName:\t\tmacOS Server\nProductVersion:\t\t13.4.1\n", "13"),
        ("ProductName: macOS\nProductVersion: 26.5.1\nBuildVersion: 25F80\n", "26"),
    ])
    func `each release is told from the version`(text: String, release: String) throws {
        let system = try #require(MacSystem(Array(text.utf8)))
        #expect(system.release == release)
        #expect(system.isBigSurOrNewer == !release.contains("."))
    }

    @Test(arguments: ["", "ProductName: macOS\n", "ProductName: macOS\nProductVersion: beta\n"])
    func `what tells no version is no macOS`(text: String) {
        #expect(MacSystem(Array(text.utf8)) == nil)
    }

    @Test(
        .requires(.sharedData),
        arguments: ["sw_vers-10.3-vuls", "sw_vers-13-server-vuls", "sw_vers-MacOS-vuls"])
    func `recorded answers of sw_vers are read`(file: String) throws {
        let text = try Places.recordedOfMac("macos/\(file).txt")
        let system = try #require(MacSystem(Array(text.utf8)))
        #expect(!system.build.isEmpty)
        #expect(system.operatingSystem.id == "macos")
    }

    @Test(.requires(.sharedData))
    func `a recorded history of installations tells what is Apple's`() throws {
        let text = try Places.recordedOfMac("macos/SPInstallHistoryDataType.json")
        let profile = try #require(SystemProfile(Array(text.utf8)))
        #expect(profile.installations.count == 3)
        #expect(
            MacScanner.ofApple(profile) == [
                "MAContent10_AssetPack_0048_AlchemyPadsDigitalHolyGhost": "2.0.0.0"
            ])
    }
}
