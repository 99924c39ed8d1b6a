// swift-tools-version: 6.2
// The table of contents: each target imports only what stands in its list, and an arrow points down.
// Tests/ArchitectureTests compares this file, and every `import`, with docs/architecture.md.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")

/// One module of the product: its folder is `Sources/<name>`.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(name)", exclude: ["README.md"],
        swiftSettings: strict)
}

/// One test bundle: its folder is `Tests/<name>`.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)",
        swiftSettings: strict)
}

let package = Package(
    name: "patchbay",
    products: [
        .executable(name: "patchbay", targets: ["patchbay"]),
        .executable(name: "patchbay-agent", targets: ["patchbay-agent"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Layer 0: the vocabulary and the order of versions. No clock, disk, network or randomness.
        module("Fleet"),
        module("Versions"),
        // Layer 1: decisions as functions of values.
        module("Advisories", ["Fleet", "Versions"]),
        module("Calendar", ["Fleet"]),
        module("Readiness", ["Fleet"]),
        module("Forensics", ["Fleet"]),
        module("Health"),
        module("Verdicts", ["Fleet"]),
        module(
            "Policy",
            ["Fleet", "Versions", "Calendar", "Forensics", "Health", "Readiness", "Verdicts"]),
        module("Recipes", ["Fleet", "Versions"]),
        module("Rollout", ["Fleet", "Calendar", "Forensics", "Health", "Policy"]),
        // Layer 2: bytes <-> values, and what makes them trustworthy.
        module("AdvisoryFormats", ["Fleet", "Versions", "Advisories", "Markup"]),
        module("AgentProtocol", ["Fleet", "Forensics", "Rollout"]),
        module("Markup"),
        module(
            "PolicyDocument",
            [
                "Fleet", "Versions", "Calendar", "Forensics", "Health", "Readiness", "Verdicts",
                "Policy",
                "Recipes", yams,
            ]),
        module(
            "PolicyForm",
            [
                "Fleet", "Calendar", "Forensics", "Health", "Readiness", "Verdicts", "Policy",
                "PolicyDocument",
            ]),
        module(
            "Trust",
            [
                "Fleet", "Versions", "Calendar", "Verdicts", "Policy", "Recipes", crypto,
                cryptoExtras, swiftASN1, x509,
            ]),
        // Layer 3: use cases of the server and of the agent, with the ports they need.
        module(
            "ServerRecords",
            [
                "Fleet", "Versions", "Advisories", "AdvisoryFormats", "Calendar", "Forensics",
                "Verdicts",
                "Policy", "Rollout", "Trust",
            ]),
        module(
            "Findings",
            ["Fleet", "Advisories", "Calendar", "Forensics", "Policy", "ServerRecords"]),
        module(
            "ControlPlane",
            [
                "Findings", "Fleet", "Versions", "Advisories", "Calendar",
                "Verdicts", "Policy",
                "Rollout", "AgentProtocol", "Trust", "ServerRecords",
            ]),
        module(
            "Intelligence",
            [
                "Findings", "Fleet", "Advisories", "AdvisoryFormats", "Trust", "ServerRecords",
                "ControlPlane",
            ]),
        module(
            "Administration",
            [
                "Intelligence", "Findings", "Fleet", "Advisories", "AdvisoryFormats", "Calendar",
                "Policy",
                "PolicyDocument", "Rollout", "Trust", "ServerRecords", "ControlPlane",
                "AcceptedRisks",
            ]),
        module(
            "Triage",
            [
                "Fleet", "Findings", "Forensics", "Rollout", "Trust", "ServerRecords",
                "ControlPlane", "Intelligence",
            ]),
        module("AcceptedRisks", ["Fleet", "Policy", "ServerRecords", "ControlPlane"]),
        module(
            "Exclusions",
            [
                "Findings", "Fleet", "Versions", "Advisories", "Policy", "ServerRecords",
                "ControlPlane", "Intelligence", "Administration",
            ]),
        module(
            "Emergencies",
            [
                "Fleet", "Advisories", "Calendar", "Policy", "Rollout", "ServerRecords",
                "ControlPlane", "Administration",
            ]),
        module(
            "SavedPlans",
            [
                "Fleet", "Policy", "Rollout", "Trust", "ServerRecords", "ControlPlane",
                "Administration",
            ]),
        module(
            "Groups",
            [
                "Fleet", "Policy", "PolicyDocument", "ServerRecords", "ControlPlane",
                "Administration",
            ]),
        module(
            "Requests",
            ["Fleet", "Policy", "Rollout", "ServerRecords", "ControlPlane", "Administration"]),
        module(
            "VerdictFeeds",
            ["Fleet", "Verdicts", "Trust", "ServerRecords", "ControlPlane"]),
        module(
            "Duties",
            ["Fleet", "Calendar", "Policy", "Trust", "ServerRecords", "ControlPlane"]),
        module("Foresight", ["Findings", "Fleet", "Policy", "ServerRecords", "ControlPlane"]),
        module("Rollbacks", ["Fleet", "Policy", "Rollout", "ServerRecords", "ControlPlane"]),
        module(
            "Bundles",
            [
                "Fleet", "Versions", "Policy", "Rollout", "ServerRecords", "ControlPlane",
                "Administration", "Rollbacks",
            ]),
        module(
            "Notices",
            ["Fleet", "Calendar", "Policy", "ServerRecords", "ControlPlane", "Administration"]),
        module(
            "SignedRecipes",
            ["Fleet", "Recipes", "Trust", "ServerRecords", "ControlPlane"]),
        module(
            "AgentCore",
            [
                "Fleet", "Versions", "Calendar", "Forensics", "Health", "Readiness", "Policy",
                "Recipes",
                "Rollout", "AgentProtocol", "Trust", logging,
            ]),
        module(
            "AgentEvidence",
            ["Fleet", "Forensics", "AgentProtocol", "AgentCore", "Trust", logging]),
        // Layer 4: adapters to the world.
        .systemLibrary(
            name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CBzip2", path: "Sources/CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(
            name: "CLZMA", path: "Sources/CLZMA", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(
            name: "CZstandard", path: "Sources/CZstandard", providers: [.apt(["libzstd-dev"])]),
        module(
            "Feeds",
            [
                "Fleet", "Advisories", "AdvisoryFormats", "ServerRecords", "Trust", "CZlib",
                "CBzip2", "CLZMA", "CZstandard", asyncHTTPClient, nioCore, nioHTTP1,
            ]),
        .systemLibrary(
            name: "CLibPQ", path: "Sources/CLibPQ", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]),
        module(
            "Store",
            [
                "Fleet", "Verdicts", "Policy", "Rollout", "Trust", "ServerRecords", "CLibPQ", grdb,
                grdbSQLite,
            ]),
        module(
            "HTTPAPI",
            [
                "Fleet", "Advisories", "Policy", "Rollout", "AgentProtocol", "Trust",
                "ServerRecords", "ControlPlane", "Intelligence", "Administration", "SavedPlans",
                "SignedRecipes", "Notices", "Groups", "Rollbacks", "Bundles", "Duties", "Requests",
                "Emergencies", "Forensics", "Triage", "Exclusions",
                "Verdicts", "VerdictFeeds", httpTypes,
                hummingbird,
                hummingbirdTLS,
                logging,
                nioCore, nioSSL,
            ]),
        module("HTMLTree", ["Fleet", "Trust"]),
        module("SystemFiles", ["Fleet"]),
        module(
            "PageParts",
            ["HTMLTree", "Fleet", "Policy", "Rollout", "ServerRecords", "Administration"]),
        module(
            "PolicyEditor",
            [
                "HTMLTree", "PageParts", "Fleet", "Calendar", "Policy", "PolicyForm",
                "ServerRecords", "Administration",
            ]),
        module(
            "PlanPages",
            [
                "HTMLTree", "PageParts", "Fleet", "Policy", "ServerRecords", "SavedPlans",
            ]),
        module(
            "DutyPages",
            [
                "HTMLTree", "PageParts", "Fleet", "Policy", "ServerRecords", "Administration",
                "Duties",
            ]),
        module(
            "RollbackPages",
            ["HTMLTree", "PageParts", "Fleet", "Rollout", "ServerRecords", "Rollbacks"]),
        module(
            "TriagePages",
            ["HTMLTree", "PageParts", "Fleet", "Forensics", "ServerRecords", "Triage"]),
        module(
            "EmergencyPages", ["HTMLTree", "PageParts", "Fleet", "ServerRecords", "Emergencies"]),
        module(
            "BundlePages",
            ["HTMLTree", "PageParts", "Fleet", "Rollout", "ServerRecords", "Bundles"]),
        module(
            "RequestPages", ["HTMLTree", "PageParts", "Fleet", "ServerRecords"]),
        module(
            "VerdictPages",
            [
                "HTMLTree", "PageParts", "Fleet", "Verdicts", "Policy", "ServerRecords",
                "VerdictFeeds",
            ]),
        module(
            "AccountPages",
            ["HTMLTree", "PageParts", "Fleet", "ServerRecords", "Administration"]),
        module(
            "RecipePages",
            [
                "HTMLTree", "PageParts", "Fleet", "ServerRecords", "Recipes", "SignedRecipes",
                "Administration",
            ]),
        module(
            "Dashboard",
            [
                "HTMLTree", "PageParts", "PolicyForm", "PolicyEditor", "PlanPages", "SavedPlans",
                "RecipePages", "SignedRecipes", "PolicyDocument", "Fleet", "Advisories", "Policy",
                "Rollout", "Trust", "ServerRecords", "ControlPlane", "Intelligence",
                "Administration", "Groups", "Rollbacks", "Bundles", "BundlePages", "HTTPAPI",
                "Duties", "DutyPages", "AccountPages", "Requests", "RequestPages",
                "Emergencies", "EmergencyPages", "Forensics", "Triage", "TriagePages",
                "Exclusions", "Verdicts", "VerdictFeeds", "VerdictPages", "RollbackPages",
                httpTypes,
            ]),
        module("ToolOutputs", ["Fleet", "Versions", "Markup"]),
        module(
            "PackageManagers",
            [
                "Fleet", "Versions", "Rollout", "AgentCore", "Trust", "SystemFiles", "ToolOutputs",
                subprocess,
            ]),
        module(
            "Applications",
            ["Recipes", "SystemFiles", "PackageManagers"]),
        module(
            "LinuxPackages",
            [
                "Fleet", "Versions", "Policy", "Recipes", "Rollout", "AgentCore", "Markup",
                "SystemFiles", "ToolOutputs", "PackageManagers", "Applications",
            ]),
        module(
            "WindowsPackages",
            [
                "Fleet", "Versions", "Policy", "Rollout", "AgentCore", "SystemFiles",
                "ToolOutputs", "PackageManagers",
            ]),
        module(
            "MacPackages",
            [
                "Fleet", "Versions", "Policy", "Rollout", "AgentCore", "Trust", "SystemFiles",
                "ToolOutputs", "PackageManagers",
            ]),
        module(
            "AgentSystem",
            [
                "Fleet", "Calendar", "Forensics", "Health", "Readiness", "Policy", "Rollout",
                "AgentCore",
                "AgentEvidence", "SystemFiles", "Trust",
            ]),
        module(
            "AgentTransport",
            [
                "Fleet", "Forensics", "Rollout", "AgentProtocol", "AgentCore", "Trust",
                asyncHTTPClient, nioCore,
                nioHTTP1, nioSSL,
            ]),
        module(
            "Simulation",
            [
                "Fleet", "Versions", "Calendar", "Policy", "Rollout", "AgentProtocol",
                "Trust", "ServerRecords", "ControlPlane", "Administration", "AgentCore", "Store",
                logging,
            ]),
        // Layer 5: the command line and the composition roots.
        module(
            "CommandBasics",
            [
                "Fleet", "Versions", "Calendar", "Trust", "AgentProtocol", "ServerRecords",
                "AgentCore", "AgentTransport", "Feeds", "SystemFiles", argumentParser,
                asyncHTTPClient, logging, nioCore, nioHTTP1, nioSSL,
            ]),
        module(
            "OfflineCommands",
            [
                "CommandBasics", "Fleet", "Versions", "Calendar", "Verdicts", "Policy", "Recipes",
                "Advisories", "PolicyDocument", "AdvisoryFormats", "Trust", "ServerRecords",
                "Findings", "Feeds",
                "ToolOutputs", "PackageManagers", "AgentSystem", "Simulation", argumentParser,
            ]),
        module(
            "Measuring",
            [
                "CommandBasics", "Fleet", "Versions", "Calendar", "Policy", "Advisories", "Feeds",
                "AgentProtocol", "Trust", "ServerRecords", "ControlPlane", "Intelligence",
                "Findings",
                "Administration", "Store", "HTTPAPI", "Simulation",
                argumentParser, asyncHTTPClient, nioCore, nioHTTP1, nioSSL,
            ]),
        .executableTarget(
            name: "patchbay",
            dependencies: [
                "CommandBasics", "OfflineCommands", "Measuring", "Advisories", "Feeds", "Fleet",
                "Policy", "Rollout", "Trust", "ServerRecords", "ControlPlane",
                "Intelligence", "Administration", "SavedPlans", "Notices", "Groups", "Rollbacks",
                "Bundles", "AgentCore",
                "Store",
                "HTTPAPI", "Dashboard", "LinuxPackages", "MacPackages", "PackageManagers",
                "AgentSystem",
                "AgentTransport",
                "Calendar", "Recipes", "SignedRecipes", "Duties", "Requests", "AcceptedRisks",
                "Verdicts", "VerdictFeeds", "Emergencies", "Exclusions", "Forensics", "Triage",
                "Foresight",
                argumentParser, asyncHTTPClient, logging, nioCore, nioHTTP1,
                serviceLifecycle, unixSignals,
            ],
            path: "Sources/patchbay", exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "patchbay-agent",
            dependencies: [
                "Fleet", "Policy", "AgentProtocol", "AgentCore", "AgentEvidence", "AgentSystem",
                "AgentTransport", "LinuxPackages",
                .target(name: "MacPackages", condition: .when(platforms: [.macOS])),
                "WindowsPackages", "PackageManagers", "Trust",
                "Recipes", "Applications", argumentParser, logging,
            ],
            path: "Sources/patchbay-agent", exclude: ["README.md"], swiftSettings: strict),
        // Tests, and what they share (not shipped).
        .target(
            name: "TestSupport", dependencies: ["Fleet"], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("ArchitectureTests", []),
        tests(
            "ControlPlaneTests",
            [
                "Findings", "Fleet", "Versions", "Advisories", "AdvisoryFormats", "Policy",
                "Rollout",
                "AgentProtocol", "Calendar", "Trust", "ServerRecords", "ControlPlane",
                "Intelligence", "Administration", "SavedPlans", "SignedRecipes", "Recipes",
                "Notices", "Groups", "Rollbacks", "Duties", "Requests", "AcceptedRisks",
                "Bundles", "Emergencies", "Forensics", "Triage", "Exclusions", "Store",
                "Verdicts", "VerdictFeeds", "Foresight",
            ]),
        tests(
            "StoreTests",
            [
                "Fleet", "Forensics", "Verdicts", "Trust", "Policy", "Rollout", "ServerRecords",
                "ControlPlane", "Administration", "Store",
            ]),
        tests("ToolOutputsTests", ["ToolOutputs", "Fleet"]),
        tests(
            "PackageManagersTests",
            ["PackageManagers", "ToolOutputs", "SystemFiles", "AgentCore", "Fleet", "Versions"]),
        tests(
            "DashboardTests",
            [
                "Dashboard", "HTMLTree", "PageParts", "PlanPages", "SavedPlans", "RecipePages",
                "Recipes", "SignedRecipes", "HTTPAPI", "ServerRecords", "ControlPlane",
                "Administration", "Advisories", "Policy", "PolicyDocument", "PolicyForm",
                "PolicyEditor", "Groups", "Rollbacks", "Rollout", "Fleet", "Duties", "DutyPages",
                "Bundles", "BundlePages",
                "AccountPages", "RequestPages", "Emergencies", "EmergencyPages", "Trust",
                "Forensics", "Triage", "TriagePages",
                "Verdicts", "VerdictFeeds", "VerdictPages", "RollbackPages",
            ]),
        tests(
            "HTTPAPITests",
            [
                "Fleet", "Advisories", "AdvisoryFormats", "Versions", "Rollout", "AgentProtocol",
                "Trust", "ServerRecords", "ControlPlane", "Intelligence",
                "Administration", "SavedPlans", "Groups", "Notices", "Recipes", "SignedRecipes",
                "Rollbacks", "Duties", "Requests", "VerdictFeeds", "Verdicts", "Emergencies",
                "Bundles",
                "Forensics", "Triage", "Store",
                "HTTPAPI", "Dashboard",
                httpTypes, hummingbird, hummingbirdTesting, logging,
            ]),
        tests("CommandLineTests", ["patchbay", "CommandBasics"]),
        tests("TestSupportTests", []),
        tests("EndToEndTests", ["Fleet", "Forensics", "Rollout"]),
        tests("VersionsTests", ["Versions"]),
        tests("AdvisoriesTests", ["Advisories", "Fleet", "Versions"]),
        tests("AdvisoryFormatsTests", ["AdvisoryFormats", "Advisories", "Fleet", "Versions"]),
        tests("CalendarTests", ["Calendar", "Fleet"]),
        tests(
            "FeedsTests",
            ["Feeds", "AdvisoryFormats", "Advisories", "ServerRecords", "Trust", "Fleet"]),
        tests("MarkupTests", ["Markup"]),
        tests(
            "PolicyDocumentTests",
            [
                "PolicyDocument", "PolicyForm", "Health", "Readiness", "Verdicts", "Policy",
                "Recipes",
                "Calendar", "Fleet", "Versions",
            ]),
        tests("RecipesTests", ["Recipes", "Fleet"]),
        tests("ApplicationsTests", ["Applications", "Recipes", "PackageManagers"]),
        tests("FleetTests", ["Fleet"]),
        tests("ForensicsTests", ["Forensics", "Fleet"]),
        tests("PolicyTests", ["Policy", "Readiness", "Verdicts", "Versions", "Calendar", "Fleet"]),
        tests(
            "SavedPlansTests",
            ["SavedPlans", "Administration", "Fleet", "Policy", "Rollout"]),
        tests("RolloutTests", ["Rollout", "Fleet", "Calendar", "Policy"]),
        tests("HealthTests", ["Health"]),
        tests(
            "AgentCoreTests",
            [
                "AgentCore", "AgentEvidence", "AgentProtocol", "Fleet", "Forensics", "Health",
                "Readiness",
                "Policy", "Recipes", "Rollout", "Trust", "Simulation", logging,
            ]),
        tests(
            "AgentSystemTests",
            [
                "AgentSystem", "AgentCore", "Fleet", "Forensics", "Health", "Readiness", "Policy",
                "Rollout",
            ]),
        tests(
            "AgentTransportTests",
            ["AgentTransport", "AgentCore", "AgentProtocol", "Fleet", "Trust", nioHTTP1]),
        tests(
            "LinuxPackagesTests",
            [
                "LinuxPackages", "Applications", "PackageManagers", "AgentCore", "Fleet", "Policy",
                "Recipes", "Rollout", "Advisories", "AdvisoryFormats", "Feeds",
                "ToolOutputs",
            ]),
        tests(
            "MacPackagesTests",
            [
                "MacPackages", "PackageManagers", "AgentCore", "Fleet", "Policy", "Rollout",
            ]),
        tests(
            "PackageManagersInstallTests",
            ["PackageManagers", "SystemFiles", "AgentCore", "Fleet", "Rollout"]),
        tests(
            "WindowsPackagesTests",
            ["WindowsPackages", "PackageManagers", "AgentCore", "Fleet", "Policy", "Rollout"]),
        tests("AgentProtocolTests", ["AgentProtocol", "Fleet", "Forensics", "Rollout"]),
        tests("TrustTests", ["Trust", "Verdicts", "Fleet", "Versions", "Calendar", "Policy"]),
        tests("SimulationTests", ["Simulation"]),
    ]
)
