import AdvisoryFormats
import CZstandard

/// Zstandard (RFC 8878), also of several frames one after another; without dictionaries.
final class ZstandardStream: Unpacker {
    /// What a frame may need of memory for what came out last, as a power of two in bytes: that of
    /// `zstd --ultra -22`.
    private static let largestWindow: Int32 = 27

    private let context: OpaquePointer

    init() throws {
        guard let context = ZSTD_createDCtx() else { throw StreamDamage("zstd cannot be started") }
        self.context = context
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.largestWindow)
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// Whether a stream begins like one.
    static func isPacked(_ prefix: ArraySlice<UInt8>) -> Bool {
        prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
    }

    func step(
        _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws -> UnpackingStep {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let hint = ZSTD_decompressStream(context, &target, &source)
        guard ZSTD_isError(hint) == 0 else {
            throw StreamDamage(
                "the packed data are damaged: \(String(cString: ZSTD_getErrorName(hint)))")
        }
        return UnpackingStep(used: source.pos, given: target.pos, mayEnd: hint == 0)
    }
}
