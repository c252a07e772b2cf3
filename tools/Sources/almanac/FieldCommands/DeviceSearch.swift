import AlmanacCollector
import BACnetIP
import BACnetMessages
import TimeSeriesModel

/// Finds the one device that a person named.
struct DeviceSearch {
    let link: FieldLink

    /// Most devices reply to Who-Is within that.
    private static let quickWait: Duration = .seconds(2)

    /// - Throws: with `unavailable` if no device replies; `findings` if two devices do.
    func find(_ target: DeviceTarget) async throws(ToolFailure) -> FoundDevice {
        switch target {
        case .instance(let number): try await find(instance: number)
        case .address(let address): try await find(at: address)
        case .device(let number, let address): try await find(instance: number, at: address)
        }
    }

    private func find(instance: UInt32) async throws(ToolFailure) -> FoundDevice {
        let start = SystemBACnetClock().uptime
        let wait = link.settings.wait
        var heard = try await ask(instance, min(wait, DeviceSearch.quickWait), repeatCount: 1)
        var tries = 1
        if heard.isEmpty {
            heard = try await ask(instance, wait, repeatCount: 2)
            tries = 3
        }
        guard let first = heard.first else {
            let elapsed = SystemBACnetClock().uptime - start
            throw ToolFailure(
                .unavailable,
                "device \(instance), Who-Is \(instance) by "
                    + (link.settings.bbmd.map { "the BBMD \($0)" } ?? "\(link.settings.broadcast)")
                    + ": no answer; \(tries) tries in \(DeviceSearch.text(elapsed)). Look whether "
                    + "`almanac discover` finds it under another instance, whether this is its subnet "
                    + "(else --bbmd, or its address), whether a firewall drops UDP, whether it needs "
                    + "longer (--wait), and with --hex whether anything comes back")
        }
        let places = Set(heard.map(\.address))
        guard places.count == 1 else {
            let list = places.map(\.text).sorted().joined(separator: " and ")
            throw ToolFailure(
                .findings,
                "instance \(instance) is that of \(places.count) devices, \(list): probe one by its "
                    + "address, and give all but one another instance")
        }
        return FoundDevice(first)
    }

    private func ask(
        _ instance: UInt32, _ wait: Duration, repeatCount: Int
    ) async throws(ToolFailure) -> [DiscoveredDevice] {
        try await link.whoIs(
            [InstanceRange(instance, instance)], to: .everybody, wait: wait,
            repeatCount: repeatCount)
    }

    private func find(at address: DeviceAddress) async throws(ToolFailure) -> FoundDevice {
        let wait = link.settings.wait
        var heard = try await ask(address, min(wait, DeviceSearch.quickWait))
        if heard.isEmpty { heard = try await ask(address, wait) }
        if heard.count > 1 {
            let list = heard.map { "\($0.instance)" }.joined(separator: " and ")
            throw ToolFailure(
                .findings,
                "\(address.text) has \(heard.count) devices, \(list): name one, like "
                    + "\(heard[0].instance)@\(address.text)")
        }
        if let device = heard.first { return FoundDevice(device) }
        do throws(RequestFailure) { return try await link.readInstance(at: address) } catch {
            let waited = DeviceSearch.text(link.settings.wait)
            throw ToolFailure(
                .unavailable,
                "\(address.text), Who-Is: no answer in \(waited). \(error). \(advice(error, address))"
            )
        }
    }

    private func find(
        instance: UInt32, at address: DeviceAddress
    ) async throws(ToolFailure) -> FoundDevice {
        let range = InstanceRange(instance, instance)
        let heard = try await link.whoIs(
            [range], to: .device(address), wait: link.settings.wait, repeatCount: 1)
        // Without a reply the reads show whether the device is there.
        return heard.first.map(FoundDevice.init)
            ?? FoundDevice(address: address, instance: instance)
    }

    private func ask(
        _ address: DeviceAddress, _ wait: Duration
    ) async throws(ToolFailure) -> [DiscoveredDevice] {
        try await link.whoIs([], to: .device(address), wait: wait, repeatCount: 1)
    }

    private func advice(_ failure: RequestFailure, _ address: DeviceAddress) -> String {
        if failure.isAnswered {
            return "It is there and does not say who it is: probe it by its instance"
        }
        if case .unreachable = failure.reason {
            return "The router is there: look whether it has this network and the station its power"
        }
        let route =
            address.station == nil
            ? "a device behind a router is NETWORK:MAC@ROUTER" : "the router's address too"
        return
            "Look whether address and port are right (\(route)), whether the device has power and "
            + "is on this subnet, whether a firewall drops UDP, whether it needs longer (--wait, "
            + "--timeout), and with --hex whether anything comes back"
    }

    static func text(_ duration: Duration) -> String {
        "\(NumberText.rounded(duration / .seconds(1), places: 1)) s"
    }
}
