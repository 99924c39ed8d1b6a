import AgentCore
import AgentSystem
import AgentTransport
import Applications
import ArgumentParser
import Foundation
import LinuxPackages
import Logging
import PackageManagers
import Recipes

/// Applications of signed recipes.
struct ApplicationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "application", abstract: "Show and remove applications of signed recipes.",
        subcommands: [
            ListApplications.self, RemoveApplication.self, FetchApplication.self,
            BringApplication.self, ReturnApplication.self,
        ])
}

/// What a run is to do, as the agent gives it.
struct PlanOption: ParsableArguments {
    @Argument(help: "The application's name.") var name: String
    @Option(help: ArgumentHelp("The plan: its JSON in base64.", valueName: "base64"))
    var plan: String

    func read() throws -> ApplicationPlan {
        guard let bytes = Data(base64Encoded: plan),
            let plan = AgentJSON.decode(ApplicationPlan.self, from: Array(bytes)),
            plan.recipe.name == name
        else {
            Output.write(ApplicationFault(.refused, "The plan cannot be read.").line)
            throw ExitCode(ProgramFailure.wrongUse)
        }
        if let fault = plan.fault {
            Output.write(ApplicationFault(.refused, "The plan was refused: \(fault).").line)
            throw ExitCode(ProgramFailure.wrongUse)
        }
        return plan
    }
}

/// Tells a fault as the agent reads it from the run's log.
private func telling(
    _ body: () async throws(ApplicationFault) -> Void
) async throws {
    do throws(ApplicationFault) {
        try await body()
    } catch {
        Output.write(error.line)
        throw ExitCode(ProgramFailure.couldNot)
    }
}

/// Downloads what a plan needs.
struct FetchApplication: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fetch", shouldDisplay: false)

    @OptionGroup var given: PlanOption
    @Option(help: ArgumentHelp("How fast at most.", valueName: "bytes per second"))
    var bandwidth: Int64?

    func run() async throws {
        let plan = try given.read()
        let sources = ApplicationSources()
        let fetch = ApplicationFetch(
            plan.recipe, store: ApplicationStore(plan.store), runner: SubprocessRunner(),
            sources: sources
        ) { Output.write($0) }
        let download = FileDownload(
            mayAsk: { sources.allows($0) }, environment: Environment.all,
            bytesPerSecond: bandwidth)
        try await telling { () async throws(ApplicationFault) in
            try await fetch.run { address, file, size async throws(ApplicationFault) in
                do throws(FileDownload.Failure) {
                    try await download.bring(address, to: file, size: size)
                } catch {
                    throw ApplicationFault(error)
                }
            }
        }
    }
}

/// Brings in what was downloaded.
struct BringApplication: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bring-in", shouldDisplay: false)

    @OptionGroup var given: PlanOption

    func run() async throws {
        let plan = try given.read()
        try await telling { () async throws(ApplicationFault) in
            try await ApplicationRun(plan, runner: SubprocessRunner()) { Output.write($0) }
                .bringIn()
        }
    }
}

/// Puts the version before back.
struct ReturnApplication: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "put-back", shouldDisplay: false)

    @OptionGroup var given: PlanOption

    func run() async throws {
        let plan = try given.read()
        try await telling { () async throws(ApplicationFault) in
            try await ApplicationRun(plan, runner: SubprocessRunner()) { Output.write($0) }
                .putBack()
        }
    }
}

/// Shows the applications that this endpoint's signed recipes tell of.
struct ListApplications: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the signed recipes of this endpoint.",
        discussion: "Example: patchbay-agent application list")

    @OptionGroup var state: StateOption

    func run() async throws {
        do {
            let folder = try state.folder()
            let recipes = try Self.recipes(folder)
            let found = await EndpointScanner(state: folder, recipes: recipes).applications()
            if found.isEmpty { Output.write("This endpoint has no signed recipes.") }
            for (recipe, version) in found {
                Output.write(
                    "\(recipe.name): \(version ?? "not installed"), newest \(recipe.version)")
            }
        } catch {
            throw ProgramFailure(error)
        }
    }

    /// The recipes that the endpoint believes.
    static func recipes(_ folder: DiskStateFolder) throws -> @Sendable () -> [Recipe] {
        let (identity, _) = try IdentityFiles.load(from: folder)
        let desk = TrustDesk(identity, state: folder, logger: Logger(label: "patchbay-agent"))
        return { desk.recipes() }
    }
}

/// Takes an application away.
struct RemoveApplication: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Uninstall an application of a signed recipe.",
        discussion: """
            It stops the recipe's services, removes every version that lies in the recipe's folder, and ends well only when the \
            application is not found any more.

            Example: patchbay-agent application remove labtool
            """)

    @Argument(help: "The application's name.") var name: String
    @OptionGroup var state: StateOption

    func run() async throws {
        do {
            try await remove()
        } catch {
            throw ProgramFailure(error)
        }
    }

    private func remove() async throws {
        let folder = try state.folder()
        let recipes = try ListApplications.recipes(folder)
        let scanner = EndpointScanner(state: folder, recipes: recipes)
        guard
            let (recipe, version) = await scanner.applications().first(where: { $0.0.name == name })
        else { throw ProgramFailure("This endpoint has no signed recipe “\(name)”.") }
        guard let version else { throw ProgramFailure("\(name) is not installed.") }
        do throws(ApplicationFault) {
            try await ApplicationCare(
                store: ApplicationStore(ApplicationStore.path(in: folder.path)),
                runner: SubprocessRunner()
            ).remove(recipe, installed: version) { Output.write($0) }
        } catch {
            throw ProgramFailure(error.sentence)
        }
        if let left = await scanner.applications().first(where: { $0.0.name == name })?.1 {
            throw ProgramFailure("\(name) is still there, in version \(left).")
        }
        Output.write("\(name) \(version) was removed.")
    }
}

extension ApplicationFault {
    /// A download's failure as the run tells it.
    fileprivate init(_ failure: FileDownload.Failure) {
        switch failure {
        case .network(let words): self.init(.network, "The download failed: \(words).")
        case .wrongSize(let words): self.init(.hashMismatch, "The download was refused: \(words).")
        case .diskFull(let words): self.init(.diskFull, "The download failed: \(words).")
        case .refused(let words): self.init(.refused, "The download was refused: \(words).")
        }
    }
}
