@testable import LinuxPackages
import AgentCore
import Applications
import Fleet
import Foundation
import PackageManagers
import Recipes
import Rollout
import TestSupport
import Testing

/// Recipes as a package tool: what is planned, run and understood.
struct RecipeToolTests {
    private static func recipe(
        _ name: String = "labtool", from: String = "https://example.org/labtool",
        form: Recipe.Installation.Form = .file
    ) -> Recipe {
        Recipe(
            name: name, version: "2.0", detect: "/opt/labtool/VERSION",
            installed: .init(file: "/opt/labtool/VERSION"),
            install: .init(
                form, from: from, sha256: String(repeating: "a", count: 64), size: 5,
                versions: "/nonexistent/labtool-versions", link: "/nonexistent/labtool"))
    }

    private static func line(
        _ name: String = "labtool", from: String = "1.0", to: String = "2.0",
        goesBack: Bool? = nil
    ) -> LockedUpdate {
        LockedUpdate(
            manager: .recipe, name: name, architecture: "all", from: from, to: to,
            goesBack: goesBack)
    }

    private func tool(_ recipes: Recipe...) -> RecipeTool {
        RecipeTool(
            recipes: recipes, store: ApplicationStore("/nonexistent/applications"),
            program: "/usr/bin/patchbay-agent")
    }

    @Test func `a run is one application's, downloads first, and its plan survives the way`() throws
    {
        let tool = tool(Self.recipe(), Self.recipe("other"))
        let commands = tool.commands(for: [Self.line(), Self.line("other")])
        #expect(
            commands.map { Array($0.prefix(4)) } == [
                ["/usr/bin/patchbay-agent", "application", "fetch", "labtool"],
                ["/usr/bin/patchbay-agent", "application", "bring-in", "labtool"],
            ])
        let text = try #require(commands[0].last)
        let bytes = try #require(Data(base64Encoded: text))
        let plan = try #require(AgentJSON.decode(ApplicationPlan.self, from: Array(bytes)))
        #expect(plan.recipe == Self.recipe())
        #expect(plan.from == "1.0" && plan.to == "2.0")
        let back = tool.commands(for: [Self.line(from: "2.0", to: "1.0", goesBack: true)])
        #expect(back.map { $0[2] } == ["put-back"])
    }

    @Test func `what no recipe brings is not installed`() async throws {
        let tool = tool(Self.recipe(), Self.recipe("plain", from: "http://example.org/plain"))
        func check(_ update: LockedUpdate) async -> UpdateOutcome? {
            let answer = await LockListCheck(tool: tool).check([update], tolerating: [])
            guard case .ready(let install, let settled) = answer else { return nil }
            return install.isEmpty ? settled.first : nil
        }
        #expect(await check(Self.line()) == nil)
        #expect(await check(Self.line(to: "3.0"))?.failure == .versionNotAvailable)
        #expect(await check(Self.line("unknown"))?.failure == .versionNotAvailable)
        #expect(await check(Self.line("plain"))?.failure == .refused)
        let back = Self.line(from: "2.0", to: "1.0", goesBack: true)
        #expect(await check(back)?.failure == .versionNotAvailable)
    }

    @Test func `many that cannot go keep none of the others from going`() async throws {
        let names = (1...9).map { "lab\($0)" }
        let recipes = names.map { Self.recipe($0, from: "http://example.org/\($0)") }
        let tool = RecipeTool(
            recipes: recipes + [Self.recipe()],
            store: ApplicationStore("/nonexistent/applications"), program: "/usr/bin/patchbay-agent"
        )
        let answer = await LockListCheck(tool: tool).check(
            names.map { Self.line($0) } + [Self.line()], tolerating: [])
        guard case .ready(let install, let settled) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(install.map(\.name) == ["labtool"])
        #expect(settled.map(\.failure) == Array(repeating: .refused, count: 9))
    }

    @Test(arguments: ApplicationFault.Kind.allCases)
    func `each fault has a failure class, and names its application`(kind: ApplicationFault.Kind) {
        let lines = [
            "+ /usr/bin/patchbay-agent application bring-in labtool --plan e30=",
            "Unpacking labtool 2.0.", ApplicationFault(kind, "It: did not\nwork.").line,
        ]
        let verdict = tool(Self.recipe()).complaint(status: 3, lines: lines)
        #expect(verdict?.failure?.rawValue == kind.rawValue)
        #expect(verdict?.culprits == ["labtool"])
        #expect(verdict?.sentence == "It: did not work.")
        #expect(tool(Self.recipe()).complaint(status: 0, lines: Array(lines.prefix(2))) == nil)
    }

    @Test func `a signed recipe is looked at before a file of its name, and alone installs`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let version = folder.appending(path: "VERSION")
            try Data("1.0\n".utf8).write(to: version)
            var recipe = Self.recipe()
            recipe.detect = version.path
            recipe.installed = .init(file: version.path)
            var look = RecipeLook(
                runner: SubprocessRunner(), folder: folder.appending(path: "none").path)
            look.signed = [recipe]
            look.store = ApplicationStore(folder.path)
            let found = await look.look()
            #expect(found.updates.map(\.installability) == [.installable])
            #expect(found.updates.map(\.wayBack) == [.packageDowngrade])
            // A package has a way back only where the agent keeps the one that is in.
            recipe.install = .init(
                .deb, from: "https://example.org/labtool.deb",
                sha256: String(repeating: "a", count: 64), size: 5, package: "labtool")
            look.signed = [recipe]
            #expect(await look.look().updates.map(\.wayBack) == [.noWay])
        }
    }
}
