public import BACnetIP
internal import BuildingModel
public import BuildingSimulation
internal import Synchronization
internal import TimeSeriesModel

/// The devices of a simulated building, answering BACnet over any transport.
///
/// All of them share one lock, which is held for the microseconds of a message, and one timer; a device
/// that nobody asks costs nothing but a few kilobytes. Safe to call from any thread. An instance that
/// the building does not have is a programmer's mistake and ends the program.
public final class SimulatedDevices: Sendable {
    private struct Shared {
        var devices: [SimulatedDevice]
        var transports: [(any BACnetTransport)?]
        var deadlines: DeadlineQueue
        var timer: DeadlineTimer
        var isClosed = false
    }

    /// Their instances on the network, in the order of the building's devices.
    public let instances: [UInt32]
    public let time: SimulatedTime
    private let places: [UInt32: Int]
    private let clock: any BACnetClock
    private let shared: Mutex<Shared>

    /// - Parameters:
    ///   - building: the numbers of its devices are their instances.
    ///   - time: what time it is in the building.
    ///   - seed: the same faults hit the same messages with the same seed.
    ///   - clock: for delays, deadlines and the building's time.
    ///   - executor: where the timer runs; for tests.
    ///   - profile: what kind of controller a device is, by its place in the building.
    public init(
        of building: SimulatedBuilding, time: SimulatedTime, seed: UInt64 = 1,
        clock: any BACnetClock = SystemBACnetClock(), executor: (any TaskExecutor)? = nil,
        profile: (Int) -> DeviceProfile = { _ in DeviceProfile() }
    ) {
        let noise = HashNoise(seed: seed)
        let points = SimulatedDevices.points(of: building)
        let outages = SimulatedDevices.outages(of: building)
        let devices = building.devices.enumerated().map { place, device in
            SimulatedDevice(
                SimulatedObjects(
                    of: device, points: points[place], in: building, profile(place), time),
                outages: outages[place] ?? [], noise: noise.branch(UInt64(place)))
        }
        self.time = time
        self.clock = clock
        instances = building.devices.map(\.deviceID.rawValue)
        places = Dictionary(
            uniqueKeysWithValues: instances.enumerated().map { ($0.element, $0.offset) })
        shared = Mutex(
            Shared(
                devices: devices, transports: Array(repeating: nil, count: devices.count),
                deadlines: DeadlineQueue(placeCount: devices.count),
                timer: DeadlineTimer(clock: clock, executor: executor)))
    }

    /// A building has the points of a device one behind the other.
    private static func points(of building: SimulatedBuilding) -> [Range<Int>] {
        var start = 0
        return building.devices.map { device in
            let end =
                building.points[start...].firstIndex { $0.address.device != device.deviceID }
                ?? building.points.endIndex
            defer { start = end }
            return start..<end
        }
    }

    private static func outages(of building: SimulatedBuilding) -> [Int: [TimeRange]] {
        var found: [Int: [TimeRange]] = [:]
        for fault in building.faults {
            guard case .device(let place) = fault.subject else { continue }
            found[place, default: []].append(fault.range)
        }
        return found
    }
}

extension SimulatedDevices {
    /// Has a device answer what comes over a transport, which is its own from then on. Once for each
    /// device; closed devices stay silent.
    public func start(_ instance: UInt32, over transport: any BACnetTransport) {
        let place = place(of: instance)
        shared.withLock { $0.transports[place] = transport }
        transport.start { [weak self] datagram in
            self?.apply(at: place) { $0.receive(datagram, at: $1) }
        }
    }

    /// Closes the transports; nobody answers any more.
    public func close() async {
        let transports = shared.withLock { shared in
            shared.isClosed = true
            shared.timer.cancel()
            return shared.transports
        }
        for transport in transports { await transport?.close() }
    }

    /// What goes wrong with a device from now on, in place of what went wrong before.
    public func setFaults(_ faults: DeviceFaults, of instance: UInt32) {
        let place = place(of: instance)
        shared.withLock { $0.devices[place].faults = faults }
    }

    /// Has a device forget its subscriptions, as a loss of power does.
    public func restart(_ instance: UInt32) {
        apply(at: place(of: instance)) { device, now in
            device.restart(at: now)
            return []
        }
    }

    /// What a device is called and has.
    public func summary(of instance: UInt32) -> DeviceSummary {
        let place = place(of: instance)
        return shared.withLock { DeviceSummary($0.devices[place].objects) }
    }

    /// What was asked of a device since the start.
    public func statistics(of instance: UInt32) -> RequestStatistics {
        let place = place(of: instance)
        return shared.withLock { $0.devices[place].statistics }
    }

    /// Subscriptions that a device has now; those that have ended count until it looks again.
    public func subscriptionCount(of instance: UInt32) -> Int {
        let place = place(of: instance)
        return shared.withLock { $0.devices[place].subscriptions.count }
    }

    private func place(of instance: UInt32) -> Int {
        guard let place = places[instance] else {
            preconditionFailure("the building has a device of each instance that is named")
        }
        return place
    }
}

extension SimulatedDevices {
    /// Lets something happen to a device, then sends what it says, outside of the lock.
    private func apply(
        at place: Int, _ event: (inout SimulatedDevice, Duration) -> [SimulatedDevice.Action]
    ) {
        var actions: [SimulatedDevice.Action] = []
        let transport = shared.withLock { shared -> (any BACnetTransport)? in
            guard !shared.isClosed else { return nil }
            // Inside: a device's time never goes back.
            actions = event(&shared.devices[place], clock.uptime)
            shared.deadlines.set(shared.devices[place].nextDeadline, of: place)
            arm(&shared)
            return shared.transports[place]
        }
        guard let transport else { return }
        for action in actions {
            switch action {
            case .send(let octets, let destination): transport.send(octets, to: destination)
            case .sendToEverybody(let octets):
                transport.send(octets, to: transport.broadcastEndpoint)
            }
        }
    }

    private func arm(_ shared: inout Shared) {
        shared.timer.arm(for: shared.deadlines.next) { [weak self] in self?.wake(from: $0) }
    }

    private func wake(from deadline: Duration) {
        shared.withLock { $0.timer.hasWoken(from: deadline) }
        let now = clock.uptime
        while let place = shared.withLock({ $0.deadlines.takeDue(at: now) }) {
            apply(at: place) { $0.passTime(to: $1) }
        }
        shared.withLock { if !$0.isClosed { arm(&$0) } }
    }
}
