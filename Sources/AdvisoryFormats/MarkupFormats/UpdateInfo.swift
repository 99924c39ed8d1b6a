import Advisories
import Fleet

/// `updateinfo.xml` of RPM repositories: Red Hat's relatives, Fedora, Amazon, openSUSE.
enum UpdateInfo {
    /// A record is one `update`.
    static func read(_ stream: ByteStream, _ collector: RecordCollector) throws {
        try MarkupRecords.read(stream, collector, wanted: ["update"]) { update in
            try collector.attempt(update.first("id")?.trimmed ?? "an update without id") {
                [.advisory(try advisory(update))]
            }
        }
    }

    private static func advisory(_ update: MarkupTree) throws -> Advisory {
        guard let id = update.first("id")?.trimmed else { throw RecordFault("no id") }
        var notice = PackageNotice(id: id)
        notice.title = update.first("title")?.trimmed ?? ""
        notice.severity = update.first("severity")?.trimmed.flatMap { Severity(vendorWord: $0) }
        notice.published = try time(update.first("issued"))
        notice.modified = try time(update.first("updated"))
        for reference in update.first("references")?.all("reference") ?? [] {
            notice.vulnerabilities += names(reference)
        }
        if notice.vulnerabilities.isEmpty, update["type"] == "security" {
            // Oracle's older notices name them in the text alone.
            let text = [notice.title, update.first("description")?.text ?? ""]
            notice.vulnerabilities = text.flatMap(VulnerabilityName.cves(inText:)).unique
        }
        var hint = update.first("release")?.trimmed ?? ""
        for collection in update.first("pkglist")?.all("collection") ?? [] {
            try add(collection, to: &notice)
            if hint.isEmpty { hint = collection.first("name")?.trimmed ?? "" }
            if hint.isEmpty { hint = collection["short"] ?? "" }
        }
        return try notice.advisory(hint: hint.isEmpty ? update["from"] ?? "" : hint)
    }

    /// The id of a reference, or its title where the id is a tracker's number.
    private static func names(_ reference: MarkupTree) -> [String] {
        let texts = [reference["id"], reference["title"], reference["href"]].compactMap(\.self)
        if reference["type"] == "cve" {
            return texts.lazy.map(VulnerabilityName.cves(inText:)).first { !$0.isEmpty } ?? []
        }
        // SUSE and Fedora refer to bugs whose titles name what they are about.
        return VulnerabilityName.cves(inText: reference["title"] ?? "")
    }

    private static func add(_ collection: MarkupTree, to notice: inout PackageNotice) throws {
        let module = collection.first("module").flatMap { module -> ModuleStream? in
            guard let name = module["name"], let stream = module["stream"] else { return nil }
            return ModuleStream(name: name, stream: stream)
        }
        for package in collection.all("package") {
            guard let name = package["name"], let version = package["version"] else {
                throw RecordFault("a package without name or version")
            }
            let label = RPMName(
                name: name, epoch: package["epoch"], version: version,
                release: package["release"] ?? "", architecture: package["arch"] ?? "")
            if let module {
                notice.modular.append((label, module))
            } else {
                notice.packages.append(label)
            }
        }
    }

    /// An attribute `date`, or the element's text; in old feeds seconds since 1970.
    private static func time(_ element: MarkupTree?) throws -> Timestamp? {
        guard let text = element?["date"] ?? element?.trimmed else { return nil }
        if let time = FeedTime.read(text) { return time }
        if text.utf8.count <= 11, let seconds = Int64(text) { return Timestamp(seconds: seconds) }
        throw RecordFault("“\(element?.name ?? "")” is no date: \(text)")
    }
}
