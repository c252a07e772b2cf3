/// Random numbers that are the same in every run.
public struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The bytes after one to four small changes: a bit, a byte more or less, a part twice, a part
    /// replaced by a byte of a number's border, an end cut off.
    public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int(next() % 4) where !bytes.isEmpty {
            let place = Int(next() % UInt64(bytes.count))
            switch next() % 7 {
            case 0: bytes[place] ^= 1 << UInt8(next() % 8)
            case 1: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
            case 2: bytes.remove(at: place)
            case 3:
                let part = bytes[place..<min(place + Int(next() % 40), bytes.count)]
                bytes.insert(contentsOf: part, at: Int(next() % UInt64(bytes.count)))
            case 4: bytes.insert(contentsOf: "9223372036854775807".utf8, at: place)
            case 5: bytes.insert(contentsOf: "-99999999999".utf8, at: place)
            default: bytes.removeLast(Int(next() % UInt64(min(bytes.count, 20))))
            }
        }
        return bytes
    }
}
