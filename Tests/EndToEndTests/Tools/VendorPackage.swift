import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

/// A vendor's package of rpm that no source has, by a signed recipe (docs/recipes.md).
extension ToolEndpoint {
    private static let name = "labvendor"

    /// It is found, brought in, taken back, refused where it would replace another package, and
    /// removed; a script of it that fails is told.
    func expectVendorPackage() async throws {
        guard flavour.hasVendor else { return }
        try await installVendorByHand()
        try await addVendorRecipe("2.0")
        let first = try await lab.deploy(Self.name, to: endpoint)
        #expect(first.outcome(Self.name)?.state == .verified, "\(first.sentence)")
        // What lay there before is kept nowhere.
        #expect(first.outcome(Self.name)?.wayBack == .noWay)
        #expect(try await version(of: Self.name) == "2.0-1")

        try await addVendorRecipe("3.0")
        let deployment = try await lab.approve(Self.name, on: endpoint)
        let second = try await lab.end(of: deployment, on: endpoint)
        #expect(second.outcome(Self.name)?.state == .verified, "\(second.sentence)")
        #expect(second.outcome(Self.name)?.wayBack == .packageDowngrade)
        let made: Deployment = try await lab.answer(to: Scenario.rollback(deployment))
        let back = try await lab.end(of: made.id, on: endpoint)
        #expect(back.state == .verified, "\(back.sentence)")
        #expect(try await version(of: Self.name) == "2.0-1")

        try await addVendorRecipe("4.0")
        let failing = try await lab.deploy(Self.name, to: endpoint)
        let outcome = failing.outcome(Self.name)
        #expect(outcome?.failure == .maintainerScript, "\(failing.sentence)")
        #expect(outcome?.sentence.contains("scriptlet failed") == true, "\(failing.sentence)")

        try await addVendorRecipe("5.0")
        let replacing = try await lab.deploy(Self.name, to: endpoint)
        let refused = replacing.outcome(Self.name)
        #expect(refused?.failure == .dependency, "\(replacing.sentence)")
        #expect(refused?.sentence.contains("labplain") == true, "\(replacing.sentence)")
        #expect(try await version(of: "labplain").contains(flavour.second))

        let said = try await beside("/usr/bin/patchbay-agent", "application", "remove", Self.name)
        #expect(said.contains("\(Self.name) 4.0 was removed."), "\(said)")
        #expect(try await version(of: Self.name).contains("not installed"))
    }

    /// Runs a command to its end where the agent runs.
    private func beside(_ command: String...) async throws -> String {
        try await lab.bed(["beside", "\(flavour.number)"] + command).output
    }

    private func package(_ version: String) -> URL {
        lab.repository.appending(path: "public/vendor/noarch/\(Self.name)-\(version)-1.noarch.rpm")
    }

    /// Puts version 1.0 in as a person would, and allows the lab's server.
    private func installVendorByHand() async throws {
        let number = "\(flavour.number)"
        try await lab.bed("push", number, package("1.0").path, "/etc/labvendor.rpm")
        _ = try await beside("/usr/bin/rpm", "--install", "/etc/labvendor.rpm")
        let list = lab.folder.appending(path: "application-sources")
        try Data("http://10.77.0.1:8080/\n".utf8).write(to: list)
        let place = "/etc/patchbay-agent/application-sources"
        _ = try await beside("/bin/mkdir", "-p", "/etc/patchbay-agent")
        try await lab.bed("push", number, list.path, place)
        _ = try await beside("/bin/chmod", "644", place)
    }

    /// Saves the example's recipe with a version that the lab serves, and waits until the server
    /// knows that it is missing.
    private func addVendorRecipe(_ version: String) async throws {
        let made = package(version)
        let sum = try await TestSupport.run(["/usr/bin/sha256sum", made.path])
            .succeeded("sha256sum").output.prefix(64)
        let size = try Data(contentsOf: made).count
        let example = try String(
            contentsOf: Places.packageRoot.appending(path: "Examples/recipes/vendor-rpm.yaml"),
            encoding: .utf8)
        let lines = example.components(separatedBy: "\n").map { line in
            let indent = line.prefix { $0 == " " }
            let key = line.dropFirst(indent.count).prefix { $0 != ":" }
            let value: String? =
                switch key {
                case "name": Self.name
                case "version": "\"\(version)\""
                case "from": "http://10.77.0.1:8080/vendor/noarch/\(made.lastPathComponent)"
                case "sha256": String(sum)
                case "size": "\(size)"
                default: nil
                }
            return value.map { "\(indent)\(key): \($0)" } ?? line
        }
        let file = lab.folder.appending(path: "\(Self.name).yaml")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        try await lab.patchbay("recipe", "add", file.path)
        // The endpoint is back at once, and gets the recipe with it.
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        var seen = ""
        _ = try await eventually("the recipe is there", seen: { seen }) {
            seen = try await beside("/usr/bin/patchbay-agent", "application", "list")
            return seen.contains("newest \(version)") ? true : nil
        }
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        _ = try await eventually("the server knows it", seen: { seen }) {
            let posture = try await view.posture
            let missing = (posture?.updates ?? []).first {
                $0.name == Self.name && $0.candidate == version
            }
            seen = "\(String(describing: missing)) \(posture?.unparsed ?? [])"
            return missing?.installability == .installable ? true : nil
        }
    }
}
