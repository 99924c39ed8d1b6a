public import Versions

/// One installed package as matching sees it: two endpoints with an equal row have equal findings
/// in it, up to what runs.
public struct SoftwareRow: Hashable, Sendable {
    /// The world beside the operating system that it comes from, as in `PackageScope.ecosystem`;
    /// `nil` for a package of the operating system.
    public var ecosystem: String?
    /// Whose order of versions holds.
    public var order: Ecosystem
    /// The package's name.
    public var name: String
    /// The installed version.
    public var version: String
    /// The architecture; empty when it is not known.
    public var architecture: String
    /// The source package; the name again when it is not known.
    public var source: String
    /// The source package's version; the version again when it is not known.
    public var sourceVersion: String
    /// The module stream that it was installed from; `nil` when there is none or it is not known.
    public var module: ModuleStream?

    /// An installed package; a source that is `nil` or empty is taken to be the package itself.
    public init(
        ecosystem: String? = nil, order: Ecosystem, name: String, version: String,
        architecture: String = "", source: String? = nil, sourceVersion: String? = nil,
        module: ModuleStream? = nil
    ) {
        self.ecosystem = ecosystem
        self.order = order
        self.name = name
        self.version = version
        self.architecture = architecture
        self.source = source.flatMap { $0.isEmpty ? nil : $0 } ?? name
        self.sourceVersion = sourceVersion.flatMap { $0.isEmpty ? nil : $0 } ?? version
        self.module = module
    }

    /// The source package that advisories count by.
    ///
    /// Debian and Ubuntu build signed kernels from sources of their own (`linux-signed-amd64`,
    /// `linux-signed`); their trackers speak of the unsigned source (`linux`), whose version is the
    /// signed binary's.
    var counted: (source: String, version: String) {
        guard order == .deb, let cut = Self.signedSuffix(of: source) else {
            return (source, sourceVersion)
        }
        return (String(source.prefix(cut)), version)
    }

    /// Where `-signed` or `-signed-<architecture>` begins in a kernel's source package.
    private static func signedSuffix(of source: String) -> Int? {
        guard source.hasPrefix("linux") else { return nil }
        let bytes = Array(source.utf8)
        let mark = Array("-signed".utf8)
        guard bytes.count >= mark.count else { return nil }
        for start in 0...(bytes.count - mark.count)
        where bytes[start..<start + mark.count].elementsEqual(mark) {
            let end = start + mark.count
            if end == bytes.count || bytes[end] == 0x2D { return start }
        }
        return nil
    }
}

extension SoftwareRow {
    /// The names under which an index may hold what concerns the row.
    public var indexNames: [String] {
        guard let ecosystem else { return [name, source, counted.source] }
        let names = [PackageNaming.canonical(name, in: .ecosystem(ecosystem))]
        return names + (product.map { [$0.product] } ?? [])
    }
}

extension [SoftwareRow] {
    /// The rows with the epochs of their source packages.
    ///
    /// RPM names a source by its file (`openssl-3.5.1-3.el9.src.rpm`), which tells no epoch: it is
    /// the epoch of whatever was built from it with the source's own version. Without it each
    /// package of a source with an epoch would look older than every fix.
    func withSourceEpochs() -> [SoftwareRow] {
        var epochs: [SourceFile: Substring] = [:]
        for row in self where row.order == .rpm && row.ecosystem == nil {
            guard let colon = row.version.firstIndex(of: ":") else { continue }
            let epoch = row.version[...colon]
            if row.version.dropFirst(epoch.count) == row.sourceVersion {
                epochs[SourceFile(row)] = epoch
            }
        }
        if epochs.isEmpty { return self }
        return map { row in
            guard row.order == .rpm, row.ecosystem == nil, let epoch = epochs[SourceFile(row)]
            else { return row }
            var row = row
            row.sourceVersion = epoch + row.sourceVersion
            return row
        }
    }
}

/// A source package as RPM names it.
private struct SourceFile: Hashable {
    var name: String
    var version: String

    init(_ row: SoftwareRow) {
        (name, version) = (row.source, row.sourceVersion)
    }
}
