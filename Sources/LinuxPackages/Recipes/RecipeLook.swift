import Applications
import Fleet
import Foundation
import PackageManagers
import Recipes
import SystemFiles

/// Finds applications by recipes: signed ones, and files that the endpoint's administrator has laid
/// down. By the latter nothing is ever changed.
struct RecipeLook: Sendable {
    /// Where recipes lie.
    static let standardFolder = "/etc/patchbay-agent/recipes.d"

    /// The most recipes of one endpoint.
    private static let mostRecipes = 100
    /// The largest recipe, in bytes.
    private static let largestRecipe = 65_536
    /// How much of a version file is read, in bytes.
    private static let largestVersionFile = 65_536
    let runner: any CommandRunning
    var folder = RecipeLook.standardFolder
    /// Whose files are trusted; tests trust their own.
    var owner: UInt32 = 0
    /// How long a program may take to tell its version, in seconds.
    var programSeconds: Int64 = 10
    /// The signed recipes that hold.
    var signed: [Recipe] = []
    /// The agent's folder for applications; without it nothing can be installed.
    var store: ApplicationStore?

    /// What was found.
    struct Found: Hashable, Sendable {
        var packages: [Package] = []
        var updates: [Update] = []
        /// What could not be told, in sentences.
        var unparsed: [String] = []
    }

    /// Looks for each application of which there is a recipe.
    func look() async -> Found {
        var found = Found()
        var names: Set<String> = []
        for recipe in signed {
            names.insert(recipe.name)
            do throws(Obstacle) {
                guard let version = try await version(of: recipe) else { continue }
                found.packages.append(recipe.package(version))
                if let update = recipe.update(
                    from: version, isSigned: store != nil,
                    wayBack: store?.keeps(recipe, installed: version) == true
                        ? .packageDowngrade : .noWay)
                {
                    found.updates.append(update)
                }
            } catch {
                found.unparsed.append(error.sentence)
            }
        }
        let files = Files.names(in: folder).filter { $0.hasSuffix(".json") }
        for file in files.prefix(Self.mostRecipes) {
            let path = "\(folder)/\(file)"
            do throws(Obstacle) {
                let recipe = try read(path)
                guard names.insert(recipe.name).inserted else {
                    throw Obstacle("\(path): there is another recipe “\(recipe.name)”.")
                }
                guard let version = try await version(of: recipe) else { continue }
                found.packages.append(recipe.package(version))
                if let update = recipe.update(from: version, isSigned: false) {
                    found.updates.append(update)
                }
            } catch {
                found.unparsed.append(error.sentence)
            }
        }
        if files.count > Self.mostRecipes {
            found.unparsed.append(
                "\(folder) holds more than \(Self.mostRecipes) recipes; the rest is passed over.")
        }
        return found
    }

    /// Each signed recipe with the version that is installed; `nil` where none is.
    func applications() async -> [(Recipe, String?)] {
        var all: [(Recipe, String?)] = []
        for recipe in signed { all.append((recipe, try? await version(of: recipe))) }
        return all
    }

    private struct Obstacle: Error {
        let sentence: String

        init(_ sentence: String) { self.sentence = sentence }
    }

    private func read(_ path: String) throws(Obstacle) -> Recipe {
        try checkOwner(of: path)
        guard let bytes = Files.bytes(path, limit: Self.largestRecipe),
            let recipe = try? JSONDecoder().decode(Recipe.self, from: Data(bytes))
        else { throw Obstacle("\(path) is no recipe: write it with “patchbay recipe render”.") }
        if let fault = recipe.fault { throw Obstacle("\(path) cannot be used: \(fault).") }
        return recipe
    }

    /// What is run or believed with the superuser's rights must be the superuser's.
    private func checkOwner(of path: String) throws(Obstacle) {
        guard let status = Files.status(path), status.isRegular else {
            throw Obstacle("\(path) is no file.")
        }
        guard status.owner == 0 || status.owner == owner, status.permissions & 0o022 == 0 else {
            throw Obstacle("\(path) can be changed by others than root, and is not used.")
        }
        if let fault = OwnedPath.fault(of: path, trusting: [owner]) {
            throw Obstacle(
                "\(path) could be exchanged by others than root (\(fault)), and is not used.")
        }
    }

    /// The installed version; `nil` when the application is not there.
    private func version(of recipe: Recipe) async throws(Obstacle) -> String? {
        guard Files.status(recipe.detect)?.isRegular == true else { return nil }
        let text: String
        if let file = recipe.installed.file {
            guard let bytes = Files.bytes(file, limit: Self.largestVersionFile) else {
                throw Obstacle("\(recipe.name) is there, and \(file) cannot be read.")
            }
            text = String(decoding: bytes, as: UTF8.self)
        } else {
            let program = recipe.installed.program ?? []
            guard let path = program.first else { return nil }
            try checkOwner(of: path)
            let output = await ToolRunner(runner: runner, path: path).run(
                Array(program.dropFirst()), seconds: programSeconds)
            guard output.status == 0 else {
                throw Obstacle(
                    "\(recipe.name) is there, and does not tell its version: \(output.reason)")
            }
            text = output.lines.joined(separator: "\n")
        }
        guard let version = RecipeVersion.find(in: text, by: recipe.installed.pattern) else {
            throw Obstacle(
                "\(recipe.name) is there, and no line of what it says of its version fits "
                    + "“\(recipe.installed.pattern)”.")
        }
        return version
    }
}
