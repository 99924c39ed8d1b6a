import Fleet

/// The parts of a package that make it what it is, whichever endpoint it is on.
struct SoftwareLine {
    /// The columns, in the order of the table's unique key.
    static let columns = "name, version, architecture, manager, source, source_version, module"
    /// How many there are.
    static let columnCount = 7
    /// The most bytes of all parts together with what stands between: five fields of 512 bytes, the
    /// most that the protocol takes, and the manager. Names have at most 255, which leaves room for
    /// a module. PostgreSQL keeps at most 2,704 bytes in an
    /// index entry.
    static let maximumBytes = 2_600

    /// The package.
    let package: Package

    /// The parts as values, in the order of `columns`.
    var values: [SQLValue] {
        [
            package.name.sql, package.version.sql, package.architecture.sql, package.manager.sql,
            package.source.sql, package.sourceVersion.sql, (package.module ?? "").sql,
        ]
    }

    /// Reads the columns of a row.
    static func package(_ row: inout SQLRowReader) throws -> Package {
        let (name, version, architecture): (String, String, String) = (
            try row.next(), try row.next(), try row.next()
        )
        var package = Package(
            manager: try row.next(), name: name, version: version, architecture: architecture,
            source: try row.next(), sourceVersion: try row.next())
        // A unique key takes two rows without a value for different: no module is an empty text.
        let module: String = try row.next()
        if !module.isEmpty { package.module = module }
        return package
    }

    /// The cache's key of a line of an inventory's text, without its end.
    ///
    /// - Throws: `SQLFailure` when the line cannot be stored.
    static func key(_ line: UnsafeRawBufferPointer) throws -> InternKey {
        guard line.count <= maximumBytes else {
            throw SQLFailure(
                .invalidValue,
                "A package's name, versions and source come to more than \(maximumBytes) bytes.")
        }
        return InternKey(line)
    }
}

extension PackageManagerName: SQLConvertible {}
