import Calendar
import Fleet
import Policy
import Testing

@Suite("Policies of all levels come to one")
struct InheritanceTests {
    private static func effective(
        _ policies: [PlacedPolicy], _ endpoint: EndpointSubject = Sample.endpoint()
    ) -> EffectivePolicy? {
        EffectivePolicy(of: policies, for: endpoint, at: Sample.monday)
    }

    @Test func `none applies, none is there`() throws {
        let other = try Sample.policy(applies: "role = kiosk")
        #expect(Self.effective([PlacedPolicy(other, at: .tenant)]) == nil)
        #expect(Self.effective([]) == nil)
    }

    @Test func `the nearest level overrides, and it is told where each part comes from`() throws {
        let wide = try Sample.policy(
            "wide", windows: [try Sample.window("weekend"), try Sample.window("any", hours: 24)],
            catchUp: .never, reboot: RebootRule(mode: .ifNeeded))
        let near = try Sample.policy(
            "near", windows: [try Sample.window("weekend", hours: 2)], catchUp: .nextCheckIn)
        let effective = try #require(
            Self.effective([PlacedPolicy(wide, at: .provider), PlacedPolicy(near, at: .group)]))
        #expect(effective.nearest?.name.text == "near")
        #expect(effective.catchUp?.value == .nextCheckIn)
        #expect(effective.catchUp?.level == .group)
        #expect(effective.reboot?.value.mode == .ifNeeded)
        #expect(effective.reboot?.policy.text == "wide")
        let weekend = effective.windows[try Sample.name("weekend")]
        #expect(weekend?.value.lengthSeconds == 7200)
        #expect(weekend?.policy.text == "near")
        #expect(effective.windows[try Sample.name("any")]?.policy.text == "wide")
        #expect(effective.problems.isEmpty)
    }

    @Test func `an inherited policy comes along, whomever it applies to`() throws {
        let parent = try Sample.policy("base", applies: "not all", catchUp: .never)
        let child = try Sample.policy("child", inherits: "base")
        let effective = try #require(
            Self.effective([PlacedPolicy(parent, at: .provider), PlacedPolicy(child, at: .tenant)]))
        #expect(effective.layers.map(\.policy.name.text) == ["child", "base"])
        #expect(effective.catchUp?.policy.text == "base")
    }

    @Test func `rules of the nearest policy are asked first, then the wider ones'`() throws {
        let parent = try Sample.policy(
            "base",
            rules: [
                PolicyRule(when: try Sample.when("class = security"), Treatment(.atOnce)),
                PolicyRule(when: .always, Treatment(.afterDays(9))),
            ], otherwise: Treatment(.declined))
        let child = try Sample.policy(
            "child", inherits: "base",
            rules: [PolicyRule(when: try Sample.when("kev"), Treatment(.byHand))])
        let effective = try #require(
            Self.effective([PlacedPolicy(parent, at: .provider), PlacedPolicy(child, at: .tenant)]))
        func rule(_ update: UpdateSubject) -> String {
            Decision.decide(
                update, under: CompiledPolicy(effective), in: DecisionContext(),
                at: Sample.monday
            ).rule
        }
        #expect(rule(Sample.update(kev: true)) == "rule 1 of child")
        #expect(rule(Sample.update()) == "rule 1 of base")
        #expect(rule(Sample.update(classes: [.bugfix])) == "rule 2 of base")
    }

    @Test func `freezes and presets of all levels count together`() throws {
        let day = try #require(LocalDate("2026-12-24"))
        let freeze = try #require(Freeze(from: day, to: day, reason: "Eve"))
        var wide = try Sample.policy("wide", freezes: [freeze])
        wide.sla = [try Sample.name("pci-401")]
        var near = try Sample.policy("near", freezes: [freeze])
        near.sla = [try Sample.name("e8-ml1"), try Sample.name("pci-401")]
        let effective = try #require(
            Self.effective([PlacedPolicy(wide, at: .provider), PlacedPolicy(near, at: .site)]))
        #expect(effective.freezes.count == 2)
        #expect(effective.sla.map(\.value.text) == ["e8-ml1", "pci-401"])
    }

    @Test func `where it is not known whether a policy applies, only what forbids counts`() throws {
        let maybe = try Sample.policy(
            "maybe", applies: "role = server",
            rules: [
                PolicyRule(when: try Sample.when("package = nginx"), Treatment(.declined)),
                PolicyRule(when: .always, Treatment(.atOnce)),
            ])
        let unknown = Sample.endpoint(role: nil)
        let effective = try #require(Self.effective([PlacedPolicy(maybe, at: .tenant)], unknown))
        #expect(effective.uncertain.map(\.text) == ["maybe"])
        let assumed = EffectivePolicy(
            of: [PlacedPolicy(maybe, at: .tenant)], for: unknown, at: Sample.monday,
            assumesMembership: true)
        #expect(assumed?.nearest == maybe)
        func code(_ package: String, _ effective: EffectivePolicy) -> Decision.ReasonCode {
            Decision.decide(
                Sample.update(package), under: CompiledPolicy(effective), in: DecisionContext(),
                at: Sample.monday
            ).reasonCode
        }
        #expect(code("openssl", effective) == .membershipUnknown)
        #expect(code("nginx", effective) == .declined)
        let sure = try Sample.policy("sure", rules: [], otherwise: Treatment(.byHand))
        let both = try #require(
            Self.effective(
                [PlacedPolicy(maybe, at: .tenant), PlacedPolicy(sure, at: .provider)], unknown))
        #expect(code("openssl", both) == .awaitingApproval)
        #expect(code("nginx", both) == .declined)
    }

    @Test func `what does not fit together is told`() throws {
        let one = try Sample.policy("b-one", inherits: "ghost")
        let two = try Sample.policy("a-two", inherits: "a-two", windows: [])
        let effective = try #require(
            Self.effective([PlacedPolicy(one, at: .site), PlacedPolicy(two, at: .site)]))
        let names = try ["a-two", "b-one", "ghost"].map(Sample.name)
        #expect(
            effective.problems == [
                .conflict(level: .site, policies: [names[0], names[1]]), .cycle(names[0]),
                .missingParent(of: names[1], named: names[2]),
            ])
        #expect(effective.nearest?.name == names[0])
        let alone = Sample.effective(two)
        #expect(alone.problems.contains(.unknownWindow(try Sample.name("weekend"), lane: .routine)))
        for problem in effective.problems + alone.problems {
            #expect(problem.sentence.hasSuffix("."))
        }
    }

    @Test func `the order in which policies are given plays no part`() throws {
        let policies = [
            PlacedPolicy(try Sample.policy("a"), at: .provider),
            PlacedPolicy(try Sample.policy("b", inherits: "a"), at: .tenant),
            PlacedPolicy(try Sample.policy("c", applies: "role = server"), at: .tenant),
        ]
        #expect(Self.effective(policies) == Self.effective(policies.reversed()))
    }
}
