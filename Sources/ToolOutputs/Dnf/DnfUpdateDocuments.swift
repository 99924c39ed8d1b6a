import Fleet

/// Reads the JSON of `dnf5 check-upgrade --json` (one array for each heading) and of `tdnf -j
/// check-update` (one array of all packages).
struct DnfUpdateDocuments {
    private let documents: ToolDocuments

    /// Lines that stand outside the documents: all of them where there is none.
    var others: [ToolLine] { documents.others }

    init(_ bytes: [UInt8]) {
        documents = ToolDocuments(bytes)
    }

    /// Reads what the documents hold.
    func read(into reading: inout ToolReading) {
        for document in documents.values {
            guard case .object(let members) = document else {
                for row in document.elements { add(row, .updates, to: &reading) }
                continue
            }
            for (name, rows) in members.sorted(by: { $0.key < $1.key }) {
                for row in rows.elements { add(row, Section(name), to: &reading) }
            }
        }
    }

    /// What stands below a heading. Early versions of dnf 5 have none above their updates, and
    /// write the headings as people read them (`Obsoleting packages`).
    private enum Section {
        case updates, replacements, installed, other

        init(_ name: String) {
            let name = name.lowercased()
            if name.isEmpty || name.contains("upgrade") {
                self = .updates
            } else if name.contains("obsolet") {
                self = .replacements
            } else {
                self = name.contains("installed") ? .installed : .other
            }
        }
    }

    private func add(_ row: ToolJSON, _ section: Section, to reading: inout ToolReading) {
        guard let package = Self.package(row), section != .other else {
            return reading.unparsed.append(row.line)
        }
        switch section {
        case .updates:
            reading.updates.append(
                ToolUpdate(
                    name: package.name, architecture: package.architecture ?? "",
                    candidate: package.version, origin: package.origin))
        case .replacements:
            var replaced: [ToolPackage] = []
            for old in row["obsoletes"]?.elements ?? [] {
                guard let package = Self.package(old) else {
                    reading.unparsed.append(old.line)
                    continue
                }
                replaced.append(package)
            }
            reading.replacements =
                (reading.replacements ?? []) + [
                    ToolReplacement(package: package, replaces: replaced)
                ]
        case .installed, .other: reading.packages.append(package)
        }
    }

    private static func package(_ row: ToolJSON) -> ToolPackage? {
        guard let name = (row["name"] ?? row["Name"])?.text,
            let architecture = (row["arch"] ?? row["Arch"])?.text,
            let version = (row["evr"] ?? row["Evr"])?.text, PackageName(name, of: .dnf) != nil,
            RpmName.isArchitecture(architecture), RpmName.isVersion(version)
        else { return nil }
        return ToolPackage(
            name: name, version: version, architecture: architecture,
            origin: (row["repository"] ?? row["Repo"])?.text)
    }
}
