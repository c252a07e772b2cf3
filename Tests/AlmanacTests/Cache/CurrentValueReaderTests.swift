import AlmanacSimulation
import DurableFiles
import Synchronization
import Testing

@testable import Almanac

@Suite("CurrentValueReader") struct CurrentValueReaderTests {
    private let point = PointAddress(device: 1201, type: .input, number: 5)

    private static let dead: ScriptedSource.Script = { _ in .failure(.timeout("no answer")) }

    /// Some callers of a point at once; their answers, in order.
    private func ask(
        _ bench: ReaderBench, times count: Int = 1, maxAge: Duration? = nil
    ) throws -> [Result<CurrentValue, HistoryError>] {
        try bench.world.run { [point] in
            let tasks = (0..<count).map { _ in bench.ask(point, maxAge: maxAge) }
            var answers: [Result<CurrentValue, HistoryError>] = []
            for task in tasks { answers.append(await task.value) }
            return answers
        }
    }

    @Test("reads the device once for a hundred callers") func singleFlight() throws {
        let bench = try ReaderBench()
        let answers = try ask(bench, times: 100)
        #expect(bench.source.requestCount == 1)
        for answer in answers {
            let current = try answer.get()
            #expect(current.value.value == 5 && current.isFresh && current.origin == .device)
        }
        #expect(bench.world.time.uptime == .seconds(2))
        let stats = bench.cache.stats(of: 1201)
        #expect(stats.cacheMissCount == 100 && bench.cache.stats().cacheMissCount == 100)
        #expect(stats.deviceReadsSaved == 99)
        #expect(try ask(bench)[0].get().origin == .cache)
        #expect(bench.source.requestCount == 1)
    }

    @Test("shares one failure, and remembers none") func sharedFailure() throws {
        let bench = try ReaderBench(script: CurrentValueReaderTests.dead)
        for round in 1...2 {
            let answers = try ask(bench, times: 100)
            #expect(bench.source.requestCount == round)
            for answer in answers { #expect(answer.code == .deviceTimeout) }
        }
    }

    @Test("tells a device's error from its silence") func deviceError() throws {
        let bench = try ReaderBench { _ in .failure(.deviceError("unknown object")) }
        #expect(try ask(bench)[0].code == .deviceError)
        let unreal = try ReaderBench { _ in .success(.nan) }
        #expect(try ask(unreal)[0].code == .deviceError)
        #expect(unreal.cache.stats().totalPoints == 0)
    }

    @Test("lets one caller go without the others", arguments: [0, 57, 99])
    func cancellation(cancelled: Int) throws {
        let bench = try ReaderBench()
        let answers = try bench.world.run { [point] in
            let tasks = (0..<100).map { _ in bench.ask(point) }
            try await bench.world.time.sleep(until: .seconds(1))
            tasks[cancelled].cancel()
            var answers: [Result<CurrentValue, HistoryError>] = []
            for task in tasks { answers.append(await task.value) }
            return answers
        }
        #expect(bench.source.requestCount == 1)
        for (index, answer) in answers.enumerated() {
            #expect(answer.code == (index == cancelled ? .cancelled : nil))
        }
    }

    @Test("does not read for callers that have all gone before the device's turn")
    func abandoned() throws {
        let bench = try ReaderBench()
        let other = PointAddress(device: 1201, type: .input, number: 6)
        try bench.world.run { [point] in
            let first = bench.ask(point)
            try await bench.world.time.sleep(until: .seconds(1))
            let second = bench.ask(other)
            try await bench.world.time.sleep(until: .milliseconds(1500))
            second.cancel()
            #expect(await second.value.code == .cancelled)
            #expect(await first.value.code == nil)
        }
        #expect(bench.source.seen.requests == [[point]])
        #expect(bench.isIdle)
    }

    @Test("keeps what was read for callers that have gone meanwhile") func goneInFlight() throws {
        let bench = try ReaderBench()
        try bench.world.run { [point] in
            let only = bench.ask(point)
            try await bench.world.time.sleep(until: .seconds(1))
            only.cancel()
            #expect(await only.value.code == .cancelled)
            try await bench.world.time.sleep(until: .seconds(3))
            #expect(bench.cache.peek(point)?.value.value == 5)
        }
        #expect(bench.isIdle)
    }

    @Test("gives the stale value on failure, stale and with its own time") func onFailure() throws {
        let bench = try ReaderBench(script: CurrentValueReaderTests.dead)
        let stamp = bench.hold(point, 20)
        bench.world.time.advance(by: .seconds(61))
        let answer = try ask(bench)[0].get()
        #expect(bench.source.requestCount == 1 && bench.world.time.uptime == .seconds(63))
        #expect(answer.value.value == 20 && answer.value.timestamp == stamp)
        #expect(!answer.isFresh && answer.origin == .cache && answer.age == .seconds(63))
    }

    @Test("asks no device that rests") func resting() throws {
        let bench = try ReaderBench(script: CurrentValueReaderTests.dead)
        bench.hold(point, 20)
        bench.source.rest(1201)
        bench.world.time.advance(by: .seconds(61))
        #expect(try ask(bench)[0].get().isFresh == false)
        #expect(bench.source.requestCount == 0 && bench.world.time.uptime == .seconds(61))
    }

    @Test("gives the stale value at once and reads behind it") func whileRefreshing() throws {
        let bench = try ReaderBench(staleService: .whileRefreshing)
        bench.hold(point, 20)
        bench.world.time.advance(by: .seconds(61))
        let answers = try ask(bench, times: 10)
        for answer in answers {
            #expect(try answer.get().value.value == 20 && answer.get().isFresh == false)
        }
        #expect(bench.world.time.uptime == .seconds(61))
        let later = try bench.world.run { [point] in
            try await bench.world.time.sleep(until: .seconds(63))
            return await bench.ask(point).value
        }
        #expect(try later.get().value.value == 5 && later.get().isFresh)
        #expect(bench.source.requestCount == 1 && bench.isIdle)
    }

    @Test("throws rather than give a stale value, where that is wanted") func never() throws {
        let bench = try ReaderBench(
            staleService: .never, script: CurrentValueReaderTests.dead)
        bench.hold(point, 20)
        bench.world.time.advance(by: .seconds(61))
        #expect(try ask(bench)[0].code == .deviceTimeout)
    }

    @Test("reads the device for a caller who wants it younger") func maxAge() throws {
        let bench = try ReaderBench()
        bench.hold(point, 20)
        bench.world.time.advance(by: .seconds(10))
        #expect(try ask(bench, maxAge: .seconds(10))[0].get().value.value == 20)
        bench.world.time.advance(by: .seconds(1))
        #expect(try ask(bench, maxAge: .seconds(10))[0].get().value.value == 5)
    }

    /// A value older than the caller accepts was returned at once, or if the device did not reply.
    @Test(
        "returns no value that is older than the caller accepts, in every mode",
        arguments: StaleService.allCases, [false, true])
    func tooOld(service: StaleService, isResting: Bool) throws {
        let bench = try ReaderBench(staleService: service, script: CurrentValueReaderTests.dead)
        bench.hold(point, 20)
        if isResting { bench.source.rest(1201) }
        bench.world.time.advance(by: .seconds(61))
        #expect(try ask(bench, maxAge: .seconds(50))[0].code == .deviceTimeout)
        // Stale and within the age: as without it.
        let accepted = try ask(bench, maxAge: .seconds(3600))[0]
        #expect(accepted.code == (service == .never ? .deviceTimeout : nil))
    }

    @Test("reads the device while it refreshes if the held value is older than is accepted")
    func youngerWhileRefreshing() throws {
        let bench = try ReaderBench(staleService: .whileRefreshing)
        bench.hold(point, 20)
        bench.world.time.advance(by: .seconds(61))
        #expect(try ask(bench, maxAge: .seconds(50))[0].get().value.value == 5)
        #expect(bench.source.requestCount == 1 && bench.isIdle)
    }

    @Test("asks for the points that wait for a device together, and one request at a time")
    func batches() throws {
        let bench = try ReaderBench()
        let points = (1...4).flatMap { device in
            (1...60).map {
                PointAddress(device: DeviceID(UInt32(device)), type: .input, number: UInt32($0))
            }
        }
        try bench.world.run {
            let tasks = points.map { bench.ask($0) }
            for task in tasks { #expect(await task.value.code == nil) }
        }
        let seen = bench.source.seen
        #expect(seen.openMax == 3 && seen.openPerDeviceMax == 1)
        #expect(seen.requests.allSatisfy { $0.count <= 25 })
        #expect(seen.requests.count == 12 && Set(seen.requests.joined()) == Set(points))
        #expect(bench.isIdle)
    }

    @Test("refuses one point more than may be waited for") func bound() throws {
        let bench = try ReaderBench(pointsWanted: 3)
        try bench.world.run {
            let tasks = (1...4).map {
                bench.ask(PointAddress(device: 1, type: .input, number: $0))
            }
            var refused = 0
            for task in tasks where await task.value.code == .limitExceeded { refused += 1 }
            #expect(refused == 1)
        }
        #expect(bench.isIdle)
    }
}
