import Fleet
import Foundation
import Rollout
import Testing

extension Scenario {
    static let caches = [poisonedCache]

    static let poisonedCache = Scenario(
        "a cache that hands out another package file poisons nothing, and the others go through"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let cache = try lab.startInServerNetwork(
            "cache", [Lab.tool("repo/poison-cache").path, "3142", "labpoison"])
        try await eventually("the cache is there") { cache.log.contains("caching") }
        let setting = "/etc/apt/apt.conf.d/90cache"
        try await endpoint.write(
            "Acquire::http::Proxy \"http://10.77.0.1:3142\";\n", to: setting)
        try await lab.saveBefore(more: "bandwidth: 5 MB/s")
        try await endpoint.expectPolicies()
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        try await eventually("the cache is a fact of the endpoint") {
            let posture = try await lab.view(of: endpoint).posture
            return posture?.endpoint.downloads?.proxy == "http://10.77.0.1:3142"
        }

        let job = try await lab.deploy("labpoison", "labcached", to: endpoint)
        let refused = try #require(job.outcome("labpoison"))
        #expect(refused.failure == .hashMismatch, "\(refused.sentence)")
        try await expectUntouched("labpoison", on: endpoint)
        #expect(job.outcome("labcached")?.state == .verified, "\(job.sentence)")
        let log = try await lab.log(of: job)
        #expect(log.contains("Hash Sum mismatch"), "\(log)")

        await cache.end()
        try await endpoint.run("/bin/rm", setting)
        let mended = try await lab.deploy("labpoison", to: endpoint)
        try await expectVerified(mended, "labpoison", on: endpoint)
        try await lab.saveBefore()
    }
}

extension Lab {
    /// Packages that come through a cache: version 1.0 is installed in every endpoint, 2.0 is on
    /// offer.
    static let cachePackages = ["labpoison", "labcached"]

    /// Adds them to the repository.
    func addCachePackages() async throws {
        for name in Self.cachePackages {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0")
        }
    }
}
