import AgentCore
import Fleet
import PackageManagers
import ToolOutputs

/// fwupd: the firmware of the endpoint's hardware, by the identifier of each device.
struct FwupdTool: Sendable {
    let manager = PackageManagerName.fwupd
    let runner: any CommandRunning

    static let path = "/usr/bin/fwupdmgr"
    /// Firmware has no architecture of its own.
    static let architecture = "all"

    init(runner: any CommandRunning) {
        self.runner = runner
    }

    var fwupdmgr: ToolRunner { ToolRunner(runner: runner, path: Self.path) }

    /// Why a device gets nothing now, whatever is newer; `nil` when nothing stands in the way.
    static func obstacle(to device: FirmwarePart) -> String? {
        if device.waitsForReboot {
            return "what has been written already comes in force with a reboot first"
        }
        if let problem = device.problems.first {
            return words[problem] ?? "fwupd says \(problem)"
        }
        if device.flags.contains("needs-shutdown") {
            return "it comes in force only when the endpoint is turned off and on again, which "
                + "Patchbay does not do"
        }
        if device.flags.contains("affects-fde") {
            return "it may lock the disk's encryption, and somebody with the recovery key should "
                + "be there: install it on the endpoint itself"
        }
        return device.flags.contains("updatable")
            ? nil : "fwupd cannot update it while the system runs as it does"
    }

    /// fwupd's words for what stands in the way (`FwupdDeviceProblem`).
    private static let words = [
        "require-ac-power": "it needs mains power",
        "system-power-too-low": "the endpoint's battery is too low",
        "power-too-low": "the device's battery is too low",
        "lid-is-closed": "the lid is closed",
        "unreachable": "it cannot be reached",
        "in-use": "it is in use",
        "display-required": "it needs a display",
        "missing-license": "its licence is missing",
        "system-inhibit": "updates are inhibited on this endpoint",
        "update-in-progress": "an update is in progress",
        "is-emulated": "it is emulated",
        "lower-priority": "another way to update it comes first",
        "insecure-platform": "the platform is insecure",
        "firmware-locked": "its firmware is locked",
    ]
}

// MARK: - Looking

extension FwupdTool: SoftwareLooking {
    /// Without `--force`: fwupd leaves remotes alone that are younger than their own interval, a
    /// day, and says so with status 2.
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        let before = await remotes()
        let output = await fwupdmgr.run(
            ["refresh", "--no-remote-check", "--json"], seconds: ToolRunner.refreshSeconds)
        let error = FirmwareDocuments(output.output).error
        let isNothing = Self.isNothingToDo(error)
        let isWell = output.status == 0 || isNothing
        let reason = Self.reason(error, else: output.reason)
        // It ends with the first remote that fails; those before it have been written anew.
        let after = isWell ? [] : await remotes()
        return RefreshReport.of(
            before.map { remote in
                let written = after.first { $0.id == remote.id }?.writtenAt ?? 0
                let isNew = written > remote.writtenAt ?? 0
                return (remote.id, isWell || isNew ? nil : reason)
            }, at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        let output = await fwupdmgr.run(["get-devices", "--json"])
        let answer = FirmwareDocuments(output.output)
        let error = answer.error
        let isAnswer = answer.isAnswer
        let isNothing = Self.isNothingToDo(error)
        guard (output.status == 0 && isAnswer) || isNothing else {
            let reason = error?.message ?? output.reason
            throw ScanFailure(
                code: "E_SCAN_FWUPD", message: "fwupd cannot list the endpoint's devices.",
                nextStep: "Run `fwupdmgr get-devices` on the endpoint: \(reason)")
        }
        var look = SoftwareLook()
        look.unparsed = answer.unparsed
        look.packages = answer.devices.compactMap(package).sorted { $0.precedes($1) }
        guard answer.devices.contains(where: { $0.flags.contains("supported") }) else {
            // No firmware is known for any of it, newer or not.
            return look
        }
        look.sources = await remotes().map { remote in
            let written = remote.writtenAt.map { Timestamp(seconds: $0) }
            let source = SourceJudgement(key: remote.id, name: remote.title, indexTime: written)
            return Self.state(of: source, report: report, now: now)
        }
        look.signals = await signals(answer.devices)
        await addUpdates(answer.devices, to: &look)
        return look
    }

    private static let unreachable = "It could not be reached: "

    /// Why remotes were not refreshed, with a mark of its own where none was to be reached.
    private static func reason(_ error: FirmwareError?, else words: String) -> String {
        let message = error?.message ?? words
        let isUnreachable = error.map(FirmwareError.isUnreachable) ?? false
        return isUnreachable ? unreachable + message : message
    }

    /// A remote that cannot be reached has done nothing wrong: what is known of it counts for as
    /// long as it is young enough, and says beside it that it could not be reached. Many endpoints
    /// never reach the service of the world's firmware.
    private static func state(
        of source: SourceJudgement, report: RefreshReport?, now: Timestamp
    ) -> SourceState {
        let state = source.state(report: report, now: now)
        guard state.state == .failed, let error = state.error, error.hasPrefix(unreachable) else {
            return state
        }
        var calm = source.state(report: nil, now: now)
        calm.error = [calm.error, error].compactMap { $0 }.joined(separator: " ")
        return calm
    }

    /// Whether fwupd says that there is nothing, which it calls an error. Asked beside `||` and not
    /// behind it, where the optimising compiler of Swift 6.3 fails on what is read of a document.
    static func isNothingToDo(_ error: FirmwareError?) -> Bool {
        error?.code == FirmwareError.nothingToDo
    }

    private func addUpdates(_ devices: [FirmwarePart], to look: inout SoftwareLook) async {
        // Old metadata is told by its source; it is not fetched in the middle of a look.
        let output = await fwupdmgr.run(["get-updates", "--no-metadata-check", "--json"])
        let reading = ToolOutput.fwupdJSON.read(output.output)
        let error = FirmwareDocuments(output.output).error
        let isNothing = Self.isNothingToDo(error)
        guard output.status == 0 || isNothing else {
            return look.fail("fwupd", error?.message ?? output.reason)
        }
        look.unparsed += reading.unparsed
        for update in reading.updates {
            guard let device = devices.first(where: { $0.id == update.name }) else {
                look.unparsed.append("\(update.name) \(update.installed) > \(update.candidate)")
                continue
            }
            let obstacle = Self.obstacle(to: device)
            let isHeld = update.isHeld == true
            look.updates.append(
                Update(
                    manager: manager, name: device.id, architecture: Self.architecture,
                    installed: device.version, candidate: update.candidate,
                    classes: update.classes ?? [.feature],
                    // The identifier says nothing to people.
                    origin: "\(update.origin ?? "fwupd"): \(device.title)",
                    installability: isHeld
                        ? .held : obstacle == nil ? .installable : .keptBack, bytes: update.bytes,
                    reason: isHeld
                        ? "This endpoint's fwupd does not let it in (approval or policy)."
                        : obstacle.map { "\(device.title): \($0)." }))
        }
    }

    private func package(_ device: FirmwarePart) -> Package? {
        guard PackageName(device.id, of: .fwupd) != nil, !device.version.isEmpty else { return nil }
        return Package(
            manager: manager, name: device.id, version: device.version,
            architecture: Self.architecture, source: device.title, sourceVersion: device.version)
    }

    /// What has been written and comes in force with the next boot; the version stands in fwupd's
    /// own record alone.
    private func signals(_ devices: [FirmwarePart]) async -> [RebootSignal] {
        let waiting = devices.filter(\.waitsForReboot)
        guard !waiting.isEmpty else { return [] }
        let history = FirmwareDocuments(
            await fwupdmgr.run(["get-history", "--json"]).output
        ).devices
        return waiting.map { device in
            let version = history.first { $0.id == device.id }?.releases.first?.version
            return ScheduledUpdate(
                name: device.id, version: version ?? "", title: device.title
            ).signal
        }
    }

    /// The remotes that are fetched over the network.
    private func remotes() async -> [FirmwareRemote] {
        FirmwareDocuments(await fwupdmgr.run(["get-remotes", "--json"]).output).remotes
            .filter { $0.isEnabled && $0.isDownloaded }
    }
}
