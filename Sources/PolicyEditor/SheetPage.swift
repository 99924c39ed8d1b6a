import Administration
import Calendar
import HTMLTree
import PageParts
import Policy
import PolicyForm

/// The form: every part of a policy, in the order in which it is thought of.
struct SheetPage {
    let parts: SheetParts
    /// Names of policies that can be inherited.
    let policies: [String]
    /// Zones that are at hand.
    let zones: [String]

    private var root: SheetRow { parts.sheet.root }

    var html: HTML {
        HTML.pieces {
            suggestions("policy-names", policies)
            suggestions("zone-names", ["endpoint", "site", "UTC"] + zones)
            suggestions("ring-names", root[table: "rings"].map { $0["name"] })
            whom
            rules
            lanes
            windows
            freezes
            rings
            reboots
            services
            health
            deadlines
            exceptions
        }
    }

    private func suggestions(_ id: String, _ words: [String]) -> HTML {
        datalist(.id(id)) {
            for word in words where !word.isEmpty { option(.value(word)) }
        }
    }

    // MARK: Whom and what

    private var whom: HTML {
        parts.part(
            "whom", "Whom it is for",
            "The first line of every question: does this policy apply to the endpoint?"
        ) {
            div(class: "cells") {
                parts.text("title", in: root, size: .twice)
                parts.text("name", in: root, "a-z, 0-9 and -")
                parts.text(
                    "applies", in: root,
                    "Such as role = server and tag = production; all for every endpoint.",
                    size: .wide)
                parts.text(
                    "inherits", in: root,
                    "What is left empty here is as in that policy. Empty for none.",
                    list: "policy-names")
            }
            div(class: "acts") {
                button(
                    .type("submit"), .name("do"), .value("check"),
                    .formaction(parts.place.at("preview")), .formnovalidate()
                ) { "See who joins and leaves" }
            }
            fieldsHelp("What can be asked of endpoints", EndpointField.allCases.map(\.rawValue))
        }
    }

    private func fieldsHelp(_ words: String, _ fields: [String]) -> HTML {
        details {
            summary { words }
            p(class: "names") {
                for (number, field) in fields.enumerated() {
                    if number > 0 { ", " }
                    code { field }
                }
                "; compared with = != < <= > >= or ~ and a pattern, or in (a, b); joined by and, or, not and round brackets."
            }
        }
    }

    private var rules: HTML {
        parts.part(
            "rules", "Rules",
            "From top to bottom: the first that fits an update decides about it."
        ) {
            parts.rows("rules", root[table: "rules"], add: "Add a rule", areInOrder: true) {
                row, path in
                div(class: "cells") {
                    parts.text("\(path).when", in: row, size: .wide)
                    parts.text("\(path).version", in: row, "Such as >= 2.0, < 2.4; empty: any")
                    treatment(row, path)
                }
            }
            section(class: "item", .id("default.0"), .ariaLabel("Everything else")) {
                header { h3 { "Everything else" } }
                div(class: "cells") {
                    treatment(root[table: "default"].first ?? SheetRow(), "default.0")
                }
            }
            fieldsHelp("What can be asked of updates", UpdateField.allCases.map(\.rawValue))
        }
    }

    @HTMLBuilder private func treatment(_ row: SheetRow, _ path: String) -> HTML {
        parts.choice("\(path).approve", in: row, FieldWords.says, size: .say)
        parts.text("\(path).days", in: row, size: .days)
        parts.text("\(path).reason", in: row, size: .because)
        parts.choice(
            "\(path).lane", in: row,
            Lane.allCases.map { ($0.rawValue, FieldWords.capitalized($0.rawValue)) }, size: .short)
        parts.choice(
            "\(path).approvers", in: row, [("1", "One"), ("2", "Two different")], size: .short)
    }

    // MARK: When

    private var lanes: HTML {
        parts.part(
            "lanes", "Lanes",
            "The way that an approved update takes. A lane without windows is as the next slower one."
        ) {
            let own = root[table: "windows"].map { $0["name"] }.filter { !$0.isEmpty }
            let hint =
                own.isEmpty
                ? "Names of windows, with commas between."
                : "Windows of this policy: \(own.joined(separator: ", "))."
            div(class: "cells pairs") {
                for lane in Lane.allCases {
                    parts.text(
                        "\(lane.rawValue)-windows", in: root, lane == .routine ? hint : nil,
                        size: .twice)
                    parts.text(
                        "\(lane.rawValue)-rings", in: root,
                        lane == .routine ? "Empty for all endpoints at once." : nil,
                        list: "ring-names")
                }
            }
        }
    }

    private var windows: HTML {
        parts.part(
            "windows", "Windows",
            "Nothing starts outside a window, and nothing that cannot end in it."
        ) {
            parts.rows("windows", root[table: "windows"], add: "Add a window", row: window)
        }
    }

    private func window(_ row: SheetRow, _ path: String) -> HTML {
        div(class: "cells") {
            parts.text("\(path).name", in: row)
            parts.choice("\(path).every", in: row, FieldWords.everys, size: .every)
            parts.clock("\(path).from", in: row, isDate: false, size: .short)
            parts.text("\(path).for", in: row, "Such as 4h or 90m", size: .short)
            parts.text("\(path).zone", in: row, "Or as Europe/Berlin", list: "zone-names")
            parts.checks(
                "\(path).weekdays", in: row,
                Weekday.allCases.map { ($0.rawValue, FieldWords.capitalized($0.rawValue)) },
                size: .weekdays)
            parts.choice(
                "\(path).ordinal", in: row, WeekOrdinal.allCases.map { ($0.rawValue, $0.rawValue) },
                size: .nth)
            parts.choice(
                "\(path).weekday", in: row,
                Weekday.allCases.map { ($0.rawValue, FieldWords.capitalized($0.rawValue)) },
                size: .nth)
            parts.text("\(path).plus", in: row, size: .nth)
            parts.text("\(path).monthDay", in: row, size: .monthDay)
            parts.clock("\(path).date", in: row, isDate: true, size: .date)
            parts.text("\(path).releaseDays", in: row, size: .release)
            parts.checks(
                "\(path).allows", in: row,
                WindowKind.allCases.map { kind in
                    let words =
                        switch kind {
                        case .detection: "Scans"
                        case .prefetch: "Downloads"
                        case .install: "Installing"
                        case .reboot: "Reboots"
                        }
                    return (kind.rawValue, words)
                })
            parts.checks("\(path).staffed", in: row, [("true", "Yes")])
        }
    }

    private var freezes: HTML {
        parts.part(
            "freezes", "Freezes and what was missed", "On these dates no window opens."
        ) {
            parts.rows("freezes", root[table: "freezes"], add: "Add a freeze") { row, path in
                div(class: "cells") {
                    parts.clock("\(path).from", in: row, isDate: true)
                    parts.clock("\(path).to", in: row, isDate: true)
                    parts.text("\(path).reason", in: row, size: .twice)
                    parts.text(
                        "\(path).zone", in: row, "Empty for each window's own", list: "zone-names")
                }
            }
            div(class: "cells") {
                parts.choice(
                    "catchUp", in: root,
                    [
                        ("", "As inherited, else the next window"),
                        ("nextCheckIn", "Catches up when it is back"),
                        ("nextWindow", "Waits for the next window"),
                        ("never", "Waits for a person"),
                    ])
            }
        }
    }

    // MARK: Whom first

    private var rings: HTML {
        parts.part(
            "rings", "Rings",
            "An update reaches the rings of a list in order, each when the one before has soaked and met its gate."
        ) {
            parts.rows("rings", root[table: "rings"], add: "Add a list of rings") { row, path in
                div(class: "cells") { parts.text("\(path).name", in: row) }
                parts.rows(
                    "\(path).rings", row[table: "rings"], add: "Add a ring", areInOrder: true,
                    row: ring)
            }
        }
    }

    private func ring(_ row: SheetRow, _ path: String) -> HTML {
        div(class: "cells") {
            parts.text("\(path).name", in: row)
            parts.text(
                "\(path).members", in: row,
                "A condition such as tag = canary, a share such as 10%, or rest",
                size: .twice)
            parts.text("\(path).soak", in: row, "Such as 24h", size: .short)
            parts.text("\(path).verified", in: row, "Such as 95%", size: .short)
            parts.text("\(path).healthy", in: row, "Such as 99%", size: .short)
            parts.text("\(path).minimum", in: row, "Endpoints, else 1", size: .short)
            parts.text("\(path).budget", in: row, "20% or 5; empty: all", size: .short)
            parts.choice(
                "\(path).per", in: row, [("ring", "Ring"), ("site", "Site")], size: .short)
        }
    }

    // MARK: Around an installation

    private var reboots: HTML {
        parts.part("reboot", "Reboots", "Only when an endpoint says that it needs one.") {
            div(class: "cells") {
                parts.choice(
                    "reboot-mode", in: root,
                    [
                        ("", "As inherited, else never"), ("never", "Never by Patchbay"),
                        ("ifNeeded", "When needed, after a warning"),
                        ("prompt", "When the person at it agrees"),
                    ], size: .twice)
                parts.text("reboot-deadline", in: root, "Such as 3d; empty: no end", size: .short)
                parts.text("reboot-deferrals", in: root, "Else 3", size: .short)
                parts.text("reboot-warning", in: root, "Else 15m", size: .short)
            }
        }
    }

    private var services: HTML {
        parts.part(
            "services", "Services and downloads",
            "Whether services that still run replaced code are restarted after an installation, and how fast packages come."
        ) {
            div(class: "cells") {
                parts.choice(
                    "services-restart", in: root,
                    [
                        ("", "As inherited, else left alone"), ("never", "Left alone"),
                        ("needed", "Restarted where needed"),
                    ], size: .twice)
                parts.text(
                    "services-never", in: root, "Such as postgresql*.service, with commas between",
                    size: .twice)
                parts.text("services-within", in: root, "Else 3m", size: .short)
                parts.text("bandwidth", in: root, "Such as 2 MB/s; empty: no limit", size: .short)
            }
        }
    }

    /// What the endpoint must be like when an installation begins.
    private var readiness: HTML {
        div(class: "cells") {
            parts.choice(
                "before-power", in: root, [("", "Does not matter"), ("mains", "Mains")])
            parts.choice(
                "before-people", in: root,
                [
                    ("", "Does not matter"), ("away", "Locked or idle"),
                    ("none", "Nobody signed in"),
                ])
            parts.choice(
                "before-network", in: root,
                [("", "Does not matter"), ("unmetered", "Not metered")])
            parts.text("before-load", in: root, "Such as 80%; empty: not asked", size: .short)
            parts.text(
                "before-freeDisk", in: root, "Such as 2 GB; empty: not asked", size: .short)
            parts.choice(
                "before-evidence", in: root,
                [
                    ("", "As inherited, else where demanded"),
                    ("demanded", "Where a deadline demands it"), ("never", "Never"),
                    ("always", "Always, else nothing is installed"),
                ], size: .twice)
        }
    }

    private var health: HTML {
        parts.part(
            "health", "Before and after",
            "What must hold before anything is installed, and what tells that an endpoint is healthy afterwards."
        ) {
            div(class: "cells") {
                parts.choice(
                    "before-snapshot", in: root,
                    [
                        ("", "As inherited, else none"), ("none", "None"),
                        ("preferred", "Where the endpoint can"),
                        ("required", "Always, else nothing is installed"),
                    ], size: .twice)
                parts.text(
                    "before-backupAge", in: root, "Such as 24h; empty: not asked", size: .short)
                parts.text("after-within", in: root, "Else 10m", size: .short)
            }
            div(class: "cells") {
                parts.text(
                    "before-passed", in: root,
                    "A ring whose endpoints of the same stack come first; empty: none",
                    size: .twice)
                parts.text("before-passedFor", in: root, "Such as 3d; empty: no time", size: .short)
                parts.text(
                    "before-stack", in: root,
                    "Packages that make the stack, such as postgresql-*, nginx", size: .twice)
            }
            readiness
            section(.id("probes"), .ariaLabel("Probes")) {
                parts.faults("probes")
                parts.rows("probes", root[table: "probes"], add: "Add a probe") { row, path in
                    div(class: "cells") {
                        parts.choice(
                            "\(path).kind", in: row,
                            [
                                ("unit", "systemd unit is active"), ("tcp", "TCP port answers"),
                                ("http", "HTTP address answers"), ("process", "Process runs"),
                                ("script", "Signed script succeeds"),
                                ("crashes", "Crashes, beside the day before"),
                                ("journal", "Errors in the journal, beside before"),
                                ("bootTime", "Time of the boot, beside the one before"),
                            ], size: .probe)
                        parts.text(
                            "\(path).value", in: row,
                            "nginx.service, 443, http://localhost/healthz", size: .twice)
                        parts.text("\(path).text", in: row, "With * and ?", size: .searched)
                        parts.text("\(path).atMost", in: row, "Such as 2, or 90s", size: .measured)
                        parts.text("\(path).times", in: row, "Such as 3, or 20%", size: .measured)
                        parts.text("\(path).over", in: row, "Else 5m", size: .measured)
                    }
                }
            }
        }
    }

    private var deadlines: HTML {
        parts.part(
            "deadlines", "Deadlines",
            "Until when findings must be fixed. Those of inherited policies count too; the strictest drives."
        ) {
            div(class: "cells") {
                parts.checks(
                    "sla", in: root, SLAPreset.allCases.map { ($0.rawValue, $0.title) },
                    keepsOrder: true)
            }
        }
    }

    private var exceptions: HTML {
        parts.part(
            "exceptions", "Accepted risks",
            "What is not fixed until a date, because somebody answers for it and somebody else has agreed."
        ) {
            div(class: "cells") {
                parts.text(
                    "longestException", in: root, "Such as 90d; empty: as inherited, else a year",
                    size: .short)
            }
            parts.rows("exceptions", root[table: "exceptions"], add: "Add an accepted risk") {
                row, path in
                div(class: "cells") {
                    parts.text("\(path).name", in: row, "a-z, 0-9 and -")
                    parts.text("\(path).package", in: row, "A name, or a pattern with *")
                    parts.text("\(path).version", in: row, "Such as >= 2.0, < 2.4; empty: any")
                    parts.text("\(path).cves", in: row, "CVE-2026-1234, with commas between")
                    parts.text(
                        "\(path).endpoints", in: row, "Empty for all of this policy's", size: .wide)
                    parts.text("\(path).reason", in: row, size: .wide)
                    parts.text("\(path).control", in: row, size: .wide)
                    parts.text("\(path).owner", in: row)
                    parts.text("\(path).approver", in: row, "Not the owner")
                    parts.clock("\(path).from", in: row, isDate: true)
                    parts.clock("\(path).until", in: row, isDate: true)
                }
            }
        }
    }
}
