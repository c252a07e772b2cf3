import AlmanacSimulation
import DurableFiles
import Synchronization
import Testing

@testable import Almanac

@Suite("RealtimeCache") struct RealtimeCacheTests {
    private let time = ManualTime()
    private let point = PointAddress(device: 1201, type: .input, number: 5)

    private func value(
        _ value: Double, of point: PointAddress? = nil, after offset: Duration = .zero
    ) -> RealtimeValue {
        RealtimeValue(
            point: point ?? self.point, value: value, timestamp: time.now + offset,
            dataType: .analog)
    }

    @Test("is fresh at 60.000 s and not at 60.001 s") func boundary() throws {
        let cache = try RealtimeCache(time: time)
        let stamp = time.now
        cache.cache(value(21.5))
        time.advance(by: .seconds(60))
        let atEnd = try #require(cache.cachedValue(of: point))
        #expect(atEnd.isFresh && atEnd.age == .seconds(60) && atEnd.value.isFresh(at: time.now))
        time.advance(by: .milliseconds(1))
        let beyond = try #require(cache.cachedValue(of: point))
        #expect(!beyond.isFresh && !beyond.value.isFresh(at: time.now))
        #expect(beyond.value.value == 21.5 && beyond.value.timestamp == stamp)
    }

    @Test("keeps nothing fresh for a clock that was set back") func clockSetBack() throws {
        let cache = try RealtimeCache(time: time)
        cache.cache(value(1))
        time.advance(by: .seconds(50))
        time.setWall(by: .seconds(-40))
        #expect(cache.cachedValue(of: point)?.age == .seconds(50))
        time.advance(by: .milliseconds(10_001))
        let held = try #require(cache.cachedValue(of: point))
        #expect(!held.isFresh && held.value.isFresh(at: time.now))
    }

    // A clock set back by an hour made every new value older than the held one: the cache would
    // have taken nothing for that hour.
    @Test("takes new values after the clock was set back") func takesAfterSetBack() throws {
        let cache = try RealtimeCache(time: time)
        cache.cache(value(1))
        time.setWall(by: .seconds(-3600))
        #expect(cache.cache(value(2)))
        #expect(cache.cachedValue(of: point)?.value.value == 2)
    }

    @Test("makes everything stale when the clock is set forth") func clockSetForth() throws {
        let cache = try RealtimeCache(time: time)
        cache.cache(value(1))
        time.setWall(by: .seconds(61))
        #expect(cache.cachedValue(of: point)?.isFresh == false)
    }

    @Test("holds a stamp in the future with age 0, tells of it, and lets it age") func future()
        throws
    {
        let events = Events()
        let cache = try RealtimeCache(time: time) { events.add($0) }
        let early = value(1, after: .seconds(300))
        cache.cache(early)
        let held = try #require(cache.cachedValue(of: point))
        #expect(held.isFresh && held.age == .zero)
        let expected = CacheEvent(
            kind: .stampInFuture(by: .seconds(300)), point: point, timestamp: early.timestamp)
        #expect(events.all == [expected])
        time.advance(by: .milliseconds(60_001))
        #expect(cache.cachedValue(of: point)?.isFresh == false)
        #expect(cache.cache(value(2)))
        #expect(cache.cachedValue(of: point)?.value.value == 2)
    }

    @Test("ignores what is older than the held value") func older() throws {
        let cache = try RealtimeCache(time: time)
        time.advance(by: .seconds(10))
        #expect(cache.cache(value(1)))
        #expect(!cache.cache(value(2, after: .milliseconds(-1))))
        #expect(cache.cache(value(3)))
        #expect(cache.cachedValue(of: point)?.value.value == 3)
    }

    @Test("holds no value that is not a number") func notANumber() throws {
        let events = Events()
        let cache = try RealtimeCache(time: time) { events.add($0) }
        #expect(cache.cache([value(.nan), value(.infinity)]) == 0)
        #expect(cache.cachedValue(of: point) == nil)
        #expect(events.all.map(\.kind) == [.notANumber, .notANumber])
    }

    @Test("knows when an entry began and when it was last told") func entryTimes() throws {
        let cache = try RealtimeCache(time: time)
        let began = time.now
        cache.cache(value(1))
        time.advance(by: .seconds(5))
        cache.cache(value(2))
        let held = try #require(cache.cachedValue(of: point)).value
        #expect(held.createdAt == began && held.updatedAt == time.now)
    }

    @Test("lets the least recently used go, and counts it") func bound() throws {
        let cache = try RealtimeCache(capacity: 3, time: time)
        let points = (1...4).map { PointAddress(device: 7, type: .variable, number: $0) }
        for point in points.prefix(3) { cache.cache(value(1, of: point)) }
        _ = cache.cachedValue(of: points[0])
        cache.cache(value(1, of: points[3]))
        #expect(cache.cachedValues(of: 7).map(\.value.point.number) == [1, 3, 4])
        #expect(cache.stats().evictionCount == 1 && cache.stats(of: 7).totalPoints == 3)
        cache.checkInvariants()
    }

    @Test("refuses a bound that it cannot have", arguments: [0, -1, 200_001])
    func wrongBound(capacity: Int) {
        #expect { try RealtimeCache(capacity: capacity) } throws: { error in
            (error as? HistoryError)?.code == .invalidParameter
                && (error as? HistoryError)?.parameter == "capacity"
        }
    }

    @Test("sweeps what is stale, and what is stale for long") func sweep() throws {
        let cache = try RealtimeCache(time: time)
        let points = (1...1000).map { PointAddress(device: 7, type: .variable, number: $0) }
        cache.cache(points.map { value(1, of: $0) })
        time.advance(by: .seconds(30))
        cache.cache(points.prefix(400).map { value(2, of: $0) })
        time.advance(by: .seconds(31))
        #expect(cache.evictStaleValues(staleFor: .seconds(1)) == 0)
        #expect(cache.evictStaleValues() == 600)
        #expect(cache.evictStaleValues() == 0)
        let stats = cache.stats()
        #expect(stats.totalPoints == 400 && stats.freshPoints == 400 && stats.evictionCount == 0)
        cache.checkInvariants()
    }

    @Test("counts hits and misses for each device and for all") func counts() throws {
        let cache = try RealtimeCache(time: time)
        let other = PointAddress(device: 9, type: .output, number: 1)
        cache.cache(value(1))
        cache.cache(value(0, of: other))
        for _ in 0..<3 { _ = cache.cachedValue(of: point) }
        _ = cache.cachedValue(of: PointAddress(device: 404, type: .input, number: 1))
        time.advance(by: .seconds(61))
        _ = cache.cachedValues(of: 1201)
        cache.cache(value(1, of: other))
        let own = cache.stats(of: 1201)
        #expect(own.cacheHitCount == 3 && own.cacheMissCount == 1 && own.cacheHitRate == 0.75)
        #expect(own.totalPoints == 1 && own.stalePoints == 1 && own.deviceReadsSaved == 3)
        let all = cache.stats()
        #expect(all.cacheHitCount == 3 && all.cacheMissCount == 2)
        #expect(all.totalPoints == 2 && all.freshPoints == 1)
        #expect(Set(cache.statsByDevice().keys) == [1201, 9, 404])
        #expect(cache.stats(of: 404).cacheMissCount == 1 && CacheStats().cacheHitRate == 0)
    }

    private final class Events: Sendable {
        private let events = Guarded<[CacheEvent]>([])
        var all: [CacheEvent] { events.withLock { $0 } }
        func add(_ event: CacheEvent) { events.withLock { $0.append(event) } }
    }
}
