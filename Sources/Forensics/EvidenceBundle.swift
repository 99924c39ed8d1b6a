public import Fleet

/// What an endpoint looked like at an instant: one fixed set of readings, taken without changing
/// anything. It holds no file's content, no environment of a process and no secret.
///
/// Its bytes are its JSON with sorted keys, as the endpoint wrote it; its digest is their SHA-256.
public struct EvidenceBundle: Hashable, Sendable, Codable {
    /// Its name: that of the request which it answers, or one that the endpoint has made.
    public var id: EvidenceID
    /// The endpoint that took it.
    public var endpoint: EndpointID
    /// When it was begun, by the endpoint's clock.
    public var takenAt: Timestamp
    /// Why it was taken.
    public var reason: EvidenceReason
    /// The vulnerabilities that demanded it; empty where none did.
    public var vulnerabilities: [String]
    /// The job before whose installation it was taken; `nil` for one that a server asked for.
    public var job: JobID?
    /// The version of the agent that took it.
    public var agentVersion: String
    /// The running boot.
    public var bootId: String
    /// What was seen, one section for each kind of reading, the most volatile first.
    public var sections: [EvidenceSection]

    /// A bundle.
    public init(
        id: EvidenceID, endpoint: EndpointID, takenAt: Timestamp, reason: EvidenceReason,
        vulnerabilities: [String], job: JobID?, agentVersion: String, bootId: String,
        sections: [EvidenceSection]
    ) {
        self.id = id
        self.endpoint = endpoint
        self.takenAt = takenAt
        self.reason = reason
        self.vulnerabilities = vulnerabilities
        self.job = job
        self.agentVersion = agentVersion
        self.bootId = bootId
        self.sections = sections
    }
}

/// Why evidence is taken.
public enum EvidenceReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// A regime's clock demands it, such as BOD 26-04.
    case demanded
    /// A person has asked for it.
    case ordered
    /// The policy wants it before every installation.
    case beforeInstall
}

/// One kind of reading within a bundle.
public struct EvidenceSection: Hashable, Sendable, Codable {
    /// The kinds, in the order in which they are taken: what is gone first comes first.
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
        /// The running kernel, its command line, the boot, the load.
        case system
        /// Each process: number, parent, user, start, name, command line with secrets masked.
        case processes
        /// The file that each process runs, by SHA-256, and which of them is deleted or replaced.
        case executables
        /// Files that are deleted, and that a process still holds open.
        case deletedFiles
        /// Connections, with the process that holds each.
        case connections
        /// What accepts connections, with the process that does.
        case listeners
        /// Addresses, routes and neighbours.
        case network
        /// Who is or was signed in.
        case sessions
        /// Modules of the running kernel, and whether it is tainted.
        case kernelModules
        /// What is mounted.
        case mounts
        /// What is started by time, at the start or at a sign-in: files by SHA-256.
        case scheduledTasks
        /// Accounts with a shell or number 0, and their authorised keys by SHA-256.
        case accounts
        /// What was changed lately in the folders of programs and in `/etc`.
        case recentFiles
        /// What package tools say of installed files that differ from what was delivered.
        case packageIntegrity
        /// The last lines of the journal.
        case journal
    }

    /// The kind.
    public var name: Name
    /// What was read, a line each.
    public var lines: [String]
    /// Whether there was more than its bounds hold, or than there was time for.
    public var isTruncated: Bool
    /// Why it could not be read, or not whole, in one sentence; `nil` when it was.
    public var failure: String?

    /// A section.
    public init(
        _ name: Name, lines: [String], isTruncated: Bool = false, failure: String? = nil
    ) {
        self.name = name
        self.lines = lines
        self.isTruncated = isTruncated
        self.failure = failure
    }
}

/// A bundle as it is named elsewhere: in a job's result, a journal, a receipt.
public struct EvidenceMark: Hashable, Sendable, Codable {
    /// Which bundle.
    public var id: EvidenceID
    /// The SHA-256 of its bytes, in lower-case hexadecimal digits.
    public var sha256: String
    /// When it was taken, by the endpoint's clock.
    public var takenAt: Timestamp

    /// A mark.
    public init(id: EvidenceID, sha256: String, takenAt: Timestamp) {
        self.id = id
        self.sha256 = sha256
        self.takenAt = takenAt
    }
}

/// What lists show of a bundle.
public struct EvidenceSummary: Hashable, Sendable, Codable {
    /// What is told of a section.
    public struct Section: Hashable, Sendable, Codable {
        /// The kind.
        public var name: EvidenceSection.Name
        /// How many lines it has.
        public var lines: Int
        /// Whether there was more.
        public var isTruncated: Bool
        /// Why it could not be read.
        public var failure: String?

        /// What is told of a section.
        public init(
            name: EvidenceSection.Name, lines: Int, isTruncated: Bool, failure: String? = nil
        ) {
            self.name = name
            self.lines = lines
            self.isTruncated = isTruncated
            self.failure = failure
        }
    }

    /// Which bundle.
    public var mark: EvidenceMark
    /// Why it was taken.
    public var reason: EvidenceReason
    /// The vulnerabilities that demanded it.
    public var vulnerabilities: [String]
    /// The job before whose installation it was taken.
    public var job: JobID?
    /// Its size in bytes.
    public var bytes: Int
    /// Its sections.
    public var sections: [Section]

    /// What lists show of a bundle.
    ///
    /// - Parameters:
    ///   - bundle: the bundle.
    ///   - sha256: the SHA-256 of its bytes.
    ///   - bytes: how many they are.
    public init(of bundle: EvidenceBundle, sha256: String, bytes: Int) {
        mark = EvidenceMark(id: bundle.id, sha256: sha256, takenAt: bundle.takenAt)
        reason = bundle.reason
        vulnerabilities = bundle.vulnerabilities
        job = bundle.job
        self.bytes = bytes
        sections = bundle.sections.map {
            Section(
                name: $0.name, lines: $0.lines.count, isTruncated: $0.isTruncated,
                failure: $0.failure)
        }
    }
}

extension EvidenceBundle {
    /// What a bundle is nothing without.
    public static let essential: [EvidenceSection.Name] = [.processes, .executables, .connections]

    /// What a bundle lacks that it is nothing without, in one sentence; `nil` when it will do.
    public var lack: String? {
        for name in Self.essential {
            guard let section = sections.first(where: { $0.name == name }) else {
                return "The section \(name.rawValue) is missing."
            }
            // An endpoint may be without connections, and none is without processes.
            if section.lines.isEmpty, section.failure != nil || name == .processes {
                return "The section \(name.rawValue) is empty: "
                    + (section.failure ?? "Nothing was found.")
            }
        }
        return nil
    }

    /// What is wrong with a bundle that came from outside, in one sentence; `nil` when nothing is.
    /// How large it is as a whole is for its reader to bound.
    public var fault: String? {
        if !EvidenceNames.areRight(vulnerabilities) {
            return "The evidence names vulnerabilities that are too many or too long."
        }
        if agentVersion.utf8.count > EvidenceLimits.vulnerabilityBytes
            || bootId.utf8.count > EvidenceLimits.vulnerabilityBytes
        {
            return "The evidence names a version or a boot that is too long."
        }
        if Set(sections.map(\.name)).count != sections.count {
            return "The evidence holds a section twice."
        }
        for section in sections {
            let bytes = section.lines.reduce(0) { $0 + EvidenceText.jsonBytes(of: $1) }
            if bytes > EvidenceLimits.sectionBytes {
                return "The section \(section.name.rawValue) of the evidence is too large."
            }
            if (section.failure?.utf8.count ?? 0) > EvidenceLimits.failureBytes {
                return "The section \(section.name.rawValue) says too much of why it failed."
            }
        }
        return nil
    }
}
