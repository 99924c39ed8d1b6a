import Administration
import Advisories
public import ControlPlane
import Findings
import Fleet
import Intelligence
import Policy
public import ServerRecords

/// What people say of updates and risks is kept also when nothing in the fleet is meant by it: it
/// may come. But it is told, since mostly a name is misspelt.
extension UseCases {
    /// That no endpoint of the asker's has what an exception is about now; `nil` when one does.
    public func warning(
        about exception: ExceptionRecord, by principal: Principal
    ) async throws -> String? {
        try await nothingMeant(
            by: UpdateSelector(package: exception.package, versions: exception.versions),
            exception.vulnerabilities,
            scope: principal.scope.narrowed(to: exception.place.tenant) ?? principal.scope,
            asking: principal)
    }

    /// That no endpoint of the asker's misses a version that was blocked; `nil` when one does.
    public func warning(
        about blocked: BlockedVersion, by principal: Principal
    ) async throws -> String? {
        try await nothingMeant(
            by: UpdateSelector(package: Glob(blocked.package), version: blocked.version), [],
            scope: .tenant(blocked.tenant), asking: principal)
    }

    /// That no endpoint of the asker's misses what somebody speaks of now; `nil` when one does.
    package func warning(
        about record: ApprovalRecord, by principal: Principal
    ) async throws -> String? {
        try await nothingMeant(
            by: record.word.updates, [record.word.updates.vulnerability].compactMap(\.self),
            scope: principal.scope.narrowed(to: record.place.tenant) ?? principal.scope,
            asking: principal)
    }

    private func nothingMeant(
        by selector: UpdateSelector, _ vulnerabilities: [String], scope: Scope,
        asking principal: Principal
    ) async throws -> String? {
        var tenant: TenantID?
        if case .tenant(let only) = scope { tenant = only }
        // While the fleet is being read nothing is known to be nowhere.
        guard try await currentFindings(in: scope).isBuilt else { return nil }
        if !vulnerabilities.isEmpty {
            for name in vulnerabilities {
                let page = try await findings(
                    FindingFilter(tenant: tenant, vulnerability: name.uppercased(), limit: 1),
                    by: principal)
                if !page.items.isEmpty { return nil }
            }
            let names = vulnerabilities.joined(separator: ", ")
            return "No endpoint has \(names) now. It is kept for when one does."
        }
        guard let package = selector.package else { return nil }
        let missing = try await ledger.read { records in
            try records.missingUpdates(
                in: scope, search: Self.literal(of: package.pattern), securityOnly: false,
                limit: Self.missingLookedAt)
        }
        let isMissed = missing.contains {
            package.matches($0.name) && selector.takes($0.candidate, of: $0.manager)
        }
        if isMissed || missing.count == Self.missingLookedAt { return nil }
        switch try await installed(package, in: scope) {
        case .asSource: return nil
        case .byName:
            let version = selector.versionWords.map { " to \($0)" } ?? ""
            return "No endpoint misses an update of \(package.pattern)\(version) now. "
                + "It is kept for when one does."
        case .nowhere:
            return "No endpoint has a package \(package.pattern) now, nor misses one. "
                + "It is kept for when one does; check how the name is written."
        }
    }

    /// The most missing updates that are looked through: as many as fit a page ten times. When so
    /// many bear a name, some endpoint does miss one.
    private static let missingLookedAt = 5_000

    /// The longest part of a pattern that stands for itself, to look for.
    private static func literal(of pattern: String) -> String? {
        let parts: [Substring] = pattern.split { $0 == "*" || $0 == "?" }
        return parts.max { $0.count < $1.count }.map(String.init)
    }

    private enum Installed { case nowhere, byName, asSource }

    /// How a package stands on endpoints. Of a source package it cannot be told by its name which
    /// updates it has, so that nothing is said of those.
    private func installed(_ package: Glob, in scope: Scope) async throws -> Installed {
        let state = try await currentFindings(in: scope)
        var seen: Set<FleetIndex.SoftwareNumber> = []
        var isNamed = false
        for number in state.numbers.values {
            guard let member = state.member(number), scope.includes(member.tenant) else {
                continue
            }
            for row in state.fleet.rows(of: number) where seen.insert(row).inserted {
                let software = state.fleet.software(row).row
                if package.matches(software.name) { isNamed = true }
                if software.source != software.name, package.matches(software.source) {
                    return .asSource
                }
            }
        }
        return isNamed ? .byName : .nowhere
    }
}
