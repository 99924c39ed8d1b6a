import AdvisoryFormats
import CBzip2

/// Bzip2 files, also of several streams one after another.
final class Bzip2Stream: Unpacker {
    // The library keeps a pointer back to this structure, so it must not move.
    private let stream: UnsafeMutablePointer<bz_stream>
    /// Whether a stream has been begun and not ended.
    private var isOpen = false

    init() throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: bz_stream())
    }

    deinit {
        if isOpen { BZ2_bzDecompressEnd(stream) }
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Whether a stream begins like one.
    static func isPacked(_ prefix: ArraySlice<UInt8>) -> Bool {
        let prefix = Array(prefix)
        return prefix.count >= 4 && prefix.starts(with: [0x42, 0x5A, 0x68])
            && (0x31...0x39).contains(prefix[3])
    }

    func step(
        _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws -> UnpackingStep {
        if !isOpen {
            if input.isEmpty { return UnpackingStep(used: 0, given: 0, mayEnd: true) }
            guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
                throw StreamDamage("bzip2 cannot be started")
            }
            isOpen = true
        }
        let status = input.withMemoryRebound(to: CChar.self) { input in
            output.withMemoryRebound(to: CChar.self) { output in
                stream.pointee.next_in = input.baseAddress
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                return BZ2_bzDecompress(stream)
            }
        }
        guard status == BZ_OK || status == BZ_STREAM_END else { throw damagedData }
        let step = UnpackingStep(
            used: input.count - Int(stream.pointee.avail_in),
            given: output.count - Int(stream.pointee.avail_out), mayEnd: status == BZ_STREAM_END)
        if step.mayEnd {
            BZ2_bzDecompressEnd(stream)
            isOpen = false
        }
        return step
    }
}
