public import Fleet

/// The kind of an import's identifier.
public enum ScannerImportKind: IdentifierKind {
    /// “imp”
    public static let prefix = "imp"
}

/// Names an import of a scanner's report.
public typealias ScannerImportID = Identifier<ScannerImportKind>

/// One import of a scanner's report: what came of it, in figures, and what could not be used.
public struct ScannerImport: Hashable, Sendable, Codable {
    /// Something in the report that could not be used.
    public struct Problem: Hashable, Sendable, Codable {
        /// Where it stands in the report.
        public var place: String
        /// The machine as the report names it; empty where it names none.
        public var machine: String
        /// Why it could not be used.
        public var reason: String

        /// Something that could not be used.
        public init(place: String, machine: String, reason: String) {
            self.place = place
            self.machine = machine
            self.reason = reason
        }
    }

    /// Its identifier.
    public var id: ScannerImportID
    /// The tenant that it was for; `nil` for the whole fleet.
    public var tenant: TenantID?
    /// When.
    public var importedAt: Timestamp
    /// Who.
    public var importedBy: String
    /// The scanner's name.
    public var scanner: String
    /// `csv` or `sarif`.
    public var format: String
    /// Records that could be read.
    public var records: Int
    /// Findings, one for each endpoint and vulnerability, that were taken.
    public var findings: Int
    /// Endpoints that they are on.
    public var endpoints: Int
    /// Records that could not be read.
    public var rejected: Int
    /// Records whose machine is no endpoint here.
    public var unmapped: Int
    /// Records whose machine was told by its address, and no name here; `nil` in what former
    /// releases have stored.
    public var byAddress: Int?
    /// Records whose machine was told by the number of its hardware alone.
    public var byNumber: Int?
    /// Whether the report was read to its end.
    public var isComplete: Bool
    /// The first things that could not be used, at most `maximumProblems`.
    public var problems: [Problem]

    /// How many problems are kept: enough to see each machine once.
    public static let maximumProblems = 500

    /// An import of which nothing is read yet.
    public init(
        id: ScannerImportID, tenant: TenantID?, importedAt: Timestamp, importedBy: String,
        scanner: String, format: String
    ) {
        self.id = id
        self.tenant = tenant
        self.importedAt = importedAt
        self.importedBy = importedBy
        self.scanner = scanner
        self.format = format
        (records, findings, endpoints, rejected, unmapped) = (0, 0, 0, 0, 0)
        (byAddress, byNumber) = (0, 0)
        isComplete = true
        problems = []
    }

    /// Notes something that could not be used.
    public mutating func note(_ problem: Problem) {
        if problems.count < Self.maximumProblems { problems.append(problem) }
    }
}

/// A vulnerability on an endpoint, as a scanner reported it last.
public struct ScannerFinding: Hashable, Sendable {
    /// The endpoint.
    public var endpoint: EndpointID
    /// Its tenant.
    public var tenant: TenantID
    /// The vulnerability.
    public var vulnerability: String
    /// The scanner's name.
    public var scanner: String
    /// The import that brought it last.
    public var importID: ScannerImportID
    /// When the scanner saw it.
    public var reportedAt: Timestamp
    /// How bad the scanner thinks that it is.
    public var severity: Severity
    /// The package or product; empty where it is not told.
    public var package: String
    /// What the scanner saw, in one line.
    public var detail: String

    /// A scanner's finding.
    public init(
        endpoint: EndpointID, tenant: TenantID, vulnerability: String, scanner: String,
        importID: ScannerImportID, reportedAt: Timestamp, severity: Severity, package: String,
        detail: String
    ) {
        self.endpoint = endpoint
        self.tenant = tenant
        self.vulnerability = vulnerability
        self.scanner = scanner
        self.importID = importID
        self.reportedAt = reportedAt
        self.severity = severity
        self.package = package
        self.detail = detail
    }
}

/// Which findings of scanners, by vulnerability, endpoint and scanner.
public struct ScannerFindingQuery: Hashable, Sendable {
    /// A place in the list.
    public struct Place: Hashable, Sendable {
        /// The vulnerability.
        public var vulnerability: String
        /// The endpoint.
        public var endpoint: EndpointID
        /// The scanner.
        public var scanner: String

        /// A place.
        public init(vulnerability: String, endpoint: EndpointID, scanner: String) {
            self.vulnerability = vulnerability
            self.endpoint = endpoint
            self.scanner = scanner
        }
    }

    /// Whose endpoints.
    public var scope: Scope
    /// Only of this vulnerability.
    public var vulnerability: String?
    /// Only of this endpoint.
    public var endpoint: EndpointID?
    /// Only those after this place.
    public var after: Place?
    /// At most so many.
    public var limit: Int

    /// All of a scope.
    public init(
        scope: Scope, vulnerability: String? = nil, endpoint: EndpointID? = nil,
        after: Place? = nil, limit: Int = 100
    ) {
        self.scope = scope
        self.vulnerability = vulnerability
        self.endpoint = endpoint
        self.after = after
        self.limit = limit
    }
}

/// What an endpoint is called.
public struct EndpointName: Hashable, Sendable {
    /// The endpoint.
    public var id: EndpointID
    /// Its tenant.
    public var tenant: TenantID
    /// Its name.
    public var name: String
    /// What else it is known by; `nil` where its agent does not tell.
    public var identity: MachineIdentity?

    /// What an endpoint is called.
    public init(
        id: EndpointID, tenant: TenantID, name: String, identity: MachineIdentity? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.identity = identity
    }
}
