import TestSupport
import Testing

@testable import Almanac

@Suite("CacheTable") struct CacheTableTests {
    /// The same in the plainest way: a list, latest used last.
    private struct Model {
        let capacity: Int
        var entries: [RealtimeValue] = []
        var evictions = 0

        mutating func hold(_ value: RealtimeValue) {
            entries.removeAll { $0.point == value.point }
            if entries.count == capacity {
                entries.removeFirst()
                evictions += 1
            }
            entries.append(value)
        }

        mutating func find(_ point: PointAddress) -> Double? {
            guard let index = entries.firstIndex(where: { $0.point == point }) else { return nil }
            entries.append(entries.remove(at: index))
            return entries.last?.value
        }
    }

    @Test("does as a list in order of use does", arguments: [1, 2, 7, 50] as [Int])
    func model(capacity: Int) {
        let seed = UInt64(capacity) &* 77
        var random = SplitMix64(seed: seed)
        var table = CacheTable(capacity: capacity)
        var model = Model(capacity: capacity)
        for step in 0..<20_000 {
            let moment = CacheTable.Moment(
                now: Timestamp(seconds: Int64(step)), uptime: .seconds(step))
            let point = PointAddress(
                device: DeviceID(UInt32.random(in: 1...6, using: &random)), type: .input,
                number: UInt32.random(in: 1...12, using: &random))
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<9:
                let value = RealtimeValue(
                    point: point, value: Double(step), timestamp: moment.now, dataType: .analog,
                    timeToLive: .seconds(100))
                _ = table.hold(value, at: moment)
                model.hold(value)
            case 9..<19:
                let found = table.find(point, within: nil, at: moment)
                #expect(found?.value.value == model.find(point), "seed \(seed), step \(step)")
            default:
                _ = table.removeStale(
                    in: 0..<table.slots.count, staleFor: .zero, at: moment)
                model.entries.removeAll {
                    moment.now.milliseconds - $0.timestamp.milliseconds > 100_000
                }
            }
            if step % 100 == 0 { table.checkInvariants() }
        }
        table.checkInvariants()
        #expect(table.count == model.entries.count && table.total.evictions == model.evictions)
    }

    @Test("forgets the counts of devices long gone before they outgrow it") func rows() {
        var table = CacheTable(capacity: 4)
        let moment = CacheTable.Moment(now: Timestamp(seconds: 0), uptime: .zero)
        for device in 1...5000 as ClosedRange<UInt32> {
            let point = PointAddress(device: DeviceID(device), type: .input, number: 1)
            let value = RealtimeValue(
                point: point, value: 1, timestamp: moment.now, dataType: .analog)
            _ = table.hold(value, at: moment)
            #expect(table.devices.count <= 4 + CacheTable.emptyRowsMax)
            if device % 100 == 0 { table.checkInvariants() }
        }
        table.checkInvariants()
        #expect(table.total.evictions == 4996)
    }
}
