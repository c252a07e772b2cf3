/// The checksum of the format: XXH64, a public algorithm with official test vectors.
///
/// The value can be fed in pieces; ``hash(_:seed:)-(RawSpan,_)`` does it in one go.
public struct H64: Sendable {
    private var lanes: Lanes
    private let seed: UInt64
    private var byteCount: UInt64 = 0
    /// Bytes that do not fill a stripe yet; `byteCount % 32` of them count.
    private var pending: [32 of UInt8] = .init(repeating: 0)

    public init(seed: UInt64 = 0) {
        self.seed = seed
        lanes = Lanes(seed: seed)
    }

    public mutating func update(_ bytes: RawSpan) {
        var offset = 0
        let filled = Int(byteCount % 32)
        byteCount &+= UInt64(bytes.byteCount)
        if filled > 0 {
            let taken = min(32 - filled, bytes.byteCount)
            for i in 0..<taken { pending[filled + i] = bytes.byte(i) }
            guard filled + taken == 32 else { return }
            lanes.consumeStripes(pending.span.rawSpan, from: 0)
            offset = taken
        }
        offset = lanes.consumeStripes(bytes, from: offset)
        for i in offset..<bytes.byteCount { pending[i - offset] = bytes.byte(i) }
    }

    public mutating func update(_ bytes: [UInt8]) { update(bytes.rawSpan) }

    /// The hash of everything so far. More may follow.
    public func finish() -> UInt64 {
        let start = byteCount >= 32 ? lanes.merged : seed &+ Prime.p5
        let tail = pending.span.rawSpan.extracting(first: Int(byteCount % 32))
        return H64.finalize(start &+ byteCount, tail)
    }

    public static func hash(_ bytes: RawSpan, seed: UInt64) -> UInt64 {
        var start = seed &+ Prime.p5
        var offset = 0
        if bytes.byteCount >= 32 {
            var lanes = Lanes(seed: seed)
            offset = lanes.consumeStripes(bytes, from: 0)
            start = lanes.merged
        }
        return finalize(
            start &+ UInt64(bytes.byteCount), bytes.extracting(offset..<bytes.byteCount))
    }

    public static func hash(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
        hash(bytes.rawSpan, seed: seed)
    }

    /// Mixes in what is shorter than a stripe, and spreads the bits.
    private static func finalize(_ start: UInt64, _ tail: RawSpan) -> UInt64 {
        var hash = start
        var offset = 0
        while offset + 8 <= tail.byteCount {
            hash ^= Lanes.round(0, tail.word(offset))
            hash = hash.rotated(27) &* Prime.p1 &+ Prime.p4
            offset += 8
        }
        if offset + 4 <= tail.byteCount {
            hash ^= UInt64(tail.halfWord(offset)) &* Prime.p1
            hash = hash.rotated(23) &* Prime.p2 &+ Prime.p3
            offset += 4
        }
        while offset < tail.byteCount {
            hash ^= UInt64(tail.byte(offset)) &* Prime.p5
            hash = hash.rotated(11) &* Prime.p1
            offset += 1
        }
        hash = (hash ^ (hash >> 33)) &* Prime.p2
        hash = (hash ^ (hash >> 29)) &* Prime.p3
        return hash ^ (hash >> 32)
    }
}

/// The four accumulators, each over every fourth word.
private struct Lanes: Sendable {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var d: UInt64

    init(seed: UInt64) {
        a = seed &+ Prime.p1 &+ Prime.p2
        b = seed &+ Prime.p2
        c = seed
        d = seed &- Prime.p1
    }

    /// Consumes whole stripes of 32 bytes and returns where the rest begins.
    @discardableResult
    mutating func consumeStripes(_ bytes: RawSpan, from start: Int) -> Int {
        var offset = start
        let last = bytes.byteCount - 32
        var (a, b, c, d) = (a, b, c, d)
        while offset <= last {
            a = Lanes.round(a, bytes.word(offset))
            b = Lanes.round(b, bytes.word(offset + 8))
            c = Lanes.round(c, bytes.word(offset + 16))
            d = Lanes.round(d, bytes.word(offset + 24))
            offset += 32
        }
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
        return offset
    }

    var merged: UInt64 {
        var hash = a.rotated(1) &+ b.rotated(7) &+ c.rotated(12) &+ d.rotated(18)
        for lane in [a, b, c, d] {
            hash = (hash ^ Lanes.round(0, lane)) &* Prime.p1 &+ Prime.p4
        }
        return hash
    }

    @inline(__always)
    static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        (lane &+ word &* Prime.p2).rotated(31) &* Prime.p1
    }
}

private enum Prime {
    static let p1: UInt64 = 0x9E37_79B1_85EB_CA87
    static let p2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    static let p3: UInt64 = 0x1656_67B1_9E37_79F9
    static let p4: UInt64 = 0x85EB_CA77_C2B2_AE63
    static let p5: UInt64 = 0x27D4_EB2F_1656_67C5
}

extension UInt64 {
    @inline(__always)
    fileprivate func rotated(_ bits: UInt64) -> UInt64 { (self &<< bits) | (self &>> (64 - bits)) }
}

extension RawSpan {
    // The callers' loops keep every offset inside the span, so these loads go without a second
    // check; the checksum runs over every byte that is read from disk.
    @inline(__always)
    fileprivate func word(_ offset: Int) -> UInt64 {
        assert(offset >= 0 && offset + 8 <= byteCount)
        return UInt64(
            littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    fileprivate func halfWord(_ offset: Int) -> UInt32 {
        assert(offset >= 0 && offset + 4 <= byteCount)
        return UInt32(
            littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    fileprivate func byte(_ offset: Int) -> UInt8 {
        assert(offset >= 0 && offset < byteCount)
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }
}
