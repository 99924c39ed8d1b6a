package import Advisories

extension Platform {
    /// The release in words: the distribution, and the most telling of its names.
    package var label: String {
        let names = releases.map(\.release).filter { !$0.isEmpty }
        let distribution = releases.first?.distribution ?? "unknown"
        return names.first.map { "\(distribution) \($0)" } ?? distribution
    }
}
