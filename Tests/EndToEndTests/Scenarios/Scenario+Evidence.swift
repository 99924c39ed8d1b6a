import Fleet
import Forensics
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let evidence = Scenario(
        "evidence of an exposed endpoint is taken before the package is installed, and is on the server"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        try await lab.prepareTriage(of: endpoint)
        let job = try await lab.deploy(Lab.triagePackage, to: endpoint)
        try await expectVerified(job, Lab.triagePackage, on: endpoint)
        let mark = try #require(job.result?.evidence, "\(job.result?.notes ?? [])")
        let notes = job.result?.notes ?? []
        #expect(notes.contains { $0.contains(mark.id.text) }, "\(notes)")
        // By the endpoint's own log of its package tool, and by the job.
        let ended = try #require(job.finishedAt)
        #expect(mark.takenAt <= job.workBeganAt ?? ended)
        let log = try await endpoint.run("/bin/grep", "upgrade labtriage", "/var/log/dpkg.log")
        let words = log.split(separator: " ").prefix(2).joined(separator: "T")
        let installed = try #require(Timestamp("\(words)Z"), "\(log)")
        #expect(mark.takenAt <= installed, "\(mark.takenAt), \(log)")
        // What the server has is what the endpoint keeps, to the byte.
        let file = lab.folder.appending(path: "evidence.json")
        try await eventually("the server has the evidence") {
            try await lab.tryPatchbay(["evidence", "export", mark.id.text, file.path]).status == 0
        }
        let kept = try await endpoint.run(
            "/usr/bin/sha256sum", "/var/lib/patchbay-agent/evidence/\(mark.id).json")
        #expect(kept.hasPrefix(mark.sha256))
        let hash = try await run(["/usr/bin/sha256sum", file.path]).succeeded("sha256sum")
        #expect(hash.output.hasPrefix(mark.sha256))
        let bundle = try JSONDecoder().decode(Answers.Evidence.self, from: Data(contentsOf: file))
        #expect(bundle.vulnerabilities == [Lab.triageVulnerability])
        let processes = try #require(bundle.sections.first { $0.name == "processes" })
        #expect(processes.lines.contains { $0.contains("patchbay-agent run") })
        let programs = try #require(bundle.sections.first { $0.name == "executables" })
        #expect(programs.lines.contains { $0.contains("path=/usr/bin/patchbay-agent") })
        let triages: Answers.Triages = try await lab.answer(to: ["evidence", "list"])
        let triage = try #require(triages.items.first { $0.endpoint == endpoint.id })
        #expect(triage.evidenceAt != nil)
        try await lab.endTriage(of: endpoint)
    }
}

extension Lab {
    /// A package with a vulnerability that is exploited: version 1.0 is installed in every endpoint,
    /// and 2.0, which is on offer, mends it.
    static let triagePackage = "labtriage"
    static let triageVulnerability = "CVE-2026-4712"
    private static let triageFeeds = ["lab-triage-tracker", "lab-triage-kev"]

    /// Adds it to the repository.
    func addTriagePackage() async throws {
        try await repository("add", Self.triagePackage, "1.0")
        try await repository("add", Self.triagePackage, "2.0")
    }

    /// Feeds that know the vulnerability, an endpoint that can be reached from the internet, and a
    /// policy with BOD 26-04; waits until its finding says that forensics come first.
    fileprivate func prepareTriage(of endpoint: LabEndpoint) async throws {
        try await patchbay("endpoint", "set", endpoint.id.text, "--exposed", "true")
        try await saveBefore(more: "sla: [bod-26-04]")
        for (name, text) in zip(Self.triageFeeds, [Self.trackerText, Self.catalogueText]) {
            let file = folder.appending(path: "\(name).json")
            try Data(text.utf8).write(to: file)
            try await patchbay("feeds", "add", name, file.path)
        }
        try await patchbay("endpoint", "scan", endpoint.id.text)
        try await endpoint.expectPolicies()
        try await eventually("its finding demands forensics") {
            let list: Answers.ForensicFindings = try await answer(
                to: ["finding", "list", "--cve", Self.triageVulnerability])
            return list.items.contains { $0.endpoint == endpoint.id && $0.forensics != nil }
        }
    }

    /// Leaves the lab as it was.
    fileprivate func endTriage(of endpoint: LabEndpoint) async throws {
        for name in Self.triageFeeds { try await patchbay("feeds", "remove", name) }
        try await patchbay("endpoint", "set", endpoint.id.text, "--exposed", "false")
        try await saveBefore()
    }

    /// What Debian's security tracker would say of it.
    private static let trackerText = """
        {"\(triagePackage)": {"\(triageVulnerability)": {
          "description": "It can be taken over from afar.", "scope": "remote",
          "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "2.0"},
            "fixed_version": "2.0", "urgency": "high"}}}}}

        """

    /// What CISA's catalogue would say of it.
    private static let catalogueText = """
        {"title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": "2026.11.20", "dateReleased": "2026-11-20T00:00:00.0000Z", "count": 1,
        "vulnerabilities": [{"cveID": "\(triageVulnerability)", "vendorProject": "Lab",
          "product": "Triage", "vulnerabilityName": "Made up", "dateAdded": "2026-11-20",
          "shortDescription": "Made up.", "requiredAction": "Mend it.", "dueDate": "2026-11-23",
          "knownRansomwareCampaignUse": "Unknown", "notes": ""}]}

        """
}

extension Answers {
    /// A bundle of evidence, as it was exported.
    struct Evidence: Decodable {
        struct Section: Decodable {
            var name: String
            var lines: [String]
        }

        var vulnerabilities: [String]
        var sections: [Section]
    }

    /// `evidence list`
    struct Triages: Decodable {
        struct Item: Decodable {
            var endpoint: EndpointID
            var evidenceAt: Timestamp?
        }

        var items: [Item]
    }

    /// `finding list`
    struct ForensicFindings: Decodable {
        struct Item: Decodable {
            var endpoint: EndpointID
            var forensics: String?
        }

        var items: [Item]
    }
}
