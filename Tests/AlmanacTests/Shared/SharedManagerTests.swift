import Almanac
import AlmanacSimulation
import Foundation
import Synchronization
import TestSupport
import Testing

/// Everybody at one manager at once; run under the thread sanitizer too.
@Suite("SharedManager") struct SharedManagerTests {
    private static let threadCount = 80
    private static let callerCount = 10
    private static let followerCount = 10
    #if ALMANAC_THREAD_SANITIZER
        // Everything takes some twenty times as long there.
        private static let tickCount = 12
        private static let pause = 1.0
    #else
        private static let tickCount = 50
        /// Seconds between two rounds of a reader.
        private static let pause = 0.1
    #endif

    private let time = ManualTime(start: Timestamp("2026-03-01")!)
    private let progress = SharedProgress()

    @Test("a hundred readers see whole batches beside a writer, flushes, merges, removals, backups")
    func everybody() async throws {
        try await awaitingTemporaryFolder { folder in
            let manager = try DataManager.open(
                at: folder + "/s", time: time, source: SharedSource(time: time))
            try await SharedSite.prepare(manager)
            let start = manager.snapshot().position
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await readers(of: manager) }
                for _ in 0..<SharedManagerTests.callerCount {
                    group.addTask { await callCurrentValues(manager) }
                }
                for _ in 0..<SharedManagerTests.followerCount {
                    group.addTask { try await follow(manager, from: start) }
                }
                group.addTask { try await writeAll(manager, folder) }
                try await group.waitForAll()
            }
            #expect(progress.firstFailures == [])
            #expect(progress.answerCount.load(ordering: .relaxed) > 1000)
            #expect(try manager.verify(deep: true).isWhole)
            await manager.close()
            let again = try DataManager.open(at: folder + "/s", mode: .readOnly)
            try look(at: again, expecting: SharedManagerTests.tickCount)
        }
    }

    @Test("the first question for a device is answered to all who ask it at once")
    func firstQuestion()
        async throws
    {
        try await awaitingTemporaryFolder { folder in
            let manager = try DataManager.open(at: folder + "/s", time: time)
            let points = (1...50).map {
                PointAddress(device: DeviceID($0), type: .input, number: 1)
            }
            for point in points {
                try await manager.upsert(Device(deviceID: point.device, deviceName: "\(point)"))
                try await manager.upsert([MonitoringPoint(address: point, dataType: .analog)])
            }
            try await manager.store(
                points.map { PointSample(point: $0, value: 1, at: SharedSite.time(of: 0)) })
            await onThreads(8) { _ in
                for point in points where manager.cachedValue(of: point)?.value != 1 {
                    progress.fail("nothing held of \(point)")
                }
            }
            #expect(progress.firstFailures == [])
            await manager.close()
        }
    }

    private func look(at manager: DataManager, expecting count: Int) throws {
        for point in SharedSite.points {
            #expect(try manager.statistics(of: point, in: SharedSite.recent).count == count)
        }
    }
}

// What reads.
extension SharedManagerTests {
    private func readers(of manager: DataManager) async {
        await onThreads(SharedManagerTests.threadCount) { [progress] number in
            var reader = SharedReader(manager, progress, seed: UInt64(number))
            // Not all of them ask the same at the same time.
            var round = number
            do {
                repeat {
                    try reader.ask(round: round)
                    round += 1
                    Thread.sleep(forTimeInterval: SharedManagerTests.pause)
                } while !progress.isDone.load(ordering: .acquiring)
            } catch { progress.fail("\(error)") }
        }
    }

    /// Runs on threads, which the system takes turns with at any place: tasks would give way only
    /// where they wait.
    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async {
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            Thread {
                body(number)
                group.leave()
            }.start()
        }
        await withCheckedContinuation { done in
            group.notify(queue: .global()) { done.resume() }
        }
    }

    private func callCurrentValues(_ manager: DataManager) async {
        while !progress.isDone.load(ordering: .acquiring) {
            for point in SharedSite.points {
                do {
                    let current = try await manager.currentValue(of: point)
                    progress.check(
                        current.value.value == SharedSource.value(of: point) && current.isFresh,
                        "\(current) instead of what the device shows")
                } catch { progress.fail("\(error)") }
            }
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Sees each tick once, in order and whole.
    private func follow(_ manager: DataManager, from start: UInt64) async throws {
        var tick = 0
        var last = start
        for await observation in try manager.observe(from: start) {
            guard case .samples(let samples, let position) = observation else {
                return progress.fail("a reset, though all is kept")
            }
            progress.check(samples == SharedSite.batch(tick), "tick \(tick) is not whole")
            progress.check(position > last, "a position that went back")
            last = position
            tick += 1
            if tick == SharedManagerTests.tickCount { return }
        }
    }
}

// What writes.
extension SharedManagerTests {
    private func writeAll(_ manager: DataManager, _ folder: String) async throws {
        defer { progress.isDone.store(true, ordering: .releasing) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { progress.isStored.store(true, ordering: .releasing) }
                try await storeTicks(manager)
            }
            group.addTask {
                var round = 0
                while !progress.isStored.load(ordering: .acquiring) {
                    round += 1
                    try await manager.flush()
                    if round % 3 == 0 { try await manager.compact() }
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
            group.addTask { try await removeAndBackUp(manager, folder) }
            try await group.waitForAll()
        }
    }

    private func storeTicks(_ manager: DataManager) async throws {
        for tick in 0..<SharedManagerTests.tickCount {
            progress.begun.store(tick + 1, ordering: .releasing)
            let receipt = try await manager.store(SharedSite.batch(tick))
            progress.acknowledged.store(tick + 1, ordering: .releasing)
            progress.check(
                receipt.stored == SharedSite.points.count && receipt.durability == .durable,
                "\(receipt) of tick \(tick)")
            let snapshot = manager.snapshot()
            progress.check(snapshot.position >= receipt.position, "an older position")
            for point in SharedSite.points {
                let newest = try snapshot.latestValue(of: point)?.value
                progress.check(newest == Double(tick), "tick \(tick) was stored and is not seen")
            }
            if tick % 10 == 0 {
                let again = try await manager.store(SharedSite.batch(tick))
                progress.check(again.duplicates == SharedSite.points.count, "\(again) again")
            }
            // Values of the cache grow old, and devices are asked anew.
            time.advance(by: .seconds(30))
        }
    }

    /// Removes an old year, and copies the store, which is then whole and has what was acknowledged.
    private func removeAndBackUp(_ manager: DataManager, _ folder: String) async throws {
        for year in SharedSite.oldYears.dropLast() {
            let end = Timestamp("\(year + 1)-01-01")!
            let days = Int((time.now.milliseconds - end.milliseconds) / 86_400_000)
            progress.removalsBegun.add(1, ordering: .releasing)
            let report = try await manager.removeSamples(olderThan: days)
            progress.removalsDone.add(1, ordering: .releasing)
            progress.check(
                report.samples == SharedSite.points.count * SharedSite.samplesPerOldYear,
                "\(report) of \(year)")
            let path = folder + "/backup-\(year)"
            let least = progress.acknowledgedCount
            try await manager.backup(to: path)
            let bounds = least...progress.begunCount
            progress.check(try DataManager.verifyBackup(at: path).isWhole, "a damaged backup")
            let copy = try DataManager.open(at: path, mode: .readOnly, time: time)
            let counts = Set(
                try SharedSite.points.map {
                    try copy.statistics(of: $0, in: SharedSite.recent).count
                })
            progress.check(
                counts.count == 1 && counts.allSatisfy(bounds.contains),
                "\(counts) batches in a backup, not \(bounds)")
        }
    }
}
