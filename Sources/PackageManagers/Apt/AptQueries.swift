import AgentCore

/// Asks apt what is missing, with as few runs as can be: the expensive part of each is the solver.
struct AptQueries: Sendable {
    let runner: any CommandRunning
    let setting: AptSetting

    /// Names in one argument vector: with 32 bytes a name far below the kernel's limit of 2 MiB.
    private static let namesPerRun = 4_000

    /// How many packages that cannot be installed are asked after one by one for the reason; each
    /// costs a solver run.
    private static let mostRefusalsAsked = 4

    /// Candidates and versions of these packages.
    func policy(of names: [String]) async throws(ScanFailure) -> AptPolicy {
        var output: [UInt8] = []
        var start = 0
        while start < names.count {
            let part = Array(names[start..<min(start + Self.namesPerRun, names.count)])
            output += try await answer(AptSetting.aptCache, ["policy"] + part)
            start += part.count
        }
        return AptPolicy(output)
    }

    /// What each source says of itself.
    func releases() async throws(ScanFailure) -> AptReleases {
        AptReleases(try await answer(AptSetting.aptCache, ["policy"]))
    }

    /// What the solver would do with the missing updates.
    func findings(on missing: [UpdateAssembly.Missing]) async throws(ScanFailure) -> AptFindings {
        var findings = AptFindings()
        let open = missing.filter { $0.exclusion == nil && !$0.entry.isHeld }
        if !open.isEmpty {
            let plan = try await result(AptSetting.aptGet, ["-y", "-V", "--print-uris", "upgrade"])
            if plan.status == 0 {
                findings.upgrade = AptPlan(plan.output)
            } else {
                findings.planFailure = AptFindings.plain(
                    plan.complaint ?? "apt-get ended with status \(plan.status)")
            }
        }
        let keptBack = open.filter {
            guard let plan = findings.upgrade else { return false }
            return !plan.upgraded.contains($0.aptName) && !plan.phased.contains($0.aptName)
        }
        if !keptBack.isEmpty { try await explain(keptBack, in: &findings) }
        try await addSizes(missing, to: &findings)
        return findings
    }

    private func explain(
        _ keptBack: [UpdateAssembly.Missing], in findings: inout AptFindings
    ) async throws(ScanFailure) {
        let plan = try await result(
            AptSetting.aptGet, ["-y", "-V", "--print-uris", "dist-upgrade"])
        let full = AptPlan(plan.output)
        findings.fullUpgrade = full
        let coming = keptBack.filter { full.upgraded.contains($0.aptName) }
        if !coming.isEmpty {
            let versions = coming.map { "\($0.aptName)=\($0.candidate.text)" }
            let answer = try await result(AptSetting.aptCache, ["depends"] + versions)
            findings.dependencies = AptDependencies(answer.output)
        }
        let refused = keptBack.filter {
            !full.upgraded.contains($0.aptName) && !findings.isPhased($0)
        }
        for item in refused.prefix(Self.mostRefusalsAsked) {
            let wanted = "\(item.aptName)=\(item.candidate.text)"
            let answer = try await result(
                AptSetting.aptGet, ["-y", "--print-uris", "install", wanted])
            if answer.status != 0 { findings.refusals[item.aptName] = AptRefusal(answer) }
        }
    }

    /// Updates that no plan would fetch (held, phased) have a size too; asking for it needs no
    /// solver.
    private func addSizes(
        _ missing: [UpdateAssembly.Missing], to findings: inout AptFindings
    ) async throws(ScanFailure) {
        let unknown = missing.filter { findings.size(of: $0) == nil }
        guard !unknown.isEmpty else { return }
        let versions = unknown.map { "\($0.aptName)=\($0.candidate.text)" }
        let answer = try await result(AptSetting.aptGet, ["--print-uris", "download"] + versions)
        findings.otherBytes = AptPlan(answer.output).bytes
    }

    /// The output of a query without which nothing can be said.
    private func answer(
        _ program: String, _ arguments: [String]
    ) async throws(ScanFailure) -> [UInt8] {
        let result = try await result(program, arguments)
        guard result.status == 0 else {
            let words = AptFindings.plain(
                result.complaint ?? "it ended with status \(result.status)")
            throw ScanFailure(
                code: "E_SCAN_APT_UNUSABLE", message: "apt cannot read its indexes: \(words).",
                nextStep: "Run `apt-get check` on the endpoint and mend what it names.")
        }
        return result.output
    }

    private func result(
        _ program: String, _ arguments: [String]
    ) async throws(ScanFailure) -> CommandOutput {
        do {
            return try await runner.run(setting.command(program, arguments))
        } catch {
            throw ScanFailure(
                code: "E_SCAN_APT_NOT_RUN", message: "\(program) \(error.clause).",
                nextStep: "See that apt is installed and that the endpoint is not overloaded.")
        }
    }
}
