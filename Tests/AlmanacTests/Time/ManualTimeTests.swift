import Almanac
import AlmanacSimulation
import DurableFiles
import Synchronization
import Testing

@Suite("ManualTime") struct ManualTimeTests {
    private final class Order: Sendable {
        private let names = Guarded<[String]>([])
        var all: [String] { names.withLock { $0 } }
        func add(_ name: String) { names.withLock { $0.append(name) } }
    }

    @Test("wakes sleepers in order, at their time") func order() throws {
        let world = VirtualRun()
        let order = Order()
        let time = world.time
        try world.run {
            await withTaskGroup(of: Void.self) { group in
                for (name, seconds) in [("c", 3), ("a", 1), ("b", 2), ("a2", 1)] {
                    group.addTask {
                        try? await time.sleep(until: .seconds(seconds))
                        order.add("\(name)@\(time.uptime.components.seconds)")
                    }
                }
            }
        }
        #expect(order.all == ["a@1", "a2@1", "b@2", "c@3"])
    }

    @Test("lets a cancelled sleeper go at once, and knows when nothing can go on") func ends()
        throws
    {
        let world = VirtualRun()
        let time = world.time
        try world.run {
            let sleeper = Task(executorPreference: world.executor) {
                try await time.sleep(until: .seconds(100))
            }
            try await time.sleep(until: .seconds(1))
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
            #expect(time.uptime == .seconds(1))
        }
        #expect(throws: VirtualRun.Stuck.self) {
            try world.run {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
        }
    }

    @Test("keeps both clocks together over steps of parts of a millisecond") func noDrift() {
        let time = ManualTime()
        let start = time.now
        for _ in 0..<100_000 { time.advance(by: .microseconds(1700)) }
        #expect(time.now - start == .seconds(170) && time.uptime == .seconds(170))
    }
}
