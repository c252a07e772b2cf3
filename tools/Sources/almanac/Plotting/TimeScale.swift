import Almanac
import SegmentStore
import TimeSeriesModel

/// The times from the left to the right of a picture, with round ones of a zone to be labelled.
struct TimeScale: Sendable {
    struct Tick: Equatable, Sendable {
        let time: Timestamp
        let label: String
    }

    let range: TimeRange
    let zone: TimeZoneRules

    /// 0 on the left, 1 on the right.
    func position(of time: Int64) -> Double {
        let length = Double(range.to.milliseconds - range.from.milliseconds)
        return max(0, min(1, Double(time - range.from.milliseconds) / length))
    }

    /// Round times, `countMax` at most.
    func ticks(countMax: Int) -> [Tick] {
        for step in TimeStep.all {
            let length = Double(range.to.milliseconds - range.from.milliseconds)
            guard length / Double(step.typicalLength) <= Double(max(1, countMax)) else { continue }
            let ticks = step.moments(in: range, zone).map {
                Tick(time: $0, label: step.label(of: $0, zone))
            }
            if ticks.count <= max(1, countMax) { return ticks }
        }
        return []
    }

    /// `2025-03-01 08:00 to 2025-03-02 08:00, Europe/Zurich`.
    var title: String {
        "\(TimeScale.text(of: range.from, zone)) to \(TimeScale.text(of: range.to, zone)), "
            + zone.name
    }

    /// Without the offset, and without seconds where there are none.
    private static func text(of time: Timestamp, _ zone: TimeZoneRules) -> String {
        let text = String(zone.text(of: time).prefix(19))
        return text.hasSuffix(":00") ? String(text.dropLast(3)) : text
    }
}

/// How far apart labelled times lie.
private struct TimeStep {
    let width: BucketWidth
    /// In milliseconds.
    let typicalLength: Int64

    static let all: [TimeStep] =
        [1, 2, 5, 10, 20, 50, 100, 200, 500].map { TimeStep(.milliseconds($0), $0) }
        + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].map {
            TimeStep(.milliseconds($0 * 1000), $0 * 1000)
        }
        + [1, 2, 3, 6, 12].map { TimeStep(.milliseconds($0 * 3_600_000), $0 * 3_600_000) }
        + [1, 2].map { TimeStep(.days($0), $0 * 86_400_000) }
        + [1, 2].map { TimeStep(.weeks($0), $0 * 604_800_000) }
        + [1, 2, 3, 6].map { TimeStep(.months($0), $0 * 2_629_746_000) }
        + [1, 2, 5, 10, 20, 50, 100].map { TimeStep(.months($0 * 12), $0 * 31_556_952_000) }

    init(_ width: BucketWidth, _ typicalLength: Int64) {
        self.width = width
        self.typicalLength = typicalLength
    }

    func moments(in range: TimeRange, _ zone: TimeZoneRules) -> [Timestamp] {
        var found: [Timestamp] = []
        var index = firstIndex(in: range, zone)
        while true {
            let moment = start(of: index, zone)
            guard moment < range.to else { return found }
            // A time that a clock shows twice, or skips, is one tick.
            if moment >= range.from, found.last.map({ $0 < moment }) ?? true {
                found.append(moment)
            }
            index += 1
        }
    }

    private func firstIndex(in range: TimeRange, _ zone: TimeZoneRules) -> Int64 {
        guard case .milliseconds(let step) = width else {
            return BucketCalendar(width: width, zone: zone).index(containing: range.from)
        }
        let local = range.from.milliseconds + zone.offset(at: range.from)
        return local.floorDivided(by: step)
    }

    /// Hours are the clock's, not those of UTC: six o'clock is six o'clock in any zone.
    private func start(of index: Int64, _ zone: TimeZoneRules) -> Timestamp {
        guard case .milliseconds(let step) = width else {
            return BucketCalendar(width: width, zone: zone).start(of: index)
        }
        return zone.firstMoment(ofLocal: index * step)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The part of the time that the step moves, and a greater one where that begins anew.
    func label(of time: Timestamp, _ zone: TimeZoneRules) -> String {
        let local = time.milliseconds + zone.offset(at: time)
        let days = local.floorDivided(by: 86_400_000)
        let ofDay = local - days * 86_400_000
        let date = CivilDate(daysSince1970: days)
        let month = TimeStep.months[date.month - 1]
        if case .months(let count) = width {
            return count % 12 == 0 || date.month == 1 ? String(date.year) : month
        }
        if ofDay == 0 { return "\(month) \(date.day)" }
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
        let clock = "\(two(ofDay / 3_600_000)):\(two(ofDay / 60_000 % 60))"
        if typicalLength >= 60_000 { return clock }
        let seconds = clock + ":\(two(ofDay / 1000 % 60))"
        if typicalLength >= 1000 { return seconds }
        let fraction = String(ofDay % 1000 + 1000).dropFirst()
        return "\(seconds).\(fraction)"
    }
}
