public import Fleet

/// What scanners have reported.
public protocol ScannerRecords {
    /// Adds or replaces an import.
    func save(_ done: ScannerImport) throws
    /// Adds findings; one that a scanner reported before is replaced, unless that was seen later.
    func save(_ findings: [ScannerFinding]) throws
    /// Imports, newest first, those before `before` only.
    func scannerImports(
        in scope: Scope, before: ScannerImportID?, limit: Int
    ) throws -> [ScannerImport]
    /// Findings of scanners on endpoints that are not retired.
    func scannerFindings(_ query: ScannerFindingQuery) throws -> [ScannerFinding]
    /// Keeps what others know an endpoint by; `nil` forgets it.
    func store(_ identity: MachineIdentity?, of endpoint: EndpointID, tenant: TenantID) throws
    /// Endpoints that are not retired with their names, by identifier, those after `after` only.
    func endpointNames(in scope: Scope, after: EndpointID?, limit: Int) throws -> [EndpointName]
}
