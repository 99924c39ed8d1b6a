import Calendar
import Fleet
import Policy
import Verdicts

/// Checks what policies of one file say of each other: their names, whom they inherit, and that
/// each window and list of rings that a lane names is there.
struct ReferenceCheck {
    let located: [LocatedPolicy]
    let others: [PatchPolicy]
    let list: DiagnosticList

    func run() {
        checkNames()
        for policy in located {
            let line = ancestors(of: policy)
            checkReferences(of: policy, among: line.policies, isWhole: line.isWhole)
            checkExceptions(of: policy, among: line.policies)
            checkRing(before: policy)
        }
    }

    private func checkNames() {
        var lines: [PolicyName: Int] = [:]
        for located in self.located {
            let name = located.policy.name
            if let line = lines[name] {
                list.error(
                    located.places.name,
                    "the policy “\(name)” stands twice; the first is in line \(line)")
            } else {
                lines[name] = located.places.name.line
            }
        }
    }

    /// The policy and those that it inherits, nearest first, and whether the line is whole: the
    /// last of them inherits nothing.
    private func ancestors(
        of located: LocatedPolicy
    ) -> (policies: [PatchPolicy], isWhole: Bool) {
        var line = [located.policy]
        while let name = line.last?.inherits {
            if line.contains(where: { $0.name == name }) {
                if name == located.policy.name {
                    list.error(
                        located.places.inherits,
                        line.count == 1
                            ? "“\(name)” cannot inherit itself"
                            : "“\(name)” inherits itself by way of “\(line[1].name)”")
                }
                return (line, true)
            }
            guard let next = policy(named: name) else { return (line, false) }
            line.append(next)
        }
        return (line, true)
    }

    private func policy(named name: PolicyName) -> PatchPolicy? {
        located.first { $0.policy.name == name }?.policy ?? others.first { $0.name == name }
    }

    private func checkReferences(
        of located: LocatedPolicy, among line: [PatchPolicy], isWhole: Bool
    ) {
        // A window whose definition could not be read is there all the same.
        let windows = Set(line.flatMap { $0.windows.map(\.name) } + located.places.windows.keys)
        for (name, place) in located.places.windowReferences where !windows.contains(name.text) {
            missing("window", name, place, windows.sorted(), isWhole, line)
        }
        let rings = Set(line.flatMap { $0.rings.keys.map(\.text) } + located.places.rings.keys)
        for (name, place) in located.places.ringReferences where !rings.contains(name.text) {
            missing("list of rings", name, place, rings.sorted(), isWhole, line)
        }
    }

    /// What the policy accepts holds no longer than it says itself, or the nearest that it inherits
    /// from and that says so.
    private func checkExceptions(of located: LocatedPolicy, among line: [PatchPolicy]) {
        guard let policy = line.first(where: { $0.longestException != nil }),
            let longest = policy.longestException
        else { return }
        for located in located.exceptions {
            let exception = located.exception
            let seconds = exception.expiresAt.seconds(since: exception.startsAt)
            guard seconds > longest.seconds else { continue }
            list.error(
                located.place,
                "the exception “\(exception.name)” holds for \(TimeSpan.measured(seconds)), and "
                    + "“longestException” of “\(policy.name)” allows \(longest.inWords): end it "
                    + "sooner, and renew it when somebody has looked again")
        }
    }

    /// The ring that must have verified updates first is one that some policy has.
    private func checkRing(before located: LocatedPolicy) {
        guard let ring = located.policy.before?.passed?.ring else { return }
        let policies = self.located.map(\.policy) + others
        let known = Set(policies.flatMap { $0.rings.values.joined().map(\.name.text) })
        guard !known.contains(ring) else { return }
        list.warning(
            located.places.before,
            "no policy here has a ring “\(ring)”, and until one does nothing is installed; check its "
                + "file together with this one" + Guess.clause(for: ring, of: known.sorted()))
    }

    private func missing(
        _ kind: String, _ name: PolicyName, _ place: Place, _ known: [String], _ isWhole: Bool,
        _ line: [PatchPolicy]
    ) {
        let guess = Guess.nearest(to: name.text, of: known)
        if guess.isEmpty, !isWhole, let inherited = line.last?.inherits {
            list.error(
                place,
                "there is no \(kind) “\(name)” here; if it is one of “\(inherited)”, check that "
                    + "file together with this one" + Guess.clause(for: name.text, of: known))
            return
        }
        list.error(
            place, "there is no \(kind) “\(name)”" + Guess.clause(for: name.text, of: known))
    }
}
