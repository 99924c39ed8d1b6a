/// A deadline regime that a policy can name: whose figures decide until when a finding must be
/// fixed. `docs/sla.md` has the whole table, and a test holds the two together.
public enum SLAPreset: String, Codable, Sendable, CaseIterable {
    /// CISA binding operational directive 26-04, in force since 10 June 2026.
    case bod2604 = "bod-26-04"
    /// CISA directive 22-01, the catalogue of known exploited vulnerabilities, until 2026.
    case kevLegacy = "kev-legacy"
    /// CISA directive 19-02, internet-facing systems, until 2026.
    case cisa1902 = "cisa-19-02"
    /// PCI DSS 4.0.1, requirement 6.3.3.
    case pci401 = "pci-401"
    /// PCI DSS 4.0, requirement 6.3.3, until 31 December 2024.
    case pci40 = "pci-40"
    /// Essential Eight (ASD, November 2023), maturity level one.
    case e8ML1 = "e8-ml1"
    /// Essential Eight, maturity level two.
    case e8ML2 = "e8-ml2"
    /// Essential Eight, maturity level three.
    case e8ML3 = "e8-ml3"
    /// Cyber Essentials (UK), version 3.3.
    case ce14 = "ce-14"
    /// CIS Controls 8.1, control 7.
    case cis7 = "cis-7"
    /// FedRAMP, the practice of revision 5.
    case fedrampRevision5 = "fedramp-30-90-180"
    /// NERC CIP-007-6, requirement R2.
    case nerc3535 = "nerc-35-35"
    /// HIPAA Security Rule as proposed on 6 January 2025; not in force.
    case hipaaNPRM = "hipaa-nprm"
    /// NIST SP 800-40 revision 4: a template without figures of its own.
    case nist40r4 = "nist-40r4"
}

/// What starts a preset's clock.
public enum SLAStart: String, Codable, Sendable, CaseIterable {
    /// The fix was released.
    case release
    /// CISA listed the vulnerability as known to be exploited.
    case listing
    /// The finding was detected here.
    case detection
    /// The fix was evaluated for this environment.
    case evaluation
    /// The listing or the detection, whichever was first.
    case earlierOfListingAndDetection
    /// The release or the detection, whichever was last: what has no fix cannot be late, nor what
    /// is not known.
    case laterOfReleaseAndDetection
}

extension SLAPreset {
    /// The regime's name, for people.
    public var title: String {
        switch self {
        case .bod2604: "CISA BOD 26-04"
        case .kevLegacy: "CISA BOD 22-01 (history)"
        case .cisa1902: "CISA BOD 19-02 (history)"
        case .pci401: "PCI DSS 4.0.1, 6.3.3"
        case .pci40: "PCI DSS 4.0, 6.3.3 (history)"
        case .e8ML1: "Essential Eight, maturity level one"
        case .e8ML2: "Essential Eight, maturity level two"
        case .e8ML3: "Essential Eight, maturity level three"
        case .ce14: "Cyber Essentials 3.3"
        case .cis7: "CIS Controls 8.1, control 7"
        case .fedrampRevision5: "FedRAMP revision 5 practice"
        case .nerc3535: "NERC CIP-007-6 R2"
        case .hipaaNPRM: "HIPAA Security Rule, proposed"
        case .nist40r4: "NIST SP 800-40r4 template"
        }
    }

    /// Where the figures stand.
    public var source: String {
        switch self {
        case .bod2604: "CISA BOD 26-04 (10 June 2026), decision table cisa_bod_26_04 1.0.0"
        case .kevLegacy: "CISA BOD 22-01 (3 November 2021), catalogue field dueDate"
        case .cisa1902: "CISA BOD 19-02 (29 April 2019)"
        case .pci401: "PCI DSS 4.0.1 (June 2024), requirements 6.3.1 and 6.3.3"
        case .pci40: "PCI DSS 4.0 (March 2022), requirements 6.3.1 and 6.3.3"
        case .e8ML1, .e8ML2, .e8ML3:
            "ASD Essential Eight maturity model (November 2023), patch applications and patch operating systems"
        case .ce14: "Cyber Essentials requirements 3.3 (2026), security update management"
        case .cis7: "CIS Controls 8.1, safeguards 7.3, 7.4 and 7.7"
        case .fedrampRevision5: "FedRAMP continuous monitoring, revision 5"
        case .nerc3535: "NERC CIP-007-6, requirement R2, parts 2.2 and 2.3"
        case .hipaaNPRM: "HHS notice of proposed rulemaking (6 January 2025), not final"
        case .nist40r4: "NIST SP 800-40 revision 4 (April 2022)"
        }
    }

    /// What starts its clock.
    public var start: SLAStart {
        switch self {
        case .bod2604: .earlierOfListingAndDetection
        case .kevLegacy: .listing
        case .cisa1902, .fedrampRevision5, .cis7: .detection
        case .pci401, .pci40, .e8ML1, .e8ML2, .e8ML3, .ce14, .nist40r4: .release
        case .nerc3535: .evaluation
        case .hipaaNPRM: .laterOfReleaseAndDetection
        }
    }

    /// Whether it is a proposal that binds nobody yet.
    public var isProposed: Bool { self == .hipaaNPRM }
}
