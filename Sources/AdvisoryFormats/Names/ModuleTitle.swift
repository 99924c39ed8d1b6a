import Advisories
import Versions

/// The stream that the title of a notice names, as RHEL's relatives write them:
/// `Important: nginx:1.26 security update`.
///
/// AlmaLinux and Rocky name the stream nowhere else. Titles of packages outside of modules may have
/// the same form (`python3.9:3.9.21 security update`), and some notices are about two modules.
enum ModuleTitle {
    /// The one stream that a title names, where all of the fixed packages are a module's; `nil`
    /// otherwise.
    static func stream(in title: String, fixes: [String]) -> ModuleStream? {
        guard !fixes.isEmpty, fixes.allSatisfy(ModuleMark.isIn) else { return nil }
        let streams = title.split(separator: " ").filter { word in
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
        }
        guard streams.count == 1, let word = streams.first else { return nil }
        // Some name the package of the stream that is mended, too: `httpd:2.4/mod_http2`.
        let label = word.prefix { $0 != "/" }
        guard
            label.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ":.+-_".contains($0)) })
        else { return nil }
        return ModuleStream(label: label)
    }
}

extension [AffectedPackage] {
    /// The packages with the stream that a title names, where no more is known.
    func withModule(ofTitle title: String) -> [AffectedPackage] {
        guard allSatisfy({ $0.order == .rpm && $0.module == nil }) else { return self }
        let fixes = flatMap(\.ranges).flatMap(\.events).compactMap { event -> String? in
            guard case .fixed(let version) = event else { return nil }
            return version
        }
        guard let stream = ModuleTitle.stream(in: title, fixes: fixes) else { return self }
        return map { package in
            var package = package
            package.module = stream
            return package
        }
    }
}
