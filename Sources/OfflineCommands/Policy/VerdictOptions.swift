import ArgumentParser
import CommandBasics
import Fleet
import Policy
import Trust
import Verdicts

/// What verdict feeds say, for questions about policies.
struct VerdictOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A signed verdict feed, as a server would have it; may be given several times.",
            valueName: "file"))
    var verdicts: [String] = []

    @Option(
        help: ArgumentHelp(
            "The public key of the verdict feed at the same place.", valueName: "base64"))
    var verdictKey: [String] = []

    func validate() throws {
        guard verdicts.count == verdictKey.count else {
            throw ValidationError("Give one --verdict-key for each --verdicts, in their order.")
        }
    }

    /// What the feeds say, each checked as a subscriber would, except for the name.
    func index(at now: Timestamp) throws -> VerdictIndex {
        var sources: [VerdictSource] = []
        for (file, key) in zip(verdicts, verdictKey) {
            let publicKey = try VerdictFiles.key(key)
            let bytes = try SignedFiles.bytes(file)
            try VerdictFiles.refusing {
                let feed = try VerdictFeedDocument(
                    envelope: bytes, feed: nil, signedBy: publicKey, at: now)
                sources.append(
                    VerdictSource(.feed(feed.feed), feed.verdicts, expiresAt: feed.expiresAt))
            }
        }
        return VerdictIndex(sources)
    }
}

extension VerdictIndex {
    /// The verdict that counts for an update of an endpoint, of which an inventory tells.
    func verdict(
        on update: UpdateSubject, of endpoint: EndpointSubject, at now: Timestamp
    ) -> KnownVerdict? {
        guard !isEmpty else { return nil }
        return verdict(
            on: VerdictQuestion(
                package: update.update.name, source: update.source,
                version: update.update.candidate, origin: update.update.origin,
                os: endpoint.facts?.os.id, release: endpoint.facts?.os.versionId,
                vulnerabilities: update.vulnerabilities), at: now)
    }
}
