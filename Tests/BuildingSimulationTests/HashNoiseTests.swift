import Testing

@testable import BuildingSimulation

@Suite("HashNoise") struct HashNoiseTests {
    private let noise = HashNoise(seed: 11)

    @Test("is smooth, bounded, and as steep as it says") func smooth() {
        let spacing: Int64 = 3_600_000
        for step in Int64(-2000)..<2000 {
            let time = step * 60_000
            let here = noise.smooth(at: time, spacing: spacing)
            let next = noise.smooth(at: time + 60_000, spacing: spacing)
            #expect(abs(here) <= 1)
            let slope = noise.slopePerHour(at: time + 30_000, spacing: spacing)
            #expect(abs(slope) <= 3)
            #expect(abs((next - here) * 60 - slope) < 0.01)
        }
    }

    @Test("fills its range evenly and differs by branch") func even() {
        let units = (0..<10_000).map { noise.unit($0) }
        #expect(units.allSatisfy { (0..<1).contains($0) })
        #expect(abs(units.reduce(0, +) / 10_000 - 0.5) < 0.02)
        #expect(noise.branch(1).bits(0) != noise.branch(2).bits(0))
        #expect(Set((0..<1000).map { noise.integer($0, in: -3...3) }) == Set(-3...3))
    }
}
