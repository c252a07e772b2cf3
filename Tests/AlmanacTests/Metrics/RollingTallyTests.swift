import TestSupport
import Testing

@testable import Almanac

@Suite("RollingTally") struct RollingTallyTests {
    @Test("forgets after its window, a sixtieth at a time") func window() {
        var tally = RollingTally(window: .seconds(900))
        tally.add(2, sum: 5, at: .seconds(1000))
        #expect(tally.total(at: .seconds(1000)).count == 2)
        #expect(tally.total(at: .seconds(1000)).sum == 5)
        #expect(tally.total(at: .seconds(1880)).count == 2)
        #expect(tally.total(at: .seconds(1901)).count == 0)
        tally.add(3, at: .seconds(1901))
        #expect(tally.total(at: .seconds(1901)).count == 3)
    }

    @Test("agrees with a list, within a slot") func list() {
        var random = SplitMix64(seed: 3)
        var tally = RollingTally(window: .seconds(900))
        var list: [Int] = []
        var now = 0
        for _ in 0..<2000 {
            now += Int.random(in: 0...40, using: &random)
            tally.add(1, sum: 1, at: .seconds(now))
            list.append(now)
            let found = tally.total(at: .seconds(now)).count
            #expect(found <= list.count { $0 > now - 900 })
            #expect(found >= list.count { $0 > now - 885 })
        }
    }

    @Test("takes what comes late, and drops what comes after its slot was reused") func late() {
        var tally = RollingTally(window: .seconds(60))
        tally.add(1, at: .seconds(100))
        tally.add(1, at: .seconds(90))
        #expect(tally.total(at: .seconds(100)).count == 2)
        tally.add(1, at: .seconds(40))
        #expect(tally.total(at: .seconds(100)).count == 2)
        tally.add(1, at: .seconds(-5))
        #expect(tally.total(at: .seconds(100)).count == 2)
    }
}
