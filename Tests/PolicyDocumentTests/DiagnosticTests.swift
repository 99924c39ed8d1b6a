import Fleet
import Policy
import PolicyDocument
import TestSupport
import Testing

/// What is said about single parts of a policy, each with its place.
struct DiagnosticTests {
    private func messages(_ text: String) -> [String] {
        read(text).diagnostics.map(\.description)
    }

    @Test func `the smallest policy needs no more words`() {
        #expect(messages(smallest()) == [])
    }

    @Test func `an exception that holds for longer than its policy allows is told`() {
        let text = smallest(
            adding: """
                longestException: 30d
                exceptions:
                  - {name: old, package: x, owner: a, approver: b, reason: r, control: c,
                     from: 2026-11-01, until: 2026-12-31}
                """)
        let found = messages(text)
        #expect(found.count == 1, "\(found)")
        #expect(
            found.first?.hasPrefix(
                "f:10:31: the exception “old” holds for 61 d, and “longestException” of “small” "
                    + "allows 30 days") == true, "\(found)")
    }

    @Test(arguments: [
        ("{approve: by hand}", "&a {approve: by hand}", "f:5:10: anchors (&)"),
        ("name: small", "name: !!str small", "f:2:7: tags (!!str)"),
        ("windows: {w:", "windows: {w: &w", "f:6:14: anchors (&)"),
        ("applies: all", "applies: *all", "f:3:10: aliases (*)"),
    ])
    func `a value that is refused is one fault, and its key is not missing besides`(
        _ part: String, _ change: String, _ beginning: String
    ) {
        let found = messages(smallest().replacing(part, with: change))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix(beginning) == true, "\(found)")
    }

    @Test(
        arguments: [
            ("titel: x", "f:7:1: the policy has no key “titel”; did you mean “title”?"),
            ("title:", "f:7:1: “title” has no value; write one, or leave the key out"),
            ("title: \"\"", "f:7:8: the title is empty"),
            ("title: \"\\e[31m\"", "f:7:8: the title holds a control character"),
            (
                "catchUp: nextcheckin",
                "f:7:10: “catchUp” cannot be “nextcheckin”; did you mean “nextCheckIn”?"
            ),
            ("sla: [pci-40l]", "f:7:7: the preset cannot be “pci-40l”; did you mean “pci-40”?"),
            ("sla: pci-401", nil),
            ("sla: [pci-401, pci-401]", "f:7:16: warning: the preset “pci-401” stands twice"),
            (
                "reboot: {mode: always}",
                "f:7:16: the mode cannot be “always”; known are never, ifNeeded, prompt"
            ),
            (
                "reboot: {mode: never, deadline: 3d}",
                "f:7:23: warning: “deadline” has no effect with “mode: never”"
            ),
            (
                "reboot: {mode: prompt, deadline: 3}",
                "f:7:34: the deadline needs a unit: 3s, 3m, 3h or 3d"
            ),
            (
                "reboot: {mode: prompt, warning: 90d}",
                "f:7:33: the warning must be from 1m to 1d, not 90d"
            ),
            (
                "reboot: {mode: prompt, deferrals: -1}",
                "f:7:35: “deferrals” must be a whole number from 0 to 100, not “-1”"
            ),
            ("reboot: prompt", "f:7:9: “reboot” must be a mapping of keys, not a text"),
            (
                "before: {snapshot: maybe}",
                "f:7:20: the snapshot cannot be “maybe”; known are none, preferred, required"
            ),
            (
                "after: {probes: [{tcp: 70000}]}",
                "f:7:24: the port must be a whole number from 1 to 65535, not “70000”"
            ),
            (
                "after: {probes: [{tcp: 1, unit: a}]}",
                "f:7:27: a probe has “unit” or “tcp” or “http” or “process” or “script” or “crashes” or “journal” or “bootTime”, not more than one of them"
            ),
            (
                "after: {probes: [{ping: a}]}",
                "f:7:18: a probe needs “unit” or “tcp” or “http” or “process” or “script” or “crashes” or “journal” or “bootTime”"
            ),
            (
                "after: {probes: [{http: localhost}]}",
                "f:7:25: the address must begin with http:// or https:// and name a server, not “localhost”"
            ),
            (
                "services: {restart: always}",
                "f:7:21: “restart” cannot be “always”; known are needed, never"
            ),
            (
                "services: {never: [a.service]}",
                "f:7:11: “services” needs “restart”, such as “restart: needed”"
            ),
            (
                "services: {restart: needed, never: [\"a b\"]}",
                "f:7:37: the unit must be a name without blanks and slashes, not “a b”"
            ),
            (
                "services: {restart: needed, never: [nginx]}",
                "f:7:37: warning: “nginx” fits no unit: write its whole name, such as “nginx.service”"
            ),
            (
                "services: {restart: needed, never: dbus.service}",
                "f:7:36: warning: “dbus.service” is never restarted, whatever a policy says"
            ),
            (
                "services: {restart: never, within: 1m}",
                "f:7:28: warning: “within” has no effect with “restart: never”"
            ),
            (
                "services: {restart: needed, within: 1s}",
                "f:7:37: “within” must be from 10s to 1h, not 1s"
            ),
            (
                "bandwidth: 2 MiB/s",
                "f:7:12: “bandwidth” must be a whole number of kB/s, MB/s or GB/s, from 10 kB/s to 10 GB/s, not “2 MiB/s”"
            ),
            (
                "bandwidth: 9 kB/s",
                "f:7:12: “bandwidth” must be a whole number of kB/s, MB/s or GB/s, from 10 kB/s to 10 GB/s, not “9 kB/s”"
            ),
            ("longestException: 90d", nil),
            (
                "longestException: 400d",
                "f:7:19: “longestException” must be from 1d to 366d, not 400d"
            ),
            (
                "after: {probes: [{unit: ../x}]}",
                "f:7:25: the unit must be a name without blanks and slashes, not “../x”"
            ),
            (
                "freezes: [{from: 2027-01-04, to: 2026-12-20, reason: x}]",
                "f:7:30: the freeze ends on 2026-12-20, before it begins on 2027-01-04"
            ),
            (
                "freezes: [{from: 2026-02-30, to: 2026-12-20, reason: x}]",
                "f:7:18: “2026-02-30” is no date of the calendar; write it as 2026-12-20"
            ),
            (
                "freezes: [{from: 2026-12-20, to: 2026-12-20}]",
                "f:7:11: a freeze needs “reason”, such as “reason: Year end”"
            ),
            ("freezes: {from: 2026-12-20}", "f:7:10: “freezes” must be a list, not a mapping"),
        ] as [(String, String?)])
    func `a setting is read or told what is wrong with it`(_ line: String, _ message: String?) {
        let found = messages(smallest(adding: line))
        if let message {
            #expect(found.contains(message), "\(found)")
        } else {
            #expect(found == [])
        }
    }

    @Test(
        arguments: [
            ("{when: kev, approve: at once}", nil),
            ("{when: kev = true, approve: At Once}", nil),
            ("{when: kev = true, approve: after 1 day}", nil),
            (
                "{when: kev = true, approve: now}",
                "f:8:33: “approve” cannot be “now”; did you mean “at once”?"
            ),
            (
                "{when: kev = true, approve: by hnd}",
                "f:8:33: “approve” cannot be “by hnd”; did you mean “by hand”?"
            ),
            (
                "{when: kev = true, approve: after a week}",
                "f:8:33: “approve” cannot be “after a week”; write a number of days from 0 to 365, such as “after 7 days”"
            ),
            (
                "{when: kev = true, approve: after 366 days}",
                "f:8:33: “after” takes at most 365 days; for never, write “declined”"
            ),
            (
                "{when: kev = true, hold: }",
                "f:8:24: “hold” has no value; write one, or leave the key out"
            ),
            ("{when: kev = true}", "f:8:5: a rule needs “approve” or “hold”"),
            ("{approve: at once}", "f:8:5: a rule needs “when”, such as “when: kev = true”"),
            (
                "{when: kev = true, approve: at once, lane: urgent}",
                "f:8:48: the lane cannot be “urgent”; known are routine, priority, emergency"
            ),
            (
                "{when: kev = true, approve: at once, lane: emergency}",
                "f:8:48: warning: the lane “emergency” is not among “lanes”; the next slower one is taken"
            ),
            (
                "{when: kev = true, approve: at once, approvers: 2}",
                "f:8:42: “approvers” counts people, and “at once” asks nobody"
            ),
            (
                "{when: kev = true, approve: by hand, approvers: 3}",
                "f:8:53: “approvers” must be a whole number from 1 to 2, not “3”"
            ),
            ("{when: colour = red, approve: at once}", "f:8:12: There is no field “colour”"),
            ("{when: severity = hihg, approve: at once}", "f:8:23: “hihg” is no value of severity"),
            (
                "{when: class = security and severity in (critical, importnt), approve: at once}",
                "f:8:56: “importnt” is no value of severity"
            ),
            ("{when: \"class = security and\", approve: at once}", "f:8:33: Here stands the end"),
            (
                "{when: class = security and class != security, approve: at once}",
                "f:8:12: warning: no update can fit this rule: its parts exclude each other"
            ),
        ] as [(String, String?)])
    func `a rule is read or told what is wrong with it`(_ rule: String, _ message: String?) {
        let found = messages(smallest(adding: "rules:\n  - \(rule)"))
        guard let message else {
            #expect(found == [])
            return
        }
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test(
        arguments: [
            ("{every: day, from: 22:00, for: 4h}", nil),
            ("{every: day, from: \"22:00\", for: 90 minutes, zone: site}", nil),
            (
                "{every: day, from: 79200, for: 4h}",
                "f:6:33: “from” must be a time of day such as \"22:00\", not “79200”; was it “22:00” before an older YAML program wrote it?"
            ),
            (
                "{every: day, from: \"24:00\", for: 4h}",
                "f:6:33: “from” must be a time of day such as \"22:00\", not “24:00”; the day begins at \"00:00\""
            ),
            (
                "{every: day, from: \"7:30\", for: 4h}",
                "f:6:33: “from” must be a time of day such as \"22:00\", not “7:30”; did you mean “07:30”?"
            ),
            (
                "{every: satuday, from: \"22:00\", for: 4h}",
                "f:6:22: “satuday” is not known here; did you mean “saturday”?"
            ),
            ("{every: 2nd tuesday + 4, from: \"22:00\", for: 4h}", "f:6:37: “days” is missing"),
            (
                "{every: day, from: \"22:00\", for: 32d}",
                "f:6:47: “for” must be from 1m to 31d, not 32d"
            ),
            (
                "{every: day, from: \"22:00\", for: 4h, zone: Europe/Berln}",
                "f:6:57: the time zone “Europe/Berln” is not in the IANA database of this machine"
            ),
            (
                "{every: day, from: \"22:00\", for: 4h, zone: end point}",
                "f:6:57: “end point” is no zone; write endpoint, site or a name such as Europe/Berlin"
            ),
            (
                "{every: day, from: \"22:00\", for: 4h, staffed: yes}",
                "f:6:60: “staffed” must be true or false; write “true”"
            ),
            (
                "{every: day, from: \"22:00\", for: 4h, allows: [prefetch], staffed: true}",
                "f:6:80: “staffed: true” is for windows that allow “install” or “reboot”: nobody "
                    + "need be on duty for anything else"
            ),
            (
                "{every: 7 days after release, from: \"22:00\", for: 4h, allows: [prefetch]}",
                "f:6:76: a window that counts from a release is for installing and rebooting; "
                    + "“prefetch” needs a window of its own"
            ),
            (
                "{every: day, from: \"22:00\", for: 4h, allows: []}",
                "f:6:59: the window allows nothing"
            ),
            (
                "{every: day, from: \"22:00\", for: 4h, allows: [reboot]}",
                "f:4:18: no window of the lane “routine” allows installing (“install”)"
            ),
            (
                "{every: 2026-01-01, from: \"22:00\", for: 4h}",
                "f:4:18: no window of the lane “routine” ever opens, so it never runs"
            ),
            (
                "{every: day, from: \"22:00\"}",
                "f:6:14: the window “w” needs “for”, such as “for: 4h”"
            ),
        ] as [(String, String?)])
    func `a window is read or told what is wrong with it`(_ window: String, _ message: String?) {
        let found = messages(smallest(windows: "{w: \(window)}"))
        guard let message else {
            #expect(found == [])
            return
        }
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test(
        arguments: [
            ("[{name: a, members: rest}]", nil),
            ("[]", "“r” must have 1 to 32 rings, not 0"),
            (
                "[{name: a, members: 60%}, {name: b, members: 50%}, {name: c, members: rest}]",
                "the shares of “r” come to more than 100% with this ring"
            ),
            (
                "[{name: a, members: rest}, {name: b, members: 10%}]",
                "“rest” leaves nobody for the rings after it; put “a” last"
            ),
            (
                "[{name: a, members: rest}, {name: b, members: rest}]",
                "“rest” leaves nobody for the rings after it; put “a” last"
            ),
            (
                "[{name: a, members: 10%}, {name: a, members: rest}]",
                "the ring “a” stands twice in one list"
            ),
            (
                "[{name: a, members: 10%}]",
                "warning: endpoints that no ring of “r” takes never get the update"
            ),
            ("[{name: a, members: 110%}]", "“members” must be a share from 0% to 100%, not “110%”"),
            (
                "[{name: a, members: tag = x, gate: {verified: 95}}, {name: b, members: rest}]",
                "“verified” must be a share from 0% to 100%, not “95”; did you mean “95%”?"
            ),
            (
                "[{name: a, members: tag = x, gate: {verified: 101%}}, {name: b, members: rest}]",
                "“verified” must be a share from 0% to 100%, not “101%”"
            ),
            (
                "[{name: a, members: hostname = x, gate: {verified: 95%, minimum: 3}}, {name: b, members: rest}]",
                "the gate of “a” cannot be met: it asks for 3 verified endpoints, and the ring names 1"
            ),
            (
                "[{name: a, members: tag in (x, y)}, {name: c, members: tag = x}, {name: b, members: rest}]",
                "warning: nobody is left for the ring “c”: the ring “a” takes everybody that it could"
            ),
            (
                "[{name: a, members: os = a and os = b}, {name: b, members: rest}]",
                "no endpoint can be in the ring “a”: its parts exclude each other"
            ),
            (
                "[{name: a, members: rest, gate: {verified: 95%, healthy: 99%}}]",
                "warning: the gate of “a” asks for healthy endpoints, and “after” has no probes to tell by"
            ),
            ("[{name: a, members: rest, budget: half}]", "the budget must be a share or a number"),
            (
                "[{name: a, members: rest, budget: 1 per room}]",
                "a budget is counted per ring or per site, not per “room”"
            ),
            (
                "[{name: a, members: rest, budget: 0%}]",
                "warning: with a budget of 0 nothing in this ring ever starts"
            ),
            (
                "[{name: a, members: 40%}, {name: b, members: 60%}, {name: c, members: rest}]",
                "warning: the shares before it come to 100%: nobody is left for “rest”"
            ),
        ] as [(String, String?)])
    func `rings are read or told what is wrong with them`(_ rings: String, _ message: String?) {
        let found = read(smallest(adding: "rings: {r: \(rings)}", lane: "[w], rings: r"))
            .diagnostics
            .map { $0.severity == .warning ? "warning: " + $0.message : $0.message }
        guard let message else {
            #expect(found == [])
            return
        }
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test func `a rule that an earlier one leaves nothing is found`() {
        let rules = """
            rules:
              - {when: class = security and severity in (critical, important), approve: at once}
              - {when: severity = critical and class = security and kev = true, approve: by hand}
              - {when: class = bugfix or kev = true, approve: at once}
              - {when: kev = true, approve: by hand}
              - {when: class = feature, approve: by hand}
              - {when: all, approve: by hand}
              - {when: package = curl, approve: at once}
            """
        let found = read(smallest(adding: rules)).diagnostics
        #expect(found.map(\.line) == [9, 11, 14])
        #expect(found.allSatisfy { $0.severity == .warning })
        #expect(found[0].message.contains("the one in line 8"))
    }

    @Test func `a rule for every severity leaves nothing`() {
        let rules = """
            rules:
              - {when: severity in (critical, important, moderate, low, unrated), approve: at once}
              - {when: kev = true, approve: by hand}
            """
        #expect(read(smallest(adding: rules)).diagnostics.map(\.line) == [9])
    }

    @Test func `a window among others that never opens again is told, and why`() {
        let windows = """
            {w: {every: day, from: "22:00", for: 4h}, x: {every: 2026-11-01, from: "22:00", for: 4h},
              y: {every: 2026-12-24, from: "22:00", for: 4h}, z: {every: day 31, from: "22:00", for: 4h}}
            freezes: [{from: 2026-12-20, to: 2027-01-04, reason: Year end}]
            """
        let found = messages(smallest(lane: "[w, x, y, z]", windows: windows))
        #expect(found.count == 2)
        #expect(found.first?.contains("“x” never opens again. It opens on 2026-11-01 only") == true)
        #expect(found.last?.contains("“y” never opens again") == true)
        #expect(found.last?.contains("Year end") == true)
    }

    @Test func `a group that nobody can be in is refused`() {
        #expect(
            messages(smallest(applies: "os = debian and os = ubuntu")) == [
                "f:3:10: no endpoint can fit “applies”: its parts exclude each other"
            ])
        #expect(messages(smallest(applies: "os = debian and os = Debian")) == [])
        #expect(messages(smallest(applies: "tag = a and tag = b")) == [])
        #expect(messages(smallest(applies: "tag = a and not tag = a")).count == 1)
    }

    @Test func `an exception is read, and told when it has ended`() {
        let good = """
            exceptions:
              - name: old
                package: "openssl*"
                cves: [CVE-2026-1234]
                endpoints: tag = legacy
                owner: a
                reason: b
                control: c
                approver: d
                from: 2026-01-01
                until: 2026-12-31
            """
        let file = read(smallest(adding: good))
        #expect(file.diagnostics == [])
        #expect(
            file.exceptions.values.flatMap { $0 }.map(\.expiresAt.description) == [
                "2027-01-01T00:00:00Z"
            ])
        func messages(_ old: String, _ new: String) -> [String] {
            self.messages(smallest(adding: good.replacing(old, with: new)))
        }
        #expect(
            messages("2026-12-31", "2026-11-20") == [
                "f:17:12: warning: the exception “old” ended on 2026-11-20 and holds no more; renew it or take it out"
            ])
        #expect(messages("2026-12-31", "2028-12-31").count == 1)
        #expect(
            messages("approver: d", "approver: A").first?.contains("The owner cannot approve")
                == true)
        #expect(messages("    until: 2026-12-31", "").first?.contains("needs “until”") == true)
        #expect(messages("CVE-2026-1234", "CVE-26-1").first?.contains("is no CVE number") == true)
    }

    @Test(
        arguments: [
            (
                "patchbay", "pachbay",
                "f:1:1: the policy has no key “pachbay”; did you mean “patchbay”?"
            ),
            ("name", "nmae", "f:2:1: the policy has no key “nmae”; did you mean “name”?"),
            (
                "default", "defualt",
                "f:5:1: the policy has no key “defualt”; did you mean “default”?"
            ),
            ("routine", "rutine", "f:4:9: “lanes” has no key “rutine”; did you mean “routine”?"),
        ])
    func `a misspelt key that must be there is told once, where it stands`(
        key: String, wrong: String, expected: String
    ) {
        let text = smallest().replacing("\(key):", with: "\(wrong):", maxReplacements: 1)
        #expect(
            read(text).diagnostics.filter { $0.severity == .error }.map(\.description) == [expected]
        )
    }

    @Test(
        arguments: [
            ("title: \"Servers", "f:7:8: while scanning a quoted scalar that begins here"),
            ("sla: [pci-401", "f:7:6: while parsing a flow sequence that begins here"),
            ("reboot: {mode: never", "f:7:9: while parsing a flow mapping that begins here"),
        ])
    func `what is never closed is told where it begins`(line: String, expected: String) {
        let found = messages(smallest(adding: line))
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }
}
