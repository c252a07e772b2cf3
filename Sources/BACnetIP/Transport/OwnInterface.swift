#if Collector
    internal import BACnetMessages
    internal import NIOCore
    internal import Synchronization

    /// The interface of this machine that has our own address.
    ///
    /// Its number changes when the interface is removed and added again, so it is looked up again
    /// if a datagram names another one, at most once per ``lookupPause``.
    final class OwnInterface: Sendable {
        static let lookupPause: Duration = .seconds(10)

        private struct State {
            var found: Found?
            var nextLookup: Duration
        }

        private struct Found {
            let index: Int
            let broadcastAddress: UInt32?
        }

        private let address: UInt32
        private let clock = SystemBACnetClock()
        private let state: Mutex<State>

        init(with address: UInt32) {
            self.address = address
            state = Mutex(
                State(
                    found: OwnInterface.find(address),
                    nextLookup: SystemBACnetClock().uptime + OwnInterface.lookupPause))
        }

        /// The addresses at which broadcasts for us may arrive: `configured`, that of the
        /// interface's subnet, and 255.255.255.255; each once.
        func broadcastEndpoints(besides configured: IPv4Endpoint) -> [IPv4Endpoint] {
            let subnet = state.withLock { $0.found?.broadcastAddress }
            var endpoints = [configured]
            for address in [subnet, IPv4Endpoint.limitedBroadcastAddress].compactMap(\.self) {
                let endpoint = IPv4Endpoint(address: address, port: configured.port)
                if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
            }
            return endpoints
        }

        func has(index: Int) -> Bool {
            state.withLock { state in
                if state.found?.index == index { return true }
                let now = clock.uptime
                guard now >= state.nextLookup else { return false }
                state.nextLookup = now + OwnInterface.lookupPause
                state.found = OwnInterface.find(address)
                return state.found?.index == index
            }
        }

        /// `nil` if no interface has the address. All addresses of 127 belong to loopback.
        private static func find(_ address: UInt32) -> Found? {
            let isLoopback = address >> 24 == 127
            let device = (try? System.enumerateDevices())?.first { device in
                guard let own = device.address.flatMap(IPv4Endpoint.init) else { return false }
                return own.address == address || isLoopback && own.address >> 24 == 127
            }
            guard let device else { return nil }
            let mask = device.netmask.flatMap(IPv4Endpoint.init)
            // A point-to-point interface has no broadcast address: its mask leaves no host.
            let broadcast = mask.flatMap { mask -> UInt32? in
                guard let own = device.address.flatMap(IPv4Endpoint.init), ~mask.address > 1 else {
                    return nil
                }
                return own.address | ~mask.address
            }
            return Found(index: device.interfaceIndex, broadcastAddress: broadcast)
        }
    }
#endif
