import Fleet
import Foundation
import TestSupport
import Testing

extension Lab {
    /// Makes a virtual machine, boots it, enrols it, and returns when the server has a scan of it
    /// with refreshed sources.
    func machine(_ number: Int) async throws -> LabEndpoint {
        for step in ["machine", "boot", "ready"] {
            try await tryBed([step, "\(number)"], within: .machine)
                .succeeded("testbed/lab \(step) \(number)")
        }
        let tenant: Answers.Tenant = try await answer(to: ["tenant", "create", "Machine \(number)"])
        let token = folder.appending(path: "token-machine-\(number)")
        try await patchbay(
            "token", "create", "--enrolment", "--tenant", tenant.id.text, "--out", token.path)
        try await installAgent(number, token: token)
        let item = try await eventually("machine \(number) has been scanned", within: .machine) {
            () -> Answers.Item? in
            let list: Answers.Endpoints = try await answer(to: ["endpoint", "list"])
            return list.items.first { $0.name == "ep\(number)" && $0.scannedAt != nil }
        }
        return LabEndpoint(number: number, lab: id, id: item.id)
    }

    /// Puts the newest kernel of this machine's own package sources into the lab's repository.
    ///
    /// - Returns: its release, as `uname -r` tells it.
    func offerKernel() async throws -> String {
        try await run([Self.tool("repo/add-kernel").path, repository.path])
            .succeeded("testbed/repo/add-kernel").output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits until a missing update is listed.
    func missing(_ name: String, on endpoint: LabEndpoint) async throws -> Update {
        try await eventually("\(name) is listed as missing", within: .machine) {
            try await view(of: endpoint).posture?.updates.first { $0.name == name }
        }
    }
}

extension LabEndpoint {
    /// The running kernel's release.
    func kernel() async throws -> String {
        try await run("/bin/uname", "-r").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits until it runs in another boot than before, and answers.
    func expectReboot(after boot: String) async throws {
        try await eventually("endpoint \(number) is back after a reboot", within: .machine) {
            let answer = try await tryRun(["/bin/cat", "/proc/sys/kernel/random/boot_id"])
            return answer.status == 0 && answer.output != boot
        }
    }
}

extension Duration {
    /// What is waited for on an emulated processor, which takes minutes for what takes seconds
    /// elsewhere: packing an initial file system, say.
    static let machine = Duration.seconds(1200)
}

extension Requirement {
    /// `testbed/lab doctor --machines` finds nothing missing.
    static let machines = Lab.doctor("--machines")

    /// This machine's package sources offer a newer kernel than their main archive.
    static let newerKernel = Requirement(isInstallable: false) {
        let answer = Lab.answer(of: ["/usr/bin/apt-cache", "madison", "linux-image-cloud-amd64"])
        let versions = Set(
            answer.text.split(separator: "\n").compactMap {
                $0.split(separator: "|").dropFirst().first
            })
        return versions.count > 1 ? nil : "the package sources offer no newer kernel"
    }
}
