import Almanac
import Logging
import Testing

@Suite("HealthThreshold") struct HealthThresholdTests {
    private let time = HandTime()
    private let log = CapturingLog()
    private let recorder: MetricsRecorder

    init() {
        recorder = MetricsRecorder(time: time, logger: log.logger, factory: CapturingMetrics())
    }

    /// Makes a metric well, bad or very bad.
    private func inject(_ threshold: HealthThreshold, _ level: HealthLevel) {
        let percent = level == .ok ? 100 : level == .warning ? 88 : 10
        let milliseconds = level == .ok ? 1 : level == .warning ? 150 : 900
        switch threshold {
        case .cacheHitRate:
            recorder.recordCacheRequests(hits: percent, misses: 100 - percent)
        case .databaseQueryTime: recorder.recordQuery(duration: .milliseconds(milliseconds))
        case .diskUsed:
            var gauges = HealthGauges()
            gauges.diskUsedFraction = level == .ok ? 0.4 : level == .warning ? 0.9 : 0.97
            recorder.set(gauges)
        case .collectionSuccessRate:
            recorder.recordReadings(succeeded: percent, failed: 100 - percent)
        case .apiResponseTime:
            recorder.recordRequest(
                route: "/", status: 200, duration: .milliseconds(milliseconds))
        }
    }

    @Test(
        "fires once on each injected fault, once when it gets worse, and clears once",
        arguments: HealthThreshold.allCases)
    func faults(threshold: HealthThreshold) throws {
        var previous = HealthLevel.ok
        let course: [HealthLevel] = [.warning, .critical, .warning, .ok, .critical, .ok]
        for level in course {
            // Beyond the window, so that what was before counts no more.
            time.pass(.seconds(1000))
            for _ in 0..<3 {
                inject(threshold, level)
                let crossings = recorder.checkThresholds()
                guard level != previous else {
                    #expect(crossings == [])
                    continue
                }
                let crossing = try #require(crossings.first)
                #expect(crossings.count == 1)
                #expect(crossing.threshold == threshold)
                #expect(crossing.level == level)
                #expect(crossing.previousLevel == previous)
                #expect(crossing.time == time.now)
                #expect(crossing.value == threshold.value(in: recorder.health()))
                previous = level
            }
            #expect(recorder.raisedThresholds == (level == .ok ? [:] : [threshold: level]))
        }
        #expect(
            log.lines.map(\.level) == [
                .warning, .critical, .warning, .notice, .critical, .notice,
            ])
        let line = try #require(log.lines.first)
        #expect(line.message.hasPrefix(threshold.rawValue + " is "))
        #expect(line.metadata["metric"] == "\(threshold.rawValue)")
        #expect(line.metadata["level"] == "warning")
        #expect(line.metadata["value"] != nil)
    }

    @Test("fires all five at once") func five() {
        for threshold in HealthThreshold.allCases { inject(threshold, .critical) }
        let crossings = recorder.checkThresholds()
        #expect(crossings.map(\.threshold) == HealthThreshold.allCases)
        #expect(crossings.allSatisfy { $0.level == .critical })
        #expect(recorder.checkThresholds() == [])
        #expect(log.lines.count == 5)
    }

    @Test("keeps its level while nothing happens: silence is no recovery") func silence() {
        inject(.collectionSuccessRate, .critical)
        #expect(recorder.checkThresholds().count == 1)
        time.pass(.seconds(5000))
        #expect(recorder.health().collectionSuccessRate == nil)
        #expect(recorder.checkThresholds() == [])
        #expect(recorder.raisedThresholds == [.collectionSuccessRate: .critical])
    }

    @Test(
        "is well at the bound itself",
        arguments: [
            (HealthThreshold.cacheHitRate, 0.9, 0.8), (.databaseQueryTime, 100, 500),
            (.diskUsed, 0.8, 0.95), (.collectionSuccessRate, 0.95, 0.85),
            (.apiResponseTime, 50, 200),
        ])
    func bounds(threshold: HealthThreshold, warning: Double, critical: Double) {
        #expect(threshold.warningBound == warning)
        #expect(threshold.criticalBound == critical)
        #expect(threshold.level(of: warning) == .ok)
        #expect(threshold.level(of: critical) == .warning)
        func beyond(_ bound: Double) -> Double {
            threshold.isLowerBound ? bound.nextDown : bound.nextUp
        }
        #expect(threshold.level(of: beyond(warning)) == .warning)
        #expect(threshold.level(of: beyond(critical)) == .critical)
    }

    @Test("is well at the bound also when measured") func measuredBound() {
        for _ in 0..<7 {
            recorder.recordRequest(route: "/", status: 200, duration: .milliseconds(50))
            recorder.recordQuery(duration: .milliseconds(100))
        }
        recorder.recordCacheRequests(hits: 9, misses: 1)
        recorder.recordReadings(succeeded: 19, failed: 1)
        #expect(recorder.checkThresholds() == [])
    }

    @Test("says in a sentence what is wrong") func sentence() {
        recorder.recordCacheRequests(hits: 2, misses: 1)
        let crossing = recorder.checkThresholds().first
        #expect(crossing?.description == "cache_hit_rate is 0.6667, below 0.8: critical")
    }
}
