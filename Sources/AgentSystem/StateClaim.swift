public import AgentCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The claim of one running agent on its state folder. It ends with the process, however that ends.
public struct StateClaim: Sendable {
    private let descriptor: Int32

    /// Claims a state folder.
    ///
    /// - Throws: `StateFolderFailure` `E_STATE_IN_USE` while another agent runs on it;
    ///   `E_STATE_LOCK` when its lock file cannot be opened.
    public init(of folder: DiskStateFolder) throws(StateFolderFailure) {
        let path = "\(folder.path)/agent.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StateFolderFailure(
                code: "E_STATE_LOCK",
                message: "\(path) cannot be opened: \(String(cString: strerror(errno))).",
                nextStep: "Enrol the endpoint first, or check the folder's permissions.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StateFolderFailure(
                code: "E_STATE_IN_USE",
                message: "Another agent runs on the state folder \(folder.path).",
                nextStep: "Stop that one first, or give this one a folder of its own with --state.")
        }
    }

    /// Gives the folder free.
    public func release() {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
