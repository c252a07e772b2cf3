@testable import ColumnCodec

/// Packed columns read bit by bit, as the format describes them: the oracle of the fast kernels.
enum ScalarPacking {
    /// Bits `row` × `width` and on of the stream of a lane.
    static func low(_ words: [UInt8], width: Int, at index: Int) -> UInt64 {
        var value: UInt64 = 0
        for bit in 0..<width {
            let at = (index / 8) * width + bit
            let byte = words[32 * (at / 32) + 4 * (index % 8) + at % 32 / 8]
            value |= UInt64(byte >> UInt8(at % 8) & 1) << UInt64(bit)
        }
        return value
    }

    /// All numbers of a column, and how many bytes they took.
    static func unpack(_ bytes: [UInt8], count: Int, reference: Int64) -> ([Int64], Int) {
        var numbers: [Int64] = []
        var offset = 0
        while numbers.count < count {
            let width = Int(bytes[offset])
            let patchCount = Int(bytes[offset + 1])
            let words = Array(bytes[offset + 2..<offset + 2 + 32 * width])
            offset += 2 + 32 * width
            let start = numbers.count
            for i in 0..<min(256, count - start) {
                numbers.append(Int64(low(words, width: width, at: i)) &+ reference)
            }
            for _ in 0..<patchCount {
                let position = Int(bytes[offset])
                offset += 1
                var zigzag: UInt64 = 0
                var shift: UInt64 = 0
                repeat {
                    zigzag |= UInt64(bytes[offset] & 0x7F) << shift
                    shift += 7
                    offset += 1
                } while bytes[offset - 1] >= 0x80
                let high = zigzag % 2 == 0 ? Int64(zigzag / 2) : -Int64(zigzag / 2) - 1
                numbers[start + position] &+= high &* (width == 64 ? 0 : 1 << Int64(width))
            }
        }
        return (numbers, offset)
    }

    /// Running sums from `first` on; number 0 is ignored.
    static func sums(_ deltas: [Int64], first: Int64) -> [Int64] {
        var sums = [first]
        for delta in deltas.dropFirst() { sums.append(sums[sums.count - 1] &+ delta) }
        return sums
    }
}
