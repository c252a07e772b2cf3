internal import BACnetMessages

/// The urgency of a request to a device.
public enum RequestUrgency: Int, Hashable, Sendable {
    /// Someone waits for the value: it is sent before all routine requests.
    case live
    /// Polling, discovery and logs.
    case routine
}

/// The one queue of requests to devices: lets few of them go at a time in all, to each device, and
/// to each network after a router, which is as slow as its slowest line.
///
/// Live requests go before routine ones, and earlier ones before later ones, except to a device or
/// network that is busy: it holds up its own requests only. Each step costs the logarithm of what
/// waits.
struct RequestGate {
    typealias Ticket = UInt64

    private struct Network: Hashable {
        let node: IPv4Endpoint
        let number: UInt16
    }

    /// A line on which devices take turns: a network, or a device that is on none.
    private enum Line: Hashable {
        case device(DeviceAddress)
        case network(Network)

        init(of device: DeviceAddress) {
            self = RequestGate.network(of: device).map(Line.network) ?? .device(device)
        }
    }

    /// The place of a request in the order of all. Tickets ascend.
    private struct Rank: Comparable, Sendable {
        let urgency: RequestUrgency
        let ticket: Ticket

        static func < (left: Rank, right: Rank) -> Bool {
            (left.urgency.rawValue, left.ticket) < (right.urgency.rawValue, right.ticket)
        }
    }

    /// The first request of a device or line when it was added. It no longer counts if another is first.
    private struct Candidate<Owner: Hashable & Sendable>: Comparable, Sendable {
        let rank: Rank
        let owner: Owner

        static func < (left: Candidate, right: Candidate) -> Bool { left.rank < right.rank }
    }

    /// A device's requests.
    private struct Lane {
        /// Those that were withdrawn included, except in front.
        var waiting = PriorityQueue<Rank>()
        var withdrawnCount = 0
        var openCount = 0
        /// The request with which it was added to its line last.
        var offered: Rank?
    }

    private struct LineState {
        /// Its devices that have a request and room for it.
        var devices = PriorityQueue<Candidate<DeviceAddress>>()
        var openCount = 0
        /// The request with which it was added to the ready ones last.
        var offered: Rank?
    }

    private struct Waiting {
        let device: DeviceAddress
        let rank: Rank
    }

    private let limits: RequestLimits
    private var waiting: [Ticket: Waiting] = [:]
    private var openCount = 0
    private var lanes: [DeviceAddress: Lane] = [:]
    private var lines: [Line: LineState] = [:]
    /// Lines that have a request and room for it.
    private var ready = PriorityQueue<Candidate<Line>>()
    private var askedNetworks: Set<Network> = []
    /// Before that, nothing goes to the network: the gap after the last request, or its router is
    /// busy.
    private var closedUntil: [Network: Duration] = [:]
    /// When a request that waits for nothing but time may go.
    private(set) var nextDeadline: Duration?
    /// Something has happened since the last look that may let a request go.
    private var hasChanged = false

    init(_ limits: RequestLimits) { self.limits = limits }

    var waitingCount: Int { waiting.count }

    /// True while a request to the device is open.
    func isOpen(to device: DeviceAddress) -> Bool {
        lanes[device].map { $0.openCount > 0 } ?? false
    }

    /// Adds a request.
    ///
    /// - Parameter ticket: greater than all before.
    /// - Returns: `false` if too many wait already.
    mutating func enter(
        _ ticket: Ticket, of device: DeviceAddress, urgency: RequestUrgency = .routine
    ) -> Bool {
        guard waiting.count < limits.waitingCountMax else { return false }
        let rank = Rank(urgency: urgency, ticket: ticket)
        waiting[ticket] = Waiting(device: device, rank: rank)
        lanes[device, default: Lane()].waiting.insert(rank)
        if let network = RequestGate.network(of: device) { askedNetworks.insert(network) }
        offer(device)
        return true
    }

    /// Removes a request that still waits.
    mutating func withdraw(_ ticket: Ticket) {
        guard let request = waiting.removeValue(forKey: ticket) else { return }
        lanes[request.device]?.withdrawnCount += 1
        dropWithdrawn(of: request.device)
        offer(request.device)
        let line = Line(of: request.device)
        offer(line)
        forgetIfIdle(line)
    }

    /// The requests that go now; each is open until ``leave(_:)``.
    ///
    /// Called with each datagram: it returns at once if nothing has changed.
    mutating func admit(at now: Duration) -> [Ticket] {
        guard hasChanged || nextDeadline.map({ $0 <= now }) == true else { return [] }
        hasChanged = false
        for (network, end) in closedUntil where end <= now {
            closedUntil[network] = nil
            offer(.network(network))
        }
        var admitted: [Ticket] = []
        while openCount < limits.openCountMax, let candidate = ready.popFirst() {
            let line = candidate.owner
            if lines[line]?.offered == candidate.rank { lines[line]?.offered = nil }
            // Whatever changed the first request of a line has offered the line anew.
            guard isFree(line), let device = firstDevice(of: line),
                let rank = lanes[device]?.waiting.first, rank == candidate.rank
            else { continue }
            lanes[device]?.waiting.popFirst()
            waiting[rank.ticket] = nil
            open(device, line, at: now)
            dropWithdrawn(of: device)
            admitted.append(rank.ticket)
            offer(device)
            offer(line)
        }
        nextDeadline =
            closedUntil.filter { lines[.network($0.key)]?.devices.isEmpty == false }.values.min()
        return admitted
    }

    /// A request to this device has ended.
    mutating func leave(_ device: DeviceAddress) {
        let line = Line(of: device)
        openCount -= 1
        lanes[device]?.openCount -= 1
        lines[line]?.openCount -= 1
        offer(device)
        offer(line)
        if let lane = lanes[device], lane.openCount == 0, lane.waiting.isEmpty {
            lanes[device] = nil
        }
        forgetIfIdle(line)
    }

    /// Holds back what goes to networks whose router is busy, or lets it go again: of those that were
    /// ever asked the ones with these numbers; without numbers all of the router.
    mutating func close(_ numbers: [UInt16], behind router: IPv4Endpoint, until end: Duration?) {
        for network in askedNetworks
        where network.node == router && (numbers.isEmpty || numbers.contains(network.number)) {
            closedUntil[network] = end
            offer(.network(network))
        }
        hasChanged = true
    }
}

extension RequestGate {
    /// Lines the device up with the others of its line, if it has a request and room for it.
    private mutating func offer(_ device: DeviceAddress) {
        hasChanged = true
        guard let lane = lanes[device], lane.openCount < limits.openCountMaxPerDevice,
            let rank = lane.waiting.first, lane.offered != rank
        else { return }
        let line = Line(of: device)
        lanes[device]?.offered = rank
        lines[line, default: LineState()].devices.insert(Candidate(rank: rank, owner: device))
        offer(line)
    }

    private mutating func offer(_ line: Line) {
        hasChanged = true
        guard isFree(line), firstDevice(of: line) != nil,
            let rank = lines[line]?.devices.first?.rank, lines[line]?.offered != rank
        else { return }
        lines[line]?.offered = rank
        ready.insert(Candidate(rank: rank, owner: line))
    }

    /// The device whose request is the next of its line.
    private mutating func firstDevice(of line: Line) -> DeviceAddress? {
        while let first = lines[line]?.devices.first {
            if let lane = lanes[first.owner], lane.waiting.first == first.rank,
                lane.openCount < limits.openCountMaxPerDevice
            {
                return first.owner
            }
            lines[line]?.devices.popFirst()
            if lanes[first.owner]?.offered == first.rank { lanes[first.owner]?.offered = nil }
        }
        return nil
    }

    private mutating func forgetIfIdle(_ line: Line) {
        if let state = lines[line], state.openCount == 0, state.devices.isEmpty {
            lines[line] = nil
        }
    }

    private func isFree(_ line: Line) -> Bool {
        guard case .network(let network) = line else { return true }
        return closedUntil[network] == nil
            && (lines[line]?.openCount ?? 0) < limits.openCountMaxPerNetwork
    }

    private mutating func open(_ device: DeviceAddress, _ line: Line, at now: Duration) {
        openCount += 1
        lanes[device]?.openCount += 1
        lines[line]?.openCount += 1
        if case .network(let network) = line, limits.routedGap > .zero {
            closedUntil[network] = now + limits.routedGap
        }
    }

    /// Removes withdrawn requests that are in front, and all if they are more than those that wait.
    private mutating func dropWithdrawn(of device: DeviceAddress) {
        guard var lane = lanes[device], lane.withdrawnCount > 0 else { return }
        // Two copies of the queue would be copied at the first change.
        lanes[device] = nil
        while let first = lane.waiting.first, waiting[first.ticket] == nil {
            lane.waiting.popFirst()
            lane.withdrawnCount -= 1
        }
        if 2 * lane.withdrawnCount > lane.waiting.count {
            lane.waiting.removeAll { waiting[$0.ticket] == nil }
            lane.withdrawnCount = 0
        }
        if lane.openCount > 0 || !lane.waiting.isEmpty { lanes[device] = lane }
    }

    private static func network(of device: DeviceAddress) -> Network? {
        device.station.map { Network(node: device.node, number: $0.network) }
    }
}
