import BACnetMessages
import TestSupport
import Testing

@testable import BACnetIP

@Suite("RequestGate") struct RequestGateTests {
    /// The same rules in the plainest form: a list that is searched from the front.
    private struct PlainGate {
        struct Request {
            let ticket: UInt64
            let device: DeviceAddress
            let urgency: RequestUrgency
        }

        let limits: RequestLimits
        var waiting: [Request] = []
        var open: [Request] = []
        var closedUntil: [NetworkKey: Duration] = [:]

        mutating func admit(at now: Duration) -> [UInt64] {
            var admitted: [UInt64] = []
            closedUntil = closedUntil.filter { $0.value > now }
            while open.count < limits.openCountMax {
                let order = waiting.sorted {
                    ($0.urgency.rawValue, $0.ticket) < ($1.urgency.rawValue, $1.ticket)
                }
                guard let next = order.first(where: { mayGo($0.device) }) else { break }
                waiting.removeAll { $0.ticket == next.ticket }
                open.append(next)
                admitted.append(next.ticket)
                if let key = NetworkKey(next.device), limits.routedGap > .zero {
                    closedUntil[key] = now + limits.routedGap
                }
            }
            return admitted
        }

        func mayGo(_ device: DeviceAddress) -> Bool {
            guard open.count(where: { $0.device == device }) < limits.openCountMaxPerDevice else {
                return false
            }
            guard let key = NetworkKey(device) else { return true }
            return closedUntil[key] == nil
                && open.count(where: { NetworkKey($0.device) == key })
                    < limits.openCountMaxPerNetwork
        }

        /// When the next request may go that waits for nothing but time.
        var nextDeadline: Duration? {
            guard open.count < limits.openCountMax else { return nil }
            return closedUntil.values.sorted().first { end in
                var later = self
                later.closedUntil = closedUntil.filter { $0.value > end }
                return waiting.contains { later.mayGo($0.device) }
            }
        }
    }

    private struct NetworkKey: Hashable {
        let node: IPv4Endpoint
        let number: UInt16

        init?(_ device: DeviceAddress) {
            guard let station = device.station else { return nil }
            node = device.node
            number = station.network
        }
    }

    private static func device(_ number: Int) -> DeviceAddress {
        let node = IPv4Endpoint(10, 0, 0, UInt8(number % 5))
        guard number % 3 > 0 else { return DeviceAddress(node: node) }
        return DeviceAddress(
            node: node,
            station: NetworkAddress(network: UInt16(number % 2 + 1), station: [UInt8(number)]))
    }

    @Test(
        "lets the same requests go in the same order as a plain list",
        arguments: 1...40 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var limits = RequestLimits()
        limits.openCountMax = Int.random(in: 1...6, using: &random)
        limits.openCountMaxPerDevice = Int.random(in: 1...2, using: &random)
        limits.openCountMaxPerNetwork = Int.random(in: 1...3, using: &random)
        limits.routedGap = .milliseconds(Int.random(in: 0...20, using: &random))
        limits.waitingCountMax = 60
        var gate = RequestGate(limits)
        var plain = PlainGate(limits: limits)
        var now = Duration.zero
        var last: UInt64 = 0
        for step in 0..<1500 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0...3:
                last += 1
                let device = Self.device(Int.random(in: 0..<12, using: &random))
                let urgency: RequestUrgency = random.once(in: 4) ? .live : .routine
                let isTaken = gate.enter(last, of: device, urgency: urgency)
                #expect(isTaken == (plain.waiting.count < 60), "seed \(seed), step \(step)")
                guard isTaken else { continue }
                plain.waiting.append(.init(ticket: last, device: device, urgency: urgency))
            case 4...5:
                guard let index = plain.open.indices.randomElement(using: &random) else { continue }
                gate.leave(plain.open.remove(at: index).device)
            case 6:
                guard let index = plain.waiting.indices.randomElement(using: &random) else {
                    continue
                }
                gate.withdraw(plain.waiting.remove(at: index).ticket)
            default:
                let later = now + .milliseconds(3)
                now = random.once(in: 2) ? plain.nextDeadline ?? later : later
            }
            let expected = plain.admit(at: now)
            let admitted = gate.admit(at: now)
            #expect(admitted == expected, "seed \(seed), step \(step)")
            let waitingCount = gate.waitingCount
            #expect(waitingCount == plain.waiting.count)
            if let due = plain.nextDeadline {
                // Waking too early costs nothing.
                let next = gate.nextDeadline ?? .seconds(1_000_000)
                #expect(next <= due, "seed \(seed), step \(step)")
            }
            let isOpen = plain.open.allSatisfy { gate.isOpen(to: $0.device) }
            #expect(isOpen)
        }
    }

    @Test("lets a live read go before the rest of a long poll of the same device")
    func urgency() {
        var gate = RequestGate(RequestLimits())
        let device = Self.device(0)
        for ticket in 1...11 { _ = gate.enter(UInt64(ticket), of: device) }
        expect([1], from: &gate, at: .zero)
        _ = gate.enter(12, of: device, urgency: .live)
        expect([], from: &gate, at: .zero)
        gate.leave(device)
        expect([12], from: &gate, at: .zero)
        gate.leave(device)
        expect([2], from: &gate, at: .zero)
    }

    /// A router that says that it is busy holds up its own networks only.
    @Test("holds back what goes through a busy router until it is available")
    func busyRouter() {
        var gate = RequestGate(RequestLimits())
        let routed = DeviceAddress(
            node: IPv4Endpoint(10, 0, 0, 1), station: NetworkAddress(network: 7, station: [1]))
        let direct = DeviceAddress(node: IPv4Endpoint(10, 0, 0, 1))
        _ = gate.enter(1, of: routed)
        gate.close([7], behind: routed.node, until: .seconds(30))
        _ = gate.enter(2, of: direct)
        expect([2], from: &gate, at: .zero)
        #expect(gate.nextDeadline == .seconds(30))
        gate.close([], behind: routed.node, until: nil)
        expect([1], from: &gate, at: .seconds(1))
        expect([], from: &gate, at: .seconds(31))
    }

    private func expect(_ tickets: [UInt64], from gate: inout RequestGate, at now: Duration) {
        let admitted = gate.admit(at: now)
        #expect(admitted == tickets)
    }
}
