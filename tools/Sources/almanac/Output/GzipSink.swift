import CAlmanacZlib

/// Compresses what it is given and hands it on.
///
/// The stream is allocated and freed here and never leaves.
@safe final class GzipSink: ByteSink {
    private static let blockByteCount = 1 << 16

    private let next: any ByteSink
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false

    init(_ next: any ByteSink) throws(ToolFailure) {
        self.next = next
        unsafe stream = .allocate(capacity: 1)
        // All fields zero is how zlib wants a new stream: its own allocator, no input yet.
        unsafe stream.initialize(to: z_stream())
        let status = unsafe almanac_deflate_init_gzip(stream, Z_DEFAULT_COMPRESSION)
        guard status == Z_OK else {
            unsafe stream.deallocate()
            throw ToolFailure(.inputOutput, "gzip: no memory")
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    func write(_ bytes: borrowing [UInt8]) throws(ToolFailure) {
        try compress(bytes, flush: Z_NO_FLUSH)
    }

    func finish() throws(ToolFailure) {
        guard !isFinished else { return }
        isFinished = true
        try compress([], flush: Z_FINISH)
        try next.finish()
    }

    private func compress(_ bytes: borrowing [UInt8], flush: Int32) throws(ToolFailure) {
        var consumed = 0
        while true {
            let block = step(bytes, &consumed, flush)
            let isLast = block.count < GzipSink.blockByteCount
            try next.write(block)
            // A block that is not full means that zlib has nothing more to give for now.
            if isLast { return }
        }
    }

    private func step(
        _ bytes: borrowing [UInt8], _ consumed: inout Int, _ flush: Int32
    ) -> [UInt8] {
        let size = GzipSink.blockByteCount
        let start = consumed
        var rest = 0
        let block = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                // zlib takes a mutable pointer to its input and never writes there; both lengths
                // are those of the buffers that the pointers lie in.
                unsafe stream.pointee.next_in = source.baseAddress.map {
                    unsafe UnsafeMutablePointer(mutating: $0 + start)
                }
                unsafe stream.pointee.avail_in = UInt32(source.count - start)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(size)
                unsafe _ = deflate(stream, flush)
                unsafe rest = Int(stream.pointee.avail_in)
                unsafe count = size - Int(stream.pointee.avail_out)
            }
        }
        consumed = bytes.count - rest
        return block
    }
}
