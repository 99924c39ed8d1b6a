import AgentCore
import AgentEvidence
import AgentSystem
import LinuxPackages
import Logging
import Recipes

#if os(macOS)
    import MacPackages
#endif

/// What this machine is looked at and patched with.
enum MachineTools {
    /// What looks; it remembers refreshes in the agent's state folder.
    static func scanner(
        _ state: DiskStateFolder, recipes: @escaping @Sendable () -> [Recipe] = { [] }
    ) -> any Scanning {
        #if os(macOS)
            return MacScanner(
                stateFolder: state.path, proxyEnvironment: Environment.proxies,
                clock: AgentEffects.system.now)
        #else
            return EndpointScanner(state: state, recipes: recipes)
        #endif
    }

    /// What takes evidence of this machine; `nil` where nobody has taught the agent to.
    static func evidence(
        of server: ServerLink, settings: AgentSettings, state: DiskStateFolder, logger: Logger
    ) -> (any EvidenceKeeping)? {
        #if os(Linux)
            return EvidenceDesk(
                endpoint: server.identity.endpoint, settings: settings,
                capturing: SystemEvidence(clock: AgentEffects.system.now), link: server.link,
                state: state, effects: .system, logger: logger)
        #else
            return nil
        #endif
    }

    /// What installs, after it has ended and mended what an agent that was killed has left.
    static func installer(
        _ state: DiskStateFolder, inactivityLimitSeconds: Int64,
        applications: EndpointInstaller.RecipeParts, logger: Logger
    ) async -> any Installing & Prefetching {
        #if os(macOS)
            return MacInstaller(
                inactivityLimitSeconds: inactivityLimitSeconds,
                proxyEnvironment: Environment.proxies, stateFolder: state.path)
        #else
            let installer = EndpointInstaller(
                inactivityLimitSeconds: inactivityLimitSeconds,
                proxyEnvironment: Environment.proxies, stateFolder: state.path,
                applications: applications)
            await installer.endDownloadsLeftBehind()
            for sentence in await installer.mendApplications() { logger.warning("\(sentence)") }
            return installer
        #endif
    }
}
