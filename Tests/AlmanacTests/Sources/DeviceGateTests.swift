import AlmanacSimulation
import DurableFiles
import Synchronization
import Testing

@testable import Almanac

@Suite("DeviceGate") struct DeviceGateTests {
    private let world = VirtualRun()

    private final class Notes: Sendable {
        private let lines = Guarded<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// Requests that each take a second, started in order.
    private func serve(
        _ devices: [DeviceID], through gate: DeviceGate, notes: Notes
    ) throws {
        let time = world.time
        try world.run {
            await withTaskGroup(of: Void.self) { group in
                for (index, device) in devices.enumerated() {
                    group.addTask {
                        try? await gate.withTurn(on: device) { () throws(HistoryError) in
                            notes.add(
                                "\(device.rawValue).\(index)@\(time.uptime.components.seconds)")
                            try? await time.sleep(until: time.uptime + .seconds(1))
                        }
                    }
                }
            }
        }
        #expect(gate.openCount == 0 && gate.waitingCount == 0)
    }

    @Test("lets one through to a device and so many in all, devices in turn") func turns() throws {
        let gate = try DeviceGate(limits: .init(open: 2))
        let notes = Notes()
        try serve([1, 1, 1, 1, 2, 2, 3], through: gate, notes: notes)
        #expect(
            notes.all == ["1.0@0", "2.4@0", "3.6@1", "1.1@1", "2.5@2", "1.2@2", "1.3@3"])
    }

    @Test("opens more to a device where that is allowed") func wide() throws {
        let gate = try DeviceGate(limits: .init(open: 10, openPerDevice: 3))
        let notes = Notes()
        try serve([1, 1, 1, 1], through: gate, notes: notes)
        #expect(notes.all == ["1.0@0", "1.1@0", "1.2@0", "1.3@1"])
    }

    @Test("refuses one more than may wait, and a waiter's cancellation lets the next in")
    func bound() throws {
        let gate = try DeviceGate(limits: .init(open: 1, waiting: 2))
        let time = world.time
        let executor = world.executor
        let notes = Notes()
        try world.run {
            let tasks = (0..<4).map { index in
                Task(executorPreference: executor) {
                    do throws(HistoryError) {
                        try await gate.withTurn(on: 1) { () throws(HistoryError) in
                            notes.add("\(index) in")
                            try? await time.sleep(until: time.uptime + .seconds(1))
                        }
                    } catch {
                        notes.add("\(index) \(error.code.rawValue)")
                    }
                }
            }
            try await time.sleep(until: .milliseconds(500))
            tasks[1].cancel()
            for task in tasks { await task.value }
        }
        #expect(notes.all == ["0 in", "3 limitExceeded", "1 cancelled", "2 in"])
        #expect(gate.openCount == 0 && gate.waitingCount == 0)
    }

    @Test("refuses limits that let nothing through") func limits() {
        #expect(throws: HistoryError.self) { try DeviceGate(limits: .init(open: 0)) }
        #expect(throws: HistoryError.self) { try DeviceGate(limits: .init(openPerDevice: 0)) }
        #expect(throws: HistoryError.self) { try DeviceGate(limits: .init(waiting: -1)) }
    }
}
