import BACnetMessages
import BuildingModel
import TestSupport
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

/// Random histories of a device's log, read with lost replies and crashes after any action: the store
/// has every record that the log held, once, and gaps exactly where records were lost.
@Suite("Trend logs, random histories") struct LogHistoryTests {
    @Test(
        "are stored whole, with gaps exactly where records were lost",
        arguments: FakeLog.Kind.allCases)
    func random(kind: FakeLog.Kind) {
        for seed in 0..<UInt64(300) {
            var trial = Trial(kind, seed: seed)
            trial.run()
            if !trial.check() { return }
        }
    }

    @Test("of an honest log are read once, record by record, over the wrap of its numbers")
    func once() {
        for seed in 0..<UInt64(50) {
            var trial = Trial(.honest, seed: seed)
            trial.isCalm = true
            trial.run()
            guard trial.check() else { return }
            #expect(
                trial.storeCounts.values.allSatisfy { $0 == 1 },
                "seed \(seed): \(trial.storeCounts.filter { $0.value > 1 })")
        }
    }
}

/// What a process leaves when it ends: the store with its cursor.
private struct Disk {
    var samples: [Timestamp: Double] = [:]
    var gaps: Set<Gap> = []
    var cursor: LogCursor?
}

private struct Trial {
    static let point = PointAddress(device: 7, type: .input, number: 1)
    let seed: UInt64
    var log: FakeLog
    var random: SplitMix64
    var disk = Disk()
    var storeCounts: [Timestamp: Int] = [:]
    /// Records that a pass has to have stored.
    var due: Set<Int> = []
    /// Samples that were stored and whose cursor was not, because of a crash: if the log loses them
    /// meanwhile, the next pass takes them for lost.
    var unsaved: Set<Timestamp> = []
    var isUnsaved: Set<Timestamp> = []
    /// The last record when the first cursor was saved: what was lost before, no pass can know.
    var knownSince: Timestamp?
    /// Whether no crash and no loss of replies happens.
    var isCalm = false

    init(_ kind: FakeLog.Kind, seed: UInt64) {
        self.seed = seed
        random = SplitMix64(seed: seed)
        let isWrapping = Bool.random(using: &random)
        log = FakeLog(
            kind, bufferSize: .random(in: 2...60, using: &random),
            firstNumber: isWrapping ? .max - .random(in: 0..<80, using: &random) : 1)
    }

    mutating func run() {
        for _ in 0..<Int.random(in: 3...14, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0 where !isCalm:
                log.purge(resetsNumbers: Bool.random(using: &random))
            case 1:
                for _ in 0..<log.bufferSize + 3 { log.append() }
            default:
                for _ in 0..<Int.random(in: 0..<log.bufferSize, using: &random) { append() }
            }
            pass(isCalm: isCalm)
        }
        append()
        log.append()
        pass(isCalm: true)
    }

    /// A record; some are of other kinds than values.
    private mutating func append() {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: log.append(.values([.failure(ErrorReply(.property, .other))]))
        case 1: log.append(.timeChange(1.5))
        default: log.append()
        }
    }

    /// One pass; it may be cut short after any action, and is repeated then.
    private mutating func pass(isCalm: Bool) {
        for _ in 0..<(isCalm ? 1 : Int.random(in: 1...3, using: &random)) {
            let actionCount = isCalm ? Int.max : Int.random(in: 1...40, using: &random)
            let held = log.held
            if go(actionCount: actionCount, isCalm: isCalm) {
                // Those that were overwritten while it was read may be lost.
                due.formUnion(held.clamped(to: log.held))
            }
        }
    }

    /// - Returns: whether the pass came to its end.
    private mutating func go(actionCount: Int, isCalm: Bool) -> Bool {
        var backfill = LogBackfill(
            cursor: disk.cursor, clock: DeviceClock(), settings: BackfillSettings(),
            octetCountMax: .random(in: 50...480, using: &random), isMultiple: false, verifies: true
        ) { _ in .success(LogMember(point: Trial.point)) }
        let most = Int.random(in: 2...30, using: &random)
        var left = actionCount
        defer { isUnsaved.formUnion(unsaved) }
        var actions = backfill.take(.begin, at: log.now)
        while true {
            var event: LogBackfill.Event?
            for action in actions {
                guard left > 0 else { return false }
                left -= 1
                switch action {
                case .readProperties: event = .properties(log.properties)
                case .read(let range):
                    let isLost = !isCalm && Int.random(in: 0..<6, using: &random) == 0
                    event = isLost ? .failed(.silent("lost")) : log.reply(to: range, most: most)
                    // The device goes on while it is read.
                    if !isCalm, Int.random(in: 0..<5, using: &random) == 0 { log.append() }
                case .store(let samples):
                    for sample in samples {
                        unsaved.insert(sample.timestamp)
                        storeCounts[sample.timestamp, default: 0] += 1
                        if disk.samples[sample.timestamp] == nil {
                            disk.samples[sample.timestamp] = sample.value
                        }
                    }
                case .record(let gaps): disk.gaps.formUnion(gaps)
                case .note: break
                case .save(let cursor):
                    disk.cursor = cursor
                    knownSince = knownSince ?? cursor.lastTime
                    unsaved = []
                case .finish(let outcome):
                    if isCalm { #expect(outcome.ending == .done, "seed \(seed): \(outcome)") }
                    return outcome.ending == .done
                }
            }
            guard let event else { return false }
            actions = backfill.take(event, at: log.now)
        }
    }

    func check() -> Bool {
        var expected: [Timestamp: Double] = [:]
        var isSound = true
        for record in log.made.indices {
            guard case .values(let values) = log.made[record].content,
                case .real(let value) = values[0]
            else { continue }
            let time = FakeLog.time(of: record)
            let stored = disk.samples[time]
            expected[time] = Double(value)
            let isRight = stored == nil ? !due.contains(record) : stored == Double(value)
            if !isRight { print("WRONG", record, stored as Any, log.made.count) }
            isSound = isSound && isRight
        }
        isSound = isSound && disk.samples.keys.allSatisfy { expected[$0] != nil }
        #expect(isSound, "\(log.kind) seed \(seed): samples are missing, wrong or invented")
        return isSound && checkGaps()
    }

    /// Between the first and the last sample a record without a sample is in a gap with its reason, and
    /// one with a sample is in none.
    private func checkGaps() -> Bool {
        guard let first = knownSince, let last = disk.samples.keys.max() else {
            return true
        }
        for record in log.made.indices {
            let time = FakeLog.time(of: record)
            guard time > first, time < last else { continue }
            let reasons = Set(disk.gaps.filter { $0.range.contains(time) }.map(\.reason))
            let isSound: Bool
            if disk.samples[time] != nil {
                isSound = reasons.isEmpty || isUnsaved.contains(time) && reasons == [.logLost]
            } else if case .timeChange = log.made[record].content {
                isSound = reasons.isSubset(of: [.logLost, .deviceError])
            } else if case .values(let values) = log.made[record].content,
                case .failure = values[0]
            {
                isSound = !reasons.isEmpty && reasons.isSubset(of: [.deviceError, .logLost])
            } else {
                isSound = reasons.contains(.logLost)
            }
            guard isSound else {
                Issue.record(
                    "\(log.kind) seed \(seed): record \(record) of \(log.made.count), \(log.made[record].content), gaps \(reasons), stored \(String(describing: disk.samples[time]))"
                )
                return false
            }
        }
        return true
    }
}
