public import Advisories
import AdvisoryFormats
import Foundation

/// Reads feeds: files in any supported format, plain or packed, folders of them, and archives.
///
///     let report = try FeedLoader().load(paths) { record in builder.add(record) }
public struct FeedLoader: Sendable {
    private let limits: FeedLimits

    /// A loader with these limits.
    public init(limits: FeedLimits = .standard) {
        self.limits = limits
    }

    /// Reads everything under the paths, one record at a time.
    ///
    /// - Parameters:
    ///   - paths: Files and folders, in the order in which they are read.
    ///   - sink: Takes each record; what it throws ends the reading.
    /// - Returns: What was read, and what was not and why.
    /// - Throws: `FeedError` when nothing could be read of one of the paths, or what `sink` throws.
    public func load(
        _ paths: [String], into sink: (FeedRecord) throws -> Void
    ) throws -> FeedReport {
        try withoutActuallyEscaping(sink) { sink in
            var report = FeedReport()
            for path in paths {
                let before = (formats: report.formats, records: report.records)
                let rejected = report.rejectedCount
                let walk = FeedWalk(limits, report, sink)
                try walk.path(path, isAlone: paths.count == 1)
                report = walk.report
                try Self.check(
                    path, report, isRecognized: report.formats != before.formats,
                    kept: report.records - before.records, lost: report.rejectedCount - rejected)
            }
            return report
        }
    }

    /// A path of which nothing could be used must not look like one that says nothing.
    private static func check(
        _ path: String, _ report: FeedReport, isRecognized: Bool, kept: Int, lost: Int
    ) throws {
        guard isRecognized else {
            let problem = report.rejected.last?.reason ?? "it is empty"
            throw FeedError(
                .unknownFormat, "There is no feed in \(path): \(problem).",
                nextStep: "docs/feeds.md lists the formats that are read.")
        }
        guard kept > 0 || lost == 0 else {
            let first = report.rejected.last
            throw FeedError(
                .nothingRead,
                "Nothing in \(path) could be read: \(first?.record ?? ""): \(first?.reason ?? "").",
                nextStep: "Fetch it again, or check that it is the right file.")
        }
    }
}

/// One path on its way through folders, archives and packed files.
final class FeedWalk {
    private let limits: FeedLimits
    private let sink: (FeedRecord) throws -> Void
    private let budget: UnpackingBudget
    private(set) var report: FeedReport

    init(
        _ limits: FeedLimits, _ report: FeedReport, _ sink: @escaping (FeedRecord) throws -> Void
    ) {
        self.limits = limits
        self.report = report
        self.sink = sink
        budget = UnpackingBudget(limits)
    }

    /// Reads a file, or a folder with what is in it.
    func path(_ path: String, isAlone: Bool) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FeedError(
                .notFound, "There is no file \(path).",
                nextStep: "Name a feed, or a folder of them.")
        }
        if isFolder.boolValue {
            try folder(path, depth: 0)
        } else {
            try file(path, isAlone: isAlone)
        }
    }

    private func folder(_ path: String, depth: Int) throws {
        guard depth < limits.folderDepth else {
            return report.breakOff(path, "more than \(limits.folderDepth) folders in one another")
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            return report.breakOff(path, "the folder cannot be read")
        }
        for name in names where !name.hasPrefix(".") {
            guard report.fileCount < limits.members else {
                return report.breakOff(path, "more than \(limits.members) files")
            }
            let child = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            let type =
                (try? FileManager.default.attributesOfItem(atPath: child))?[.type]
                as? FileAttributeType
            switch type {
            case .typeDirectory: try folder(child, depth: depth + 1)
            case .typeRegular:
                do {
                    try file(child, isAlone: false)
                } catch let error as FeedError {
                    report.breakOff(child, error.message)
                }
            // A link may lead anywhere, and to where the walk has been.
            default: report.add(child, problem: "no regular file")
            }
        }
    }

    private func file(_ path: String, isAlone: Bool) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw FeedError(
                .unreadable, "The file \(path) cannot be opened.",
                nextStep: "Check its permissions.")
        }
        defer { try? handle.close() }
        let file = FeedFile(handle)
        if ZipArchive.isArchive(try file.read(at: 0, count: 4)) {
            return try archive(path) {
                try ZipArchive(file, limits, budget).members { name, stream in
                    try self.member(name, of: path, stream, depth: 1)
                }
            }
        }
        try unpack(file.stream(), path, depth: 0, isAlone: isAlone)
    }

    /// Reads a stream: what is packed is unpacked, what is an archive is gone through.
    private func unpack(_ stream: ByteStream, _ name: String, depth: Int, isAlone: Bool) throws {
        guard depth <= limits.nesting else {
            return report.add(name, problem: "it is packed more than \(limits.nesting) times")
        }
        if let unpacked = Self.unpacked(stream, budget) {
            return try unpack(unpacked, name, depth: depth + 1, isAlone: isAlone)
        }
        if ZipArchive.isArchive(Array(stream.peek(4))) {
            return report.add(name, problem: "a .zip within another file is not read")
        }
        if TarArchive.isArchive(stream.peek(TarArchive.blockSize)) {
            return try archive(name) {
                try TarArchive(stream, limits).members { member, stream in
                    try self.member(member, of: name, stream, depth: depth + 1)
                }
            }
        }
        do {
            report.add(
                name, try FeedReader.read(stream, name: name, into: sink), isAlone: isAlone)
        } catch let unknown as UnknownFormat {
            report.add(name, problem: "it looks like \(unknown.looksLike)")
        } catch let damage as StreamDamage {
            report.add(name, problem: damage.reason)
        }
    }

    /// The bytes of a packed stream; `nil` for one that is not packed.
    private static func unpacked(_ stream: ByteStream, _ budget: UnpackingBudget) -> ByteStream? {
        if GzipStream.isPacked(stream.peek(3)) { return GzipStream.unpacked(stream, budget) }
        if Bzip2Stream.isPacked(stream.peek(4)) { return Bzip2Stream.unpacked(stream, budget) }
        if XZStream.isPacked(stream.peek(6)) { return XZStream.unpacked(stream, budget) }
        return ZstandardStream.isPacked(stream.peek(4))
            ? ZstandardStream.unpacked(stream, budget) : nil
    }

    private func archive(_ name: String, _ read: () throws -> Void) throws {
        do {
            try read()
        } catch let damage as StreamDamage {
            report.breakOff(name, damage.reason)
        }
    }

    private func member(
        _ member: String, of archive: String, _ stream: ByteStream, depth: Int
    ) throws {
        let name = "\(archive)/\(member)"
        guard MemberName.isSafe(member) else {
            return report.add(name, problem: "a name that leads out of the archive")
        }
        // What tools of macOS put beside each file.
        if member.hasPrefix("__MACOSX/")
            || member.split(separator: "/").last?.hasPrefix("._") == true
        {
            return
        }
        try unpack(stream, name, depth: depth, isAlone: false)
    }
}

/// Names of members of archives. Nothing is ever unpacked to disk; a name that would lead elsewhere
/// if it were is the mark of a file that nobody should trust.
enum MemberName {
    static func isSafe(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return !name.isEmpty && name.utf8.count <= 4096 && !name.hasPrefix("/")
            && !parts.contains("..") && !name.contains("\\")
            && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
