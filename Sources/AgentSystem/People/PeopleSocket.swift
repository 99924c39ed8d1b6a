public import AgentCore
import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where people at the endpoint ask the agent about its reboot: a Unix socket that every user may
/// connect to. One line of JSON comes in, one goes out, and the connection ends.
///
/// Who asks is taken from the kernel, never from what is said. Callers are served one after another
/// and have two seconds, so the worst that one can do is to make the others wait.
public struct PeopleSocket {
    private let path: String
    private let source: any DispatchSourceRead

    /// Where the socket of an agent stands, by its state folder.
    public static func path(of state: DiskStateFolder) -> String {
        state.path == DiskStateFolder.standardPath
            ? "/run/patchbay-agent/people.sock" : "\(state.path)/people.sock"
    }

    /// Opens the socket and serves it; `nil` when it cannot be opened, without which the agent
    /// works all the same.
    public init?(path: String, answering: any PeopleAnswering) {
        guard let folder = path.lastIndex(of: "/").map({ String(path[..<$0]) }) else { return nil }
        mkdir(folder, 0o755)
        unlink(path)
        let descriptor = LocalSocket.make()
        guard descriptor >= 0 else { return nil }
        let isBound =
            LocalSocket.withAddress(path) { bind(descriptor, $0, $1) == 0 } ?? false
        guard isBound, chmod(path, 0o666) == 0, listen(descriptor, 16) == 0 else {
            LibC.close(descriptor)
            return nil
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        self.path = path
        let queue = DispatchQueue(label: "patchbay-agent.people")
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler {
            let caller = accept(descriptor, nil, nil)
            guard caller >= 0 else { return }
            Self.serve(caller, answering)
            LibC.close(caller)
        }
        source.setCancelHandler { LibC.close(descriptor) }
        source.resume()
    }

    /// Closes the socket and removes it.
    public func close() {
        source.cancel()
        unlink(path)
    }

    private static func serve(_ caller: Int32, _ answering: any PeopleAnswering) {
        _ = fcntl(caller, F_SETFD, FD_CLOEXEC)
        LocalSocket.limitWaiting(caller)
        guard let user = LocalSocket.peer(of: caller),
            let line = LocalSocket.readLine(caller, limit: PeopleRequest.sizeLimit)
        else { return }
        let answer: PeopleAnswer
        if let request = AgentJSON.decode(PeopleRequest.self, from: line) {
            answer = answering.answer(request, from: Asker(user: user))
        } else {
            answer = PeopleAnswer(refusal: "That is no question of this agent.", status: .none)
        }
        if let bytes = AgentJSON.encode(answer) { _ = LocalSocket.writeLine(bytes, to: caller) }
    }
}

/// Asks the agent of this machine.
public enum PeopleClient {
    /// The agent's answer; `nil` when no agent answers.
    public static func ask(_ request: PeopleRequest, at path: String) -> PeopleAnswer? {
        let descriptor = LocalSocket.make()
        guard descriptor >= 0 else { return nil }
        defer { LibC.close(descriptor) }
        LocalSocket.limitWaiting(descriptor)
        let isConnected =
            LocalSocket.withAddress(path) { LibC.connect(descriptor, $0, $1) == 0 } ?? false
        guard isConnected, let bytes = AgentJSON.encode(request),
            LocalSocket.writeLine(bytes, to: descriptor),
            let line = LocalSocket.readLine(descriptor, limit: PeopleAnswer.sizeLimit)
        else { return nil }
        return AgentJSON.decode(PeopleAnswer.self, from: line)
    }
}
