internal import BACnetMessages

/// Decides which of the waiting requests may go: few at a time in all, to a device, and to a network
/// behind a router, which is as slow as its slowest line.
///
/// First come, first served, but for those whose device or network is taken: a slow device holds
/// its own turn only.
struct RequestGate {
    typealias Ticket = UInt64

    private struct Network: Hashable {
        let node: IPv4Endpoint
        let number: UInt16
    }

    private struct Waiting {
        let ticket: Ticket
        let device: DeviceAddress
    }

    private let limits: RequestLimits
    private var waiting: [Waiting] = []
    private var openCount = 0
    private var deviceCounts: [DeviceAddress: Int] = [:]
    private var networkCounts: [Network: Int] = [:]
    private var askedNetworks: Set<Network> = []
    /// Before that, nothing goes to the network: the gap behind the last request, or its router is
    /// busy.
    private var closedUntil: [Network: Duration] = [:]
    /// When a request that waits for nothing else but time may go.
    private(set) var nextDeadline: Duration?
    /// Something has happened since the last look that may let a request go.
    private var hasChanged = false

    init(_ limits: RequestLimits) { self.limits = limits }

    var waitingCount: Int { waiting.count }

    /// True while a request to the device is open.
    func isOpen(to device: DeviceAddress) -> Bool { deviceCounts[device] != nil }

    /// `false` where too many wait already.
    mutating func enter(_ ticket: Ticket, of device: DeviceAddress) -> Bool {
        guard waiting.count < limits.waitingCountMax else { return false }
        waiting.append(Waiting(ticket: ticket, device: device))
        if let network = RequestGate.network(of: device) { askedNetworks.insert(network) }
        hasChanged = true
        return true
    }

    /// Takes back what still waits.
    mutating func withdraw(_ ticket: Ticket) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: index)
    }

    /// The requests that go now; each is open until ``leave(_:)``.
    ///
    /// Looks at those that wait only where something has changed: it is asked with each datagram.
    mutating func admit(at now: Duration) -> [Ticket] {
        guard hasChanged || nextDeadline.map({ $0 <= now }) == true else { return [] }
        hasChanged = false
        nextDeadline = nil
        closedUntil = closedUntil.filter { $0.value > now }
        var admitted: [Ticket] = []
        var places: Set<Int> = []
        for (place, request) in waiting.enumerated() {
            guard openCount < limits.openCountMax else { break }
            guard mayGo(request.device) else { continue }
            open(request.device, at: now)
            admitted.append(request.ticket)
            places.insert(place)
        }
        guard !places.isEmpty else { return [] }
        waiting = waiting.enumerated().filter { !places.contains($0.offset) }.map(\.element)
        return admitted
    }

    private mutating func mayGo(_ device: DeviceAddress) -> Bool {
        guard isFree(device) else { return false }
        guard let network = RequestGate.network(of: device), let end = closedUntil[network] else {
            return true
        }
        nextDeadline = min(nextDeadline ?? end, end)
        return false
    }

    private func isFree(_ device: DeviceAddress) -> Bool {
        guard deviceCounts[device, default: 0] < limits.openCountMaxPerDevice else { return false }
        guard let network = RequestGate.network(of: device) else { return true }
        return networkCounts[network, default: 0] < limits.openCountMaxPerNetwork
    }

    private mutating func open(_ device: DeviceAddress, at now: Duration) {
        openCount += 1
        deviceCounts[device, default: 0] += 1
        guard let network = RequestGate.network(of: device) else { return }
        networkCounts[network, default: 0] += 1
        if limits.routedGap > .zero { closedUntil[network] = now + limits.routedGap }
    }

    /// A request to this device has ended.
    mutating func leave(_ device: DeviceAddress) {
        openCount -= 1
        hasChanged = true
        deviceCounts[device] = RequestGate.less(deviceCounts[device])
        guard let network = RequestGate.network(of: device) else { return }
        networkCounts[network] = RequestGate.less(networkCounts[network])
    }

    /// Holds back what goes to networks whose router is busy, or lets it go again: of those that were
    /// ever asked the ones with these numbers; without numbers all behind the router.
    mutating func close(_ numbers: [UInt16], behind router: IPv4Endpoint, until end: Duration?) {
        for network in askedNetworks
        where network.node == router && (numbers.isEmpty || numbers.contains(network.number)) {
            closedUntil[network] = end
        }
        hasChanged = true
    }

    private static func network(of device: DeviceAddress) -> Network? {
        device.station.map { Network(node: device.node, number: $0.network) }
    }

    private static func less(_ count: Int?) -> Int? {
        guard let count, count > 1 else { return nil }
        return count - 1
    }
}
