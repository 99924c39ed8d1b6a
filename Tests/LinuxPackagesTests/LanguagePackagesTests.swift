@testable import LinuxPackages
import Fleet
import Foundation
import PackageManagers
import TestSupport
import Testing

/// What pip, npm, gem and cargo have put on an endpoint.
struct LanguagePackagesTests {
    private func read(_ files: [String: String]) throws -> LanguagePackages {
        var read: LanguagePackages?
        try withTemporaryFolder { folder in
            for (path, text) in files {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            read = LanguagePackages(root: folder.path)
        }
        return try #require(read)
    }

    private func lines(_ files: [String: String]) throws -> [String] {
        try read(files).sorted.map {
            "\($0.manager.rawValue) \($0.name) \($0.version) \($0.architecture)"
        }
    }

    private static let requests = "usr/local/lib/python3.11/dist-packages/requests-2.31.0.dist-info"

    @Test func `pip's packages are read from their metadata, whose body says nothing`() throws {
        let text = "Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n\nVersion: 9.9\n"
        #expect(
            try lines(["\(Self.requests)/METADATA": text, "\(Self.requests)/INSTALLER": "pip\n"])
                == ["pip requests 2.31.0 python3.11"])
    }

    @Test func `what the system's package manager has put there is left out`() throws {
        let text = "Name: requests\nVersion: 2.31.0\n"
        let system = "usr/lib/python3.12/site-packages/requests-2.31.0.dist-info"
        #expect(
            try lines([
                "\(system)/METADATA": text, "\(system)/INSTALLER": "rpm\n",
                "\(Self.requests)/METADATA": text, "\(Self.requests)/INSTALLER": "debian\n",
                "usr/lib/python3/dist-packages/a-1.dist-info/METADATA": "Name: a\nVersion: 1\n",
                "usr/lib/python3.12/site-packages/b-1.dist-info/METADATA": "Name: b\nVersion: 1\n",
            ]).isEmpty)
    }

    @Test func `npm's global packages are read, with scopes, and of copies the oldest`() throws {
        #expect(
            try lines([
                "usr/lib/node_modules/npm/package.json": #"{"name": "npm", "version": "10.9.2"}"#,
                "usr/local/lib/node_modules/npm/package.json":
                    #"{"name": "npm", "version": "9.1.0"}"#,
                "usr/lib/node_modules/@angular/cli/package.json":
                    #"{"name": "@angular/cli", "version": "17.0.0", "bin": {"ng": "x"}}"#,
                "usr/lib/node_modules/.package-lock.json": "{}",
                "usr/lib/node_modules/npm/node_modules/deep/package.json":
                    #"{"name": "deep", "version": "1.0.0"}"#,
            ]) == ["npm @angular/cli 17.0.0 all", "npm npm 9.1.0 all"])
    }

    @Test func `gems are told by their specifications, and Ruby's own are left out`() throws {
        #expect(
            try lines([
                "var/lib/gems/3.1.0/specifications/nokogiri-1.16.0-x86_64-linux.gemspec": "",
                "var/lib/gems/3.1.0/specifications/net-http2-0.18.5.gemspec": "",
                "var/lib/gems/3.1.0/specifications/default/json-2.6.1.gemspec": "",
                "usr/local/bundle/specifications/rack-3.0.0.beta1.gemspec": "",
            ]) == [
                "gem net-http2 0.18.5 all", "gem nokogiri 1.16.0 all", "gem rack 3.0.0.beta1 all",
            ])
    }

    @Test func `cargo's programs are read`() throws {
        let key = "ripgrep 13.0.0 (registry+https://github.com/rust-lang/crates.io-index)"
        #expect(
            try lines([
                "root/.cargo/.crates2.json": #"{"installs": {"\#(key)": {"bins": ["rg"]}}}"#
            ]) == ["cargo ripgrep 13.0.0 all"])
    }

    static let damaged: [(String, String)] = [
        ("usr/lib/node_modules/a/package.json", "{"),
        ("usr/lib/node_modules/a/package.json", #"{"name": "a"}"#),
        ("usr/lib/node_modules/a/package.json", #"{"name": "-rf", "version": "1"}"#),
        ("usr/lib/node_modules/a/package.json", #"{"name": "a", "version": "1 2"}"#),
        ("\(requests)/METADATA", "Name: requests\n"),
        ("root/.cargo/.crates2.json", "[]"),
        ("root/.cargo/.crates2.json", #"{"installs": {"ripgrep": {}}}"#),
        ("var/lib/gems/3.1.0/specifications/nothing.gemspec", ""),
    ]

    @Test(arguments: damaged)
    func `a record that cannot be read is told, and becomes no package`(
        path: String, text: String
    ) throws {
        let found = try read([path: text])
        #expect(found.packages.isEmpty)
        #expect(found.unparsed.count == 1, "\(found.unparsed)")
        #expect(found.unparsed.first?.contains(path) == true)
    }

    @Test func `on an empty system nothing is found, and nothing is told`() throws {
        let found = try read([:])
        #expect(found.packages.isEmpty && found.unparsed.isEmpty)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/npm")))
    func `npm itself lists the same on this machine`() async throws {
        struct Listing: Decodable {
            struct Item: Decodable { var version: String? }

            var dependencies: [String: Item]?
        }
        let output = try await SubprocessRunner().run(
            Command(
                path: "/usr/bin/npm", arguments: ["ls", "--global", "--depth=0", "--json"]))
        let listing = try JSONDecoder().decode(Listing.self, from: Data(output.output))
        let own = LanguagePackages(root: "").sorted.filter { $0.manager == .npm }
        for (name, item) in listing.dependencies ?? [:] {
            #expect(own.contains { $0.name == name && $0.version == item.version }, "\(name)")
        }
    }
}
