import BACnetMessages
import Dispatch
import Foundation
import Synchronization
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

    /// The double of its shortest decimal, 7.038531e-26, is between two reals and rounded to the other:
    /// the only such pair among all 2^32 patterns.
    @Test(
        "gives back the real whose decimal is rounded twice",
        arguments: [
            0x15AE_43FD, 0x95AE_43FD,
        ] as [UInt32])
    func roundedTwice(bits: UInt32) {
        let real = Float(bitPattern: bits)
        #expect(Float(Double(real.description)!) != real, "the case that this test is about")
        #expect(Float(Double(shortest: real)).bitPattern == bits)
    }

    /// Each bit pattern, from the octets of a message to the stored double and back: all 2^32 with
    /// `ALMANAC_LONG_FORMS=1`, else one in 4,096, spread over all exponents.
    @Test("gives every bit pattern back, and NaN as NaN")
    func everyPattern() {
        let isLong = ProcessInfo.processInfo.environment["ALMANAC_LONG_FORMS"] != nil
        let step: UInt64 = isLong ? 1 : 4096
        let partCount = 1024
        let wrong = Mutex<[UInt32]>([])
        let tried = Mutex<UInt64>(0)
        DispatchQueue.concurrentPerform(iterations: partCount) { part in
            var bad: [UInt32] = []
            var count: UInt64 = 0
            let width = UInt64(1) << 32 / UInt64(partCount)
            // Odd parts begin elsewhere, so that low bits vary too.
            let start = UInt64(part) * width + UInt64(part * 37) % step
            var bits = start
            while bits < UInt64(part + 1) * width {
                if !Self.isGivenBack(UInt32(bits)) { bad.append(UInt32(bits)) }
                count += 1
                bits += step
            }
            wrong.withLock { $0 += bad.prefix(10) }
            tried.withLock { $0 += count }
        }
        let count = tried.withLock { $0 }
        print("REAL: \(count) bit patterns tried")
        #expect(count == UInt64(1) << 32 / step)
        #expect(wrong.withLock { $0 } == [])
    }

    private static func isGivenBack(_ bits: UInt32) -> Bool {
        let stored = Double(shortest: Float(bitPattern: bits))
        let back = Float(stored)
        if Float(bitPattern: bits).isNaN { return stored.isNaN && back.isNaN }
        return back.bitPattern == bits
    }

    @Test("comes from the octets of a message as their bit pattern, also of NaN")
    func octets() throws {
        var random = SplitMix64(seed: 32)
        let target = ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue)
        for round in 0..<4096 {
            let bits =
                round < 512
                ? UInt32(round & 1) << 31 | UInt32(round >> 1) << 23
                : UInt32.random(in: .min ... .max, using: &random)
            let reply = ReadPropertyAck(target, values: [.real(Float(bitPattern: bits))])
            let read = try ReadPropertyAck(decoding: reply.encoded)
            guard case .real(let real)? = read.values.first else {
                Issue.record("\(bits) is not read as a real")
                continue
            }
            #expect(real.bitPattern == bits)
        }
    }
}
