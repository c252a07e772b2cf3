/// The bounds that encoder and decoder check before they touch data.
///
/// Files are written and read with ``disk``. Tests may draw tiny ones, so that a few samples already
/// make many chunks and frames.
public struct ChunkLimits: Hashable, Sendable {
    public var chunkSampleCountMax: Int
    public var frameSampleCount: Int
    public var bodyByteCountMax: Int
    /// Bounds one column of one frame as it is before LZ4.
    public var frameColumnByteCountMax: Int

    public init(
        chunkSampleCountMax: Int = 8192, frameSampleCount: Int = 1024,
        bodyByteCountMax: Int = 256 * 1024, frameColumnByteCountMax: Int = 32 * 1024
    ) {
        precondition(
            (1...8192).contains(frameSampleCount), "a position in a frame is a small number")
        precondition(
            (1...min(8192, 255 * frameSampleCount)).contains(chunkSampleCountMax),
            "the number of frames is one byte, and sums of integers have 64 bits")
        precondition(
            frameColumnByteCountMax >= 8 * frameSampleCount, "a frame can be stored raw")
        self.chunkSampleCountMax = chunkSampleCountMax
        self.frameSampleCount = frameSampleCount
        self.bodyByteCountMax = bodyByteCountMax
        self.frameColumnByteCountMax = frameColumnByteCountMax
    }

    /// The constants of the disk format.
    public static let disk = ChunkLimits()

    func frameCount(ofSamples count: Int) -> Int {
        (count + frameSampleCount - 1) / frameSampleCount
    }

    func samples(ofFrame frame: Int, of count: Int) -> Range<Int> {
        let start = frame * frameSampleCount
        return start..<min(start + frameSampleCount, count)
    }
}
