import AgentCore
import Fleet
import Rollout
import Testing

@testable import LinuxPackages

/// One preflight for all tools.
struct LockListCheckTests {
    /// A tool that answers as it is told.
    struct MadeUp: LockListTool {
        let manager = PackageManagerName.dnf
        var holder: String?
        var damaged: String?
        var heldNames: Set<String> = []
        var answer: @Sendable ([LockedUpdate]) -> Solution

        func lockHolder() -> String? { holder }
        func damage() async -> String? { damaged }
        func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] {
            var held: [PackageKey: String] = [:]
            for update in updates where heldNames.contains(update.name) {
                held[update.key] = "held here"
            }
            return held
        }
        func solve(_ updates: [LockedUpdate]) async -> Solution { answer(updates) }
        func commands(for updates: [LockedUpdate]) -> [[String]] { [] }
        func complaint(status: Int32, lines: [String]) -> RunVerdict? { nil }
    }

    private func update(_ name: String) -> LockedUpdate {
        LockedUpdate(
            manager: .dnf, name: name, architecture: "noarch", from: "1.0-1", to: "2.0-1")
    }

    private static func plan(_ updates: [LockedUpdate]) -> ChangePlan {
        var plan = ChangePlan()
        plan.changed = updates.map {
            ChangePlan.Change(name: $0.name, architecture: $0.architecture, version: $0.to)
        }
        return plan
    }

    private func check(_ tool: MadeUp, _ names: [String]) async -> Preflight {
        await LockListCheck(tool: tool).check(names.map(update), tolerating: [])
    }

    @Test func `A lock, a damage and a hold are told before anything is solved`() async {
        let never: @Sendable ([LockedUpdate]) -> Solution = { _ in .refused(Obstacle(.other, "x")) }
        #expect(
            await check(MadeUp(holder: "dnf (pid 7)", answer: never), ["a1"])
                == .locked(holder: "dnf (pid 7)"))
        #expect(
            await check(MadeUp(damaged: "cut off", answer: never), ["a1"])
                == .needsRepair("cut off"))
        let tool = MadeUp(heldNames: ["a1"]) { .plan(Self.plan($0)) }
        guard case .ready(let install, let settled) = await check(tool, ["a1", "b1"]) else {
            Issue.record("not ready")
            return
        }
        #expect(install.map(\.name) == ["b1"])
        #expect(settled.map(\.failure) == [.held])
    }

    @Test func `A plan that would do more than was approved is not carried out`() async {
        let more = MadeUp { updates in
            var plan = Self.plan(updates)
            plan.changed.append(
                ChangePlan.Change(name: "other", architecture: "noarch", version: "3-1"))
            return .plan(plan)
        }
        let less = MadeUp { updates in
            var plan = Self.plan(updates)
            plan.removed = ["victim"]
            return .plan(plan)
        }
        for (tool, word) in [(more, "other"), (less, "victim")] {
            guard case .ready(let install, let settled) = await check(tool, ["a1"]) else {
                Issue.record("not ready")
                return
            }
            #expect(install == [])
            #expect(settled.first?.failure == .dependency)
            #expect(settled.first?.sentence.contains(word) == true)
        }
    }

    @Test func `What cannot be had is left out, each with its own reason, and the rest goes in`()
        async
    {
        let tool = MadeUp { updates in
            let bad = updates.filter { $0.name != "good" }
            guard bad.isEmpty else {
                return .refused(
                    Obstacle(
                        .versionNotAvailable, "no \(bad[0].name)", culprits: bad.map(\.name)))
            }
            return .plan(Self.plan(updates))
        }
        guard case .ready(let install, let settled) = await check(tool, ["a1", "b1", "good"]) else {
            Issue.record("not ready")
            return
        }
        #expect(install.map(\.name) == ["good"])
        #expect(settled.map(\.sentence) == ["no a1", "no b1"])
    }

    @Test func `A version that the plan does not bring is not taken for brought`() async {
        let tool = MadeUp { updates in
            var plan = Self.plan(updates)
            plan.changed[0].version = "9-1"
            return .plan(plan)
        }
        guard case .ready(let install, let settled) = await check(tool, ["a1"]) else {
            Issue.record("not ready")
            return
        }
        #expect(install == [])
        #expect(settled.first?.failure == .versionNotAvailable)
    }
}
