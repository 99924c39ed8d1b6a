import Foundation
package import PackageManagers
import Recipes
import SystemFiles

/// Brings one version of one application in, or puts the one before back.
///
/// The order of the steps is what makes it safe: the new version is downloaded, compared with the
/// recipe's hash, unpacked beside the old one and on the disk before anything is stopped; then one
/// renaming of a link makes it the version that holds. Until then the old one works, whatever
/// happens. The old one stays where it is.
package struct ApplicationRun: Sendable {
    let plan: ApplicationPlan
    let install: Recipe.Installation
    let store: ApplicationStore
    let tools: ApplicationTools
    let programs: RunningPrograms
    let say: @Sendable (String) -> Void

    /// A run.
    ///
    /// - Parameters:
    ///   - plan: what it does.
    ///   - runner: runs tar, dpkg and the like.
    ///   - say: takes what is told while it goes on.
    /// - Throws: `ApplicationFault` when the plan makes no sense.
    package init(
        _ plan: ApplicationPlan, runner: any CommandRunning,
        say: @escaping @Sendable (String) -> Void
    ) throws(ApplicationFault) {
        try self.init(plan, runner: runner, programs: RunningPrograms(), say: say)
    }

    init(
        _ plan: ApplicationPlan, runner: any CommandRunning, programs: RunningPrograms,
        say: @escaping @Sendable (String) -> Void
    ) throws(ApplicationFault) {
        if let fault = plan.fault {
            throw ApplicationFault(.refused, "The plan was refused: \(fault).")
        }
        guard let install = plan.recipe.install else {
            throw ApplicationFault(.refused, "The recipe does not say how it is installed.")
        }
        self.plan = plan
        self.install = install
        self.programs = programs
        self.say = say
        store = ApplicationStore(plan.store)
        tools = ApplicationTools(runner: runner)
    }

    /// Brings the recipe's version in. Its download lies in the store.
    package func bringIn() async throws(ApplicationFault) {
        guard plan.to == plan.recipe.version else {
            throw ApplicationFault(
                .versionNotAvailable,
                "The recipe brings \(plan.recipe.version), and not \(plan.to).")
        }
        let claim = try store.claim()
        defer { FileMoves.release(claim) }
        try await checkPlace()
        guard let file = store.download(plan.recipe), Files.exists(file) else {
            throw ApplicationFault(.other, "\(plan.recipe.name) \(plan.to) was not downloaded.")
        }
        try await compare(file)
        let pending = try begin()
        do throws(ApplicationFault) {
            if install.form.isPackage {
                try await checkPackage(file)
                try await exchange { () async throws(ApplicationFault) in
                    try await putIn(file)
                }
                try keepPackage(file)
            } else {
                try await unpack(file)
                try await exchange { () throws(ApplicationFault) in try link(to: plan.to) }
                trim()
                try? FileManager.default.removeItem(atPath: file)
            }
        } catch {
            finish(pending)
            throw error
        }
        finish(pending)
        say("\(plan.recipe.name) \(plan.to) is in.")
    }

    /// Puts the version before back.
    package func putBack() async throws(ApplicationFault) {
        let claim = try store.claim()
        defer { FileMoves.release(claim) }
        try await checkPlace()
        guard store.canReturn(plan.recipe, to: plan.to) else {
            throw ApplicationFault(
                .versionNotAvailable, "\(plan.recipe.name) \(plan.to) is not kept any more.")
        }
        let pending = try begin()
        do throws(ApplicationFault) {
            if install.form.isPackage {
                let file = store.kept(plan.recipe, plan.to)
                guard let noted = Files.line("\(file).sha256"), await tools.sha256(file) == noted
                else {
                    throw ApplicationFault(.hashMismatch, "\(file) is not as it was kept.")
                }
                // dpkg removes nothing for it; rpm removes what it takes the place of.
                if install.form == .rpm { try await checkPackage(file) }
                try await exchange { () async throws(ApplicationFault) in
                    try await putIn(file)
                }
            } else {
                try await exchange { () throws(ApplicationFault) in try link(to: plan.to) }
            }
        } catch {
            finish(pending)
            throw error
        }
        finish(pending)
        say("\(plan.recipe.name) \(plan.to) is back.")
    }

    /// The download is what the recipe says, or it is removed.
    private func compare(_ file: String) async throws(ApplicationFault) {
        let found = await tools.sha256(file)
        guard found != install.sha256 else { return }
        try? FileManager.default.removeItem(atPath: file)
        throw ApplicationFault(
            .hashMismatch,
            "What was downloaded from \(install.from) has the SHA-256 \(found ?? "unknown"), and "
                + "the recipe names \(install.sha256).")
    }

    private func begin() throws(ApplicationFault) -> String {
        let file = PendingWork.file(plan.recipe.name, in: store)
        var work = PendingWork(versions: install.versions, link: install.link)
        if let left = PendingWork.read(file) {
            for sentence in left.undo() { say(sentence) }
            // A run that was killed has left them stopped: this one starts them.
            work.stopped = left.stopped
        }
        try work.write(file)
        return file
    }

    /// What was begun and did not come to its end is taken back.
    private func finish(_ pending: String) {
        for sentence in PendingWork.read(pending)?.undo() ?? [] { say(sentence) }
        FileMoves.remove(pending)
    }
}

// MARK: - The exchange

extension ApplicationRun {
    /// Exchanges the version while nothing of the application runs: the recipe's services are
    /// stopped before and started afterwards, and a program that blocks ends it before anything was
    /// changed.
    private func exchange(
        _ step: () async throws(ApplicationFault) -> Void
    ) async throws(ApplicationFault) {
        try requireQuiet()
        let pending = PendingWork.file(plan.recipe.name, in: store)
        var work =
            PendingWork.read(pending)
            ?? PendingWork(versions: install.versions, link: install.link)
        for service in install.services ?? []
        where !work.stopped.contains(service) {
            if await tools.isActive(service) { work.stopped.append(service) }
        }
        if !work.stopped.isEmpty { try work.write(pending) }
        var fault: ApplicationFault?
        do throws(ApplicationFault) {
            for service in work.stopped {
                say("Stopping \(service).")
                try await tools.systemctl("stop", service)
            }
            try requireQuiet()
            say("Installing \(plan.recipe.name) \(plan.to).")
            try await step()
        } catch {
            fault = error
        }
        for service in work.stopped {
            do throws(ApplicationFault) {
                say("Starting \(service).")
                try await tools.systemctl("start", service)
            } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
    }

    private func requireQuiet() throws(ApplicationFault) {
        guard let program = programs.blocking(plan.recipe) else { return }
        throw ApplicationFault(
            .blockedByProcess,
            "\(plan.recipe.name) was left as it is: \(program) runs, and must not meanwhile.")
    }

    /// Makes a version the one that holds.
    private func link(to version: String) throws(ApplicationFault) {
        guard let versions = install.versions, let link = install.link else { return }
        let target = "\(versions)/\(version)"
        let old = "\(versions)/\(plan.from)"
        switch FileMoves.kind(link) {
        case .nothing: break
        case .link:
            // A version that somebody has put elsewhere can be found again under its number.
            if let place = Files.link(link), place != old, FileMoves.kind(old) == .nothing {
                let whole =
                    place.hasPrefix("/")
                    ? place : URL(filePath: link).deletingLastPathComponent().path + "/" + place
                try FileMoves.replaceLink(old, pointingTo: whole)
            }
        case .folder, .file:
            guard FileMoves.kind(old) == .nothing else {
                throw ApplicationFault(
                    .refused, "\(link) is no link, and \(old), where it belongs, is there already.")
            }
            let file = PendingWork.file(plan.recipe.name, in: store)
            var work = PendingWork.read(file) ?? PendingWork(versions: versions, link: link)
            work.moving = plan.from
            try work.write(file)
            try FileMoves.move(link, to: old)
        }
        try FileMoves.replaceLink(link, pointingTo: target)
        FileMoves.settle()
    }
}

// MARK: - Unpacking

extension ApplicationRun {
    /// Where a version's hash is noted once all of it lies on the disk.
    private func mark(_ version: String) -> String {
        "\(install.versions ?? "")/.patchbay-\(version).sha256"
    }

    private func unpack(_ file: String) async throws(ApplicationFault) {
        guard let versions = install.versions else { return }
        try VersionsOwner.check(versions, for: plan.recipe.name)
        let target = "\(versions)/\(plan.to)"
        if FileMoves.kind(target) != .nothing {
            if Files.line(mark(plan.to)) == install.sha256 { return }
            try dropLeftover(target)
        }
        say("Unpacking \(plan.recipe.name) \(plan.to).")
        let staging = "\(versions)/\(PendingWork.staging(plan.to))"
        try? FileManager.default.removeItem(atPath: staging)
        do {
            try FileManager.default.createDirectory(
                atPath: versions, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
            if install.form == .file {
                try FileManager.default.copyItem(atPath: file, toPath: staging)
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: staging)
            } else {
                try FileManager.default.createDirectory(
                    atPath: staging, withIntermediateDirectories: false,
                    attributes: [.posixPermissions: 0o755])
            }
        } catch {
            throw ApplicationFault.ofDisk(error, "\(staging) cannot be written")
        }
        try VersionsOwner.note(versions, for: plan.recipe.name)
        if install.form != .file { try await tools.unpack(file, install.form, into: staging) }
        let whole = try inner(of: staging)
        FileMoves.settle()
        do {
            try Data(install.sha256.utf8).write(
                to: URL(filePath: mark(plan.to)), options: .atomic)
        } catch {
            throw ApplicationFault.ofDisk(error, "\(mark(plan.to)) cannot be written")
        }
        try FileMoves.move(whole, to: target)
        try? FileManager.default.removeItem(atPath: staging)
        FileMoves.settle()
    }

    /// What the agent has put there itself may go; what somebody else has, may not.
    private func dropLeftover(_ target: String) throws(ApplicationFault) {
        guard Files.exists(mark(plan.to)), install.link.flatMap(Files.link) != target else {
            throw ApplicationFault(
                .refused,
                "\(target) is there already, and is not what the recipe brings: move it away.")
        }
        try? FileManager.default.removeItem(atPath: target)
    }

    /// The folder inside those that are left away.
    private func inner(of staging: String) throws(ApplicationFault) -> String {
        var place = staging
        for _ in 0..<(install.strip ?? 0) {
            let names = Files.names(in: place)
            guard names.count == 1, FileMoves.kind("\(place)/\(names[0])") == .folder else {
                throw ApplicationFault(
                    .other,
                    "The archive does not have one folder around the rest, which the recipe says.")
            }
            place += "/\(names[0])"
        }
        return place
    }

    /// Removes versions that the agent has brought in, apart from the two of this run.
    private func trim() {
        guard let versions = install.versions else { return }
        let names = Files.names(in: versions)
        // A version may be a link to another one's folder, which it needs.
        let needed = Set(
            names.map { "\(versions)/\($0)" }.filter { FileMoves.kind($0) == .link }.map {
                URL(filePath: $0).resolvingSymlinksInPath().path
            })
        for name in names
        where RecipeVersion.isVersion(name) && name != plan.from && name != plan.to {
            let place = URL(filePath: "\(versions)/\(name)").resolvingSymlinksInPath().path
            guard Files.exists(mark(name)), !needed.contains(place) else { continue }
            try? FileManager.default.removeItem(atPath: "\(versions)/\(name)")
            FileMoves.remove(mark(name))
        }
    }
}

// MARK: - Packages of the system

extension ApplicationRun {
    private func putIn(_ file: String) async throws(ApplicationFault) {
        let name = install.package ?? ""
        for sentence in try await tools.packages(install.form).install(file, named: name) {
            say(sentence)
        }
    }

    private func checkPackage(_ file: String) async throws(ApplicationFault) {
        let name = install.package ?? ""
        let packages = tools.packages(install.form)
        let found = await packages.name(in: file)
        guard found == name else {
            throw ApplicationFault(
                .refused, "The package in the file is \(found ?? "none"), and not \(name).")
        }
        let others = try await packages.companions(of: file, named: name)
        guard others.isEmpty else {
            throw ApplicationFault(
                .dependency,
                "Installing \(name) would also change \(others.prefix(10).joined(separator: ", ")), "
                    + "which nobody approved.")
        }
    }

    /// Keeps the package of the version that is in now, so that it can be put back later. Of those
    /// before it, the one that was in until now stays.
    private func keepPackage(_ file: String) throws(ApplicationFault) {
        let name = plan.recipe.name
        let stay = Set([plan.from, plan.to].map { store.kept(plan.recipe, $0) })
        for old in Files.names(in: "\(store.path)/kept") where old.hasPrefix("\(name)_") {
            let path = "\(store.path)/kept/\(old)"
            let package = path.hasSuffix(".sha256") ? String(path.dropLast(7)) : path
            if !stay.contains(package) { FileMoves.remove(path) }
        }
        let place = store.kept(plan.recipe, plan.to)
        do {
            try Data(install.sha256.utf8).write(
                to: URL(filePath: "\(place).sha256"), options: .atomic)
        } catch {
            throw ApplicationFault.ofDisk(error, "\(place).sha256 cannot be written")
        }
        try FileMoves.move(file, to: place)
    }
}

extension ApplicationFault {
    /// A fault of the disk, in Foundation's words.
    static func ofDisk(_ error: any Error, _ words: String) -> ApplicationFault {
        let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
        return ApplicationFault(isFull ? .diskFull : .other, "\(words): \(error)")
    }
}
