import ArgumentParser
import Calendar
import CommandBasics
import Fleet
import Policy

/// The events that start clocks, as options.
struct SLAEventOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("When the preset's clock started (RFC 3339).", valueName: "time"))
    var start: String?

    @Option(help: ArgumentHelp("When the fix was released.", valueName: "time"))
    var released: String?

    @Option(help: ArgumentHelp("When CISA listed it; says --kev too.", valueName: "time"))
    var listed: String?

    @Option(help: ArgumentHelp("When it was detected here.", valueName: "time"))
    var detected: String?

    @Option(help: ArgumentHelp("When the fix was evaluated here.", valueName: "time"))
    var evaluated: String?

    /// The events, and the zone whose time of day counts: that of the first one given.
    func read(for preset: SLAPreset) throws -> (events: SLAEvents, zone: TimeZoneRules) {
        let start = try Self.instant(start, "--start")
        let given = [
            start, try Self.instant(released, "--released"), try Self.instant(listed, "--listed"),
            try Self.instant(detected, "--detected"), try Self.instant(evaluated, "--evaluated"),
        ]
        guard let first = given.lazy.compactMap(\.self).first else {
            throw Failure(
                .wrongUse, "No event is given that starts a clock.",
                nextStep: "Give --start, or one of --released, --listed, --detected, --evaluated.",
                code: "E_SLA_START")
        }
        var events = SLAEvents(
            release: given[1]?.instant, listing: given[2]?.instant, detection: given[3]?.instant,
            evaluation: given[4]?.instant)
        if let instant = start?.instant { events.fill(preset.start, with: instant) }
        return (events, first.zone)
    }

    /// The start of the year 9990: RFC 3339 has years of four digits, and a due date comes after.
    private static let end = Timestamp(milliseconds: 253_086_768_000_000)

    /// A time given as an option.
    static func instant(_ text: String?, _ option: String) throws -> OffsetInstant? {
        guard let text else { return nil }
        guard let instant = OffsetInstant(text) else {
            throw Failure(
                .wrongUse, "\(option): “\(Table.printable(text))” is no time.",
                nextStep: "Write it as RFC 3339 does, such as 2026-07-01T09:00:00+01:00.",
                code: "E_TIME")
        }
        guard instant.instant < Self.end else {
            throw Failure(
                .wrongUse, "\(option): “\(Table.printable(text))” is too far ahead.",
                nextStep: "Give a time before the year 9990.", code: "E_TIME")
        }
        return instant
    }
}

extension SLAEvents {
    /// Puts an instant where a start looks for it, unless the event was given by its own name.
    fileprivate mutating func fill(_ start: SLAStart, with instant: Timestamp) {
        switch start {
        case .release: release = release ?? instant
        case .listing: listing = listing ?? instant
        case .detection, .earlierOfListingAndDetection: detection = detection ?? instant
        case .evaluation: evaluation = evaluation ?? instant
        case .laterOfReleaseAndDetection:
            detection = detection ?? instant
        }
    }
}

/// What is known of a vulnerability and of where it was found, as options.
struct SLASubjectOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The vendor's rating: critical, important (or high), moderate (or medium), low, unrated.",
            valueName: "severity"))
    var severity: String?

    @Option(help: ArgumentHelp("The CVSS base score, 0 to 10.", valueName: "score"))
    var cvss: Double?

    @Flag(help: "CISA lists it as known to be exploited.")
    var kev = false

    @Option(
        help: ArgumentHelp(
            "The due date that CISA's catalogue gives; says --kev too.", valueName: "time"))
    var kevDue: String?

    @Option(help: ArgumentHelp("Its identifier, such as CVE-2026-1234.", valueName: "id"))
    var cve: String?

    @Flag(help: "A working exploit exists.")
    var exploited = false

    @Flag(help: "The endpoint can be reached from the internet.")
    var exposed = false

    @Flag(help: "The same as --exposed, and the asset class internetFacing unless one is given.")
    var internetFacing = false

    @Flag(help: "An attack can be automated (SSVC).")
    var automatable = false

    @Option(help: "How much control it gives away (SSVC): partial or total.")
    var impact: TechnicalImpact?

    @Option(
        help: """
            What has the vulnerability: \
            \(SLAAssetClass.allCases.map(\.rawValue).joined(separator: ", ")).
            """)
    var assetClass: SLAAssetClass?

    /// The subject that the options describe.
    ///
    /// - Parameter isListed: whether a date is given on which CISA listed it. The instant at which
    ///   a clock would start does not say that.
    /// - Returns: the subject.
    /// - Throws: `ValidationError`, for options that do not go together.
    func read(isListed: Bool) throws -> SLASubject {
        let isExposed = exposed || internetFacing
        return SLASubject(
            severity: try ratedSeverity(), cvss: try score(),
            // What has a date of listing, or a due date in the catalogue, is listed.
            isKnownExploited: kev || isListed || kevDue != nil, hasExploit: exploited,
            isExposed: isExposed, isAutomatable: automatable, impact: impact,
            assetClass: assetClass ?? (isExposed ? .internetFacing : .internalSystem),
            cveYear: try cveYear(),
            catalogueDueAt: try catalogueDue())
    }

    /// A date alone is due at its end.
    private func catalogueDue() throws -> Timestamp? {
        guard let kevDue, let due = try SLAEventOptions.instant(kevDue, "--kev-due") else {
            return nil
        }
        return LocalDate(kevDue) == nil ? due.instant : SLASubject.endOfDueDay(due.instant)
    }

    private func ratedSeverity() throws -> Severity? {
        guard let word = severity else { return nil }
        if let severity = Severity(vendorWord: word) { return severity }
        let known = Severity.allCases.map(\.rawValue) + ["high", "medium"]
        let meant = Spelling.nearest(to: word, among: known).map { "Did you mean \($0)? " } ?? ""
        throw Failure(
            .wrongUse, "“\(Table.printable(word))” is no severity.",
            nextStep: "\(meant)Known are \(known.joined(separator: ", ")).", code: "E_SEVERITY")
    }

    private func score() throws -> Double? {
        guard let cvss else { return nil }
        guard (0...10).contains(cvss) else {
            throw Failure(
                .wrongUse, "A CVSS base score is from 0 to 10.", nextStep: "Check --cvss.",
                code: "E_CVSS")
        }
        return cvss
    }

    private func cveYear() throws -> Int? {
        guard let cve else { return nil }
        let parts = cve.uppercased().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "CVE", parts[1].utf8.count == 4,
            let year = Int(parts[1]), year >= 1999, Int(parts[2]) != nil
        else {
            throw Failure(
                .wrongUse, "“\(Table.printable(cve))” is no CVE identifier.",
                nextStep: "Write it like CVE-2026-1234.", code: "E_CVE")
        }
        return year
    }
}
