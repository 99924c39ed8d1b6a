import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
public import Rollout

/// Asks an address of this machine.
public enum LoopbackProbe {
    /// How long an answer may take, in seconds: a service that has just started is slow, and the
    /// probe is asked again.
    static let seconds: Int64 = 10

    /// Whether a GET of the address answers with a status from 200 to 399. What it answers besides
    /// is not read. A service's certificate is not checked: its name is rarely `localhost`, the way
    /// never leaves this machine, and nothing secret is sent.
    public static func ask(_ address: LoopbackAddress) async -> ProbeResult {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(seconds), read: .seconds(seconds)))
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: ProbeResult
        do {
            var request = HTTPClientRequest(url: address.text)
            request.headers.add(name: "user-agent", value: "patchbay-agent")
            let status = try await client.execute(request, timeout: .seconds(seconds)).status.code
            result = ProbeResult(
                probe: "http:\(address.text)", isPassed: (200...399).contains(status),
                sentence: "\(address.text) answers with \(status).")
        } catch {
            result = ProbeResult(
                probe: "http:\(address.text)", isPassed: false,
                sentence:
                    "\(address.text) does not answer: \(String(describing: error).prefix(200))."
            )
        }
        try? await client.shutdown()
        return result
    }
}
