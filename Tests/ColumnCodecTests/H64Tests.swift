import Testing

@testable import ColumnCodec

@Suite("H64") struct H64Tests {
    @Test("is XXH64: the vectors of the format page") func vectors() {
        #expect(H64.hash([], seed: 0) == 0xEF46_DB37_51D8_E999)
        #expect(H64.hash(Array("almanac".utf8), seed: 1) == 0xD893_75BA_952E_9ED2)
    }

    @Test("hashes the worked example's chunk as its page says") func workedExample() {
        let header: [UInt8] = [
            0x43, 0x48, 0x4E, 0x4B, 0x1D, 0, 0, 0, 0x07, 0, 0, 0, 0x09, 0, 0x01, 0,
            0x00, 0x7C, 0x29, 0x1F, 0x94, 0x01, 0, 0, 0x2A, 0, 0, 0, 0, 0, 0, 0,
        ]
        let seed: UInt64 = 0x5AF0_0000_0000_0001 &+ 64
        var hash = H64(seed: seed)
        hash.update(header)
        hash.update(WorkedExampleTests.body)
        #expect(hash.finish() == 0xC931_E93A_97A3_6D09)
        #expect(H64.hash(header + WorkedExampleTests.body, seed: seed) == hash.finish())
    }

    @Test("fed in two pieces it equals itself in one", arguments: [0, 1, 31, 32, 33, 64, 100, 257])
    func pieces(length: Int) {
        var random = SeededGenerator(seed: UInt64(length))
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        let whole = H64.hash(bytes, seed: 7)
        for cut in 0...length {
            var hash = H64(seed: 7)
            hash.update(Array(bytes[..<cut]))
            hash.update(Array(bytes[cut...]))
            #expect(hash.finish() == whole, "cut at \(cut)")
        }
    }

    @Test("fed byte by byte it equals itself in one") func bytewise() {
        let bytes = (0..<200).map { UInt8($0) }
        var hash = H64(seed: 0)
        for byte in bytes { hash.update([byte]) }
        #expect(hash.finish() == H64.hash(bytes, seed: 0))
    }
}
