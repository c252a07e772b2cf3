import BACnetMessages
import TestSupport
import Testing

@Suite("Double of a real") struct ShortestRealTests {
    @Test("is the decimal that the real was meant as")
    func decimals() {
        #expect(Double(shortest: 72.3) == 72.3)
        #expect(Double(shortest: -0.1) == -0.1)
        #expect(Double(shortest: 20.008) == 20.008)
        #expect(Double(shortest: .leastNonzeroMagnitude) == 1e-45)
    }

    @Test("stays the integer that the real is")
    func integers() {
        #expect(Double(shortest: 16_777_216) == 16_777_216)
        #expect(Double(shortest: 1e20) == 100_000_002_004_087_734_272)
        #expect(Double(shortest: -0.0).sign == .minus)
        #expect(Double(shortest: .infinity) == .infinity)
        #expect(Double(shortest: .nan).isNaN)
    }

    @Test("gives the real back")
    func back() {
        var random = SplitMix64(seed: 723)
        for _ in 0..<50_000 {
            let real = Float(bitPattern: UInt32.random(in: .min ... .max, using: &random))
            guard !real.isNaN else { continue }
            #expect(Float(Double(shortest: real)).bitPattern == real.bitPattern)
        }
    }
}
