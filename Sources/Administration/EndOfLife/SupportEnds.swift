import Advisories
import Findings
import Fleet
package import ServerRecords

/// The ends of support of a fleet's products: each distinct operating system and row of software is
/// looked up once.
struct SupportEnds {
    private let state: FindingState
    /// Whether the whole fleet has been read.
    var isComplete: Bool { state.isBuilt }
    private let now: Timestamp
    private var holders: [EndOfLifeStatus: EndpointSet] = [:]
    /// Endpoints of whose operating system the end of support is known.
    private var known = EndpointSet()

    init(_ state: FindingState, at now: Timestamp) {
        self.state = state
        self.now = now
        let index = state.fleet.index
        let systems = state.systems.map { EndOfLife.status(of: $0, in: index, at: now) }
        for number in state.numbers.values {
            guard let system = state.numbers.system(of: number),
                let status = systems[Int(system)]
            else { continue }
            holders[status, default: EndpointSet()].insert(number)
            known.insert(number)
        }
        guard !index.cycles.isEmpty else { return }
        let numbers = state.fleet.allSoftware.filter {
            state.fleet.software($0).row.ecosystem != nil
        }
        let statuses = EndOfLife.eachApplication(
            of: numbers.map { state.fleet.software($0).row }, in: index, at: now)
        for (number, status) in zip(numbers, statuses) {
            guard let status else { continue }
            holders[status, default: EndpointSet()].formUnion(state.fleet.holders(of: number))
        }
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let product: String
        let cycle: String
    }

    func report(
        in scope: Scope, answers: [EndOfLifeAnswer], states: Set<EndOfLifeStatus.State>?
    ) -> EndOfLifeReport {
        let said = Dictionary(
            answers.map { (Key(tenant: $0.tenant, product: $0.product, cycle: $0.cycle), $0) },
            uniquingKeysWith: { first, _ in first })
        var items: [EndOfLifeItem] = []
        var (all, failing, covered) = (EndpointSet(), EndpointSet(), EndpointSet())
        for tenant in state.tenants(in: scope) {
            let own = state.tenants[tenant] ?? EndpointSet()
            all.formUnion(own)
            covered.formUnion(own.intersection(known))
            for (status, endpoints) in holders {
                let here = endpoints.intersection(own)
                guard !here.isEmpty else { continue }
                let key = Key(tenant: tenant, product: status.product, cycle: status.cycle)
                let item = item(status, of: tenant, on: here.count, answer: said[key])
                if item.compliance == .nonCompliant { failing.formUnion(here) }
                if states?.contains(status.state) ?? true { items.append(item) }
            }
        }
        let unknown = all.subtracting(covered).subtracting(failing).count
        return EndOfLifeReport(
            items: items.sorted(by: Self.comesBefore),
            compliant: all.count - failing.count - unknown, nonCompliant: failing.count,
            unknown: unknown, isComplete: state.isBuilt)
    }

    /// The tenant's endpoints with a product that counts against them, each with the first such
    /// product by name.
    func unsupported(of tenant: TenantID, answers: [EndOfLifeAnswer]) -> [EndpointID: String] {
        let said = Dictionary(
            answers.map { (Key(tenant: $0.tenant, product: $0.product, cycle: $0.cycle), $0) },
            uniquingKeysWith: { first, _ in first })
        let own = state.tenants[tenant] ?? EndpointSet()
        var found: [EndpointID: String] = [:]
        for (status, endpoints) in holders where status.state == .ended {
            let key = Key(tenant: tenant, product: status.product, cycle: status.cycle)
            if isAnswered(status, said[key]) { continue }
            let name = "\(status.product) \(status.cycle)"
            endpoints.intersection(own).forEach { number in
                guard let id = state.member(number)?.id else { return }
                found[id] = min(found[id] ?? name, name)
            }
        }
        return found
    }

    private func item(
        _ status: EndOfLifeStatus, of tenant: TenantID, on endpoints: Int,
        answer: EndOfLifeAnswer?
    ) -> EndOfLifeItem {
        let complies = status.state != .ended || isAnswered(status, answer)
        return EndOfLifeItem(
            tenant: tenant, product: status.product, cycle: status.cycle, state: status.state,
            endsAt: status.endsAt, extendedUntil: status.extendedUntil, phases: status.phases,
            endpoints: endpoints,
            answer: answer, compliance: complies ? .compliant : .nonCompliant,
            sentence: sentence(status, answer))
    }

    /// Whether an answer still counts: one that says that the product has longer support does not
    /// when that is over too.
    private func isAnswered(_ status: EndOfLifeStatus, _ answer: EndOfLifeAnswer?) -> Bool {
        guard let answer, answer.until > now else { return false }
        return answer.treatment != .extendedSupport || status.extendedUntil == nil
            || status.hasExtendedSupport(at: now)
    }

    private func sentence(_ status: EndOfLifeStatus, _ answer: EndOfLifeAnswer?) -> String {
        let longer = status.phases.filter { !$0.isForAll && !$0.isOver }
        if let answer, isAnswered(status, answer) {
            let support = answer.treatment == .extendedSupport && !longer.isEmpty
            // People answer for whole days, in universal time.
            let day = answer.until.description.prefix(10)
            return "\(answer.treatment.words) until \(day): \(answer.reason)"
                + (support ? " (\(longer.words))" : "")
        }
        let expired =
            answer.map {
                $0.until > now
                    ? " The extended support that was declared is over too."
                    : " What was said about it has expired."
            } ?? ""
        switch status.state {
        case .ended:
            let toBeHad =
                longer.isEmpty
                ? ""
                : " Longer support is to be had: \(longer.map(\.words).joined(separator: ", "))."
            return
                "Support has ended: replace it, isolate it, take extended support, or accept the risk until a date.\(toBeHad)\(expired)"
        case .within90Days: return "Support ends within 90 days.\(expired)"
        case .within365Days: return "Support ends within a year.\(expired)"
        case .supported: return "It is supported.\(expired)"
        }
    }

    private static func comesBefore(_ left: EndOfLifeItem, _ right: EndOfLifeItem) -> Bool {
        func key(_ item: EndOfLifeItem) -> (Int, Int64, String, String, TenantID) {
            (
                item.state == .ended ? 0 : 1, item.endsAt?.milliseconds ?? .max, item.product,
                item.cycle, item.tenant
            )
        }
        return key(left) < key(right)
    }
}

extension EndOfLifeAnswer.Treatment {
    /// What is done, in words that a sentence begins with.
    package var words: String {
        switch self {
        case .replace: "It is being replaced"
        case .isolate: "It is isolated"
        case .extendedSupport: "It has extended support"
        case .exception: "The risk is accepted"
        }
    }
}
