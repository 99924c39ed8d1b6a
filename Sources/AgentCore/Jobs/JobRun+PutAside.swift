import Fleet
import Rollout

/// What a run has left broken is put aside, so that the other packages go in without it.
extension JobRun {
    /// How often a repair may be begun by now.
    var repairsAllowed: Int { Self.maximumRepairs + interruptions + retries + unpackings }

    /// Takes packages for broken: they are no reason to ask for another repair, and what hangs is
    /// not begun with again.
    mutating func putAside(_ found: [PackageBlame]) {
        for blame in found { blames[blame.name] = blame }
        tolerate(found.map(\.mark))
        let hanging = found.filter { $0.failure == .hung }.map(\.mark)
        asidePackages += hanging.filter { !asidePackages.contains($0) }
    }

    /// Takes packages for broken that nothing more is known of.
    mutating func tolerate(_ marks: [String]) {
        brokenPackages += marks.filter { !brokenPackages.contains($0) }
    }

    /// The updates of a failed run that failed themselves: those that the package manager names, and
    /// those that were left broken before. Where it names none, what it has left half done counts:
    /// else that was only cut off.
    func blamed(_ missing: [LockedUpdate], _ view: EndpointView, _ verdict: RunVerdict)
        -> [LockedUpdate]
    {
        let named = missing.filter {
            verdict.culprits.contains($0.name) || known($0, view) != nil
        }
        guard named.isEmpty, verdict.culprits.isEmpty else { return named }
        return missing.filter { view.unfinished[$0.key] != nil }
    }

    /// Why an update that is half done is known to be broken; `nil` when it is not.
    func known(_ update: LockedUpdate, _ view: EndpointView) -> PackageBlame? {
        guard view.unfinished[update.key] != nil, let blame = blames[update.name],
            blame.version == nil || blame.version == update.to
        else { return nil }
        return blame
    }

    /// Whether a run that was only to unpack has left something to be configured.
    func mustConfigure(_ missing: [LockedUpdate], _ view: EndpointView, _ plan: RunPlan) -> Bool {
        plan.isUnpackOnly == true && unpackings < Self.maximumUnpackings
            && missing.contains { view.unfinished[$0.key] != nil && known($0, view) == nil }
    }

    /// How an update that failed is left on the endpoint, and what finishes it by hand.
    func left(_ update: LockedUpdate, _ view: EndpointView) -> String {
        if let state = view.unfinished[update.key] {
            let isByHand =
                update.manager == .apt && (state == "half-configured" || state == "unpacked")
            let byHand =
                isByHand
                ? " `dpkg --configure \(update.name)` on the endpoint finishes it once the cause "
                    + "is mended." : ""
            return " \(update.name) is \(state).\(byHand)"
        }
        guard update.manager == .apt, view.installed[update.key] == update.from else { return "" }
        return " \(update.name) is still \(update.from)."
    }
}
