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
    /// Before that, nothing goes to the network: the gap behind the last request, or its router is
    /// busy.
    private var closedUntil: [Network: Duration] = [:]
    /// When a request that waits for nothing else but time may go.
    private(set) var nextDeadline: Duration?

    init(_ limits: RequestLimits) { self.limits = limits }

    var waitingCount: Int { waiting.count }

    /// `false` where too many wait already.
    mutating func enter(_ ticket: Ticket, of device: DeviceAddress) -> Bool {
        guard waiting.count < limits.waitingCountMax else { return false }
        waiting.append(Waiting(ticket: ticket, device: device))
        return true
    }

    /// Takes back what still waits.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// The requests that go now; each is open until ``leave(_:)``.
    mutating func admit(at now: Duration) -> [Ticket] {
        nextDeadline = nil
        closedUntil = closedUntil.filter { $0.value > now }
        guard openCount < limits.openCountMax, !waiting.isEmpty else { return [] }
        var admitted: [Ticket] = []
        var kept: [Waiting] = []
        for request in waiting {
            if mayGo(request.device) {
                open(request.device, at: now)
                admitted.append(request.ticket)
            } else {
                kept.append(request)
            }
        }
        waiting = kept
        return admitted
    }

    private mutating func mayGo(_ device: DeviceAddress) -> Bool {
        guard openCount < limits.openCountMax, isFree(device) else { return false }
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
        deviceCounts[device] = RequestGate.less(deviceCounts[device])
        guard let network = RequestGate.network(of: device) else { return }
        networkCounts[network] = RequestGate.less(networkCounts[network])
    }

    /// Holds back what goes to a network whose router is busy, or lets it go again.
    mutating func close(_ number: UInt16, behind router: IPv4Endpoint, until end: Duration?) {
        closedUntil[Network(node: router, number: number)] = end
    }

    private static func network(of device: DeviceAddress) -> Network? {
        device.station.map { Network(node: device.node, number: $0.network) }
    }

    private static func less(_ count: Int?) -> Int? {
        guard let count, count > 1 else { return nil }
        return count - 1
    }
}
