import Testing
import TimeSeriesModel

@testable import AlmanacCollector

@Suite("DeviceWatch") struct DeviceWatchTests {
    @Test(
        "probes a silent device after 10, 30, 60, 120 … 600 s, each by a fifth longer or shorter",
        arguments: [1, 2, 77])
    func pauses(seed: UInt64) throws {
        var watch = DeviceWatch(seed: seed)
        var now = Duration.seconds(1000)
        expectEqual(watch.noteLoss(at: now), .becameSuspect)
        let nominal: [Duration] = [10, 30, 60, 120, 240, 480, 600, 600, 600].map { .seconds($0) }
        for (index, pause) in nominal.enumerated() {
            let next = try #require(watch.nextProbe)
            #expect(next - now >= pause * 0.8 && next - now <= min(pause * 1.2, .seconds(600)))
            expectEqual(watch.takeProbe(at: next - .milliseconds(1)), false)
            expectEqual(watch.takeProbe(at: next), true)
            // One probe at a time.
            expectEqual(watch.takeProbe(at: next + .seconds(3600)), false)
            now = next + .seconds(20)
            expectEqual(watch.noteLoss(at: now), (index == 0 ? .becameOffline : nil))
        }
        #expect(watch.state == .offline && watch.lostCount == 10)
        expectEqual(watch.noteReply(), .cameBack(lostCount: 10))
        #expect(watch.state == .ok && watch.nextProbe == nil && !watch.isAway)
        expectEqual(watch.noteReply(), nil)
    }

    @Test("probes at once when any packet comes, and no replying device") func packet() {
        var watch = DeviceWatch(seed: 1)
        watch.hear(at: .seconds(1))
        expectEqual(watch.takeProbe(at: .seconds(1)), false)
        _ = watch.noteLoss(at: .seconds(2))
        watch.hear(at: .seconds(3))
        expectEqual(watch.takeProbe(at: .seconds(3)), true)
    }

    @Test("has the same pauses with the same seed, others with another") func seeds() {
        func first(_ seed: UInt64) -> Duration? {
            var watch = DeviceWatch(seed: seed)
            _ = watch.noteLoss(at: .zero)
            return watch.nextProbe
        }
        #expect(first(1) == first(1))
        #expect(Set((1...20).compactMap(first)).count == 20)
    }
}
