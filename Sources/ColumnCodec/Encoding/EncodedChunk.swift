/// What became of a chunk's samples.
public struct EncodedChunk: Sendable {
    /// Bytes of the body.
    public var byteCount: Int
    public var timeCodec: UInt8
    public var valueCodec: UInt8
    public var qualityCodec: UInt8
    /// Bytes that the column has in the frames.
    public var timeByteCount: Int
    public var valueByteCount: Int
    public var qualityByteCount: Int
    /// Bytes of the body that are none of the three: codecs, shared parameters, directory.
    public var overheadByteCount: Int
    public var statistics: ChunkStatistics
    /// The encoded chunk did not decode to the same bits, which is a bug of ours, so it was stored
    /// raw. Tell someone.
    public var storedRaw: Bool
}

/// What the last chunk of a series taught about its decimals. Pass the same one for every chunk of
/// a series; a new one costs nothing but a worse first guess.
public struct ScaleHint: Sendable {
    var form: ScaledForm?

    public init() {}
}
