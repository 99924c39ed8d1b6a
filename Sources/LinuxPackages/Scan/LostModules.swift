import AgentCore
import Fleet
import PackageManagers
import SystemFiles

/// A kernel that was exchanged under the running one, where the system keeps one only: the running
/// one's modules are gone.
enum LostModules {
    /// The signal; none where the running kernel's modules are there, or no kernel is a package.
    static func signals(
        _ packages: [Package], kernels: Set<String>, in folder: String
    ) -> [RebootSignal] {
        let running = KernelIdentity.running.release
        guard let kernel = packages.first(where: { kernels.contains($0.name) }),
            !Files.exists("\(folder)/\(running)"), !Files.names(in: folder).isEmpty
        else { return [] }
        return [
            RebootSignal(
                kind: .newerKernelInstalled,
                detail: "\(kernel.name) \(kernel.version) is installed, \(running) is running")
        ]
    }
}
