#if Collector
    import AlmanacSimulation
    import BACnetMessages
    import Synchronization
    import Testing

    @testable import BACnetIP

    /// Two nodes on loopback. What is waited for is waited for until it comes: how long decides
    /// nothing but that a test ends.
    @Suite("UDPTransport", .timeLimit(.minutes(1))) struct UDPTransportTests {
        private let port = UInt16.random(in: 20_000...32_000)
        private let net = UInt8.random(in: 201...250)

        private func node(_ number: UInt8) -> IPv4Endpoint {
            IPv4Endpoint(127, net, 7, number, port: port)
        }

        private var everybody: IPv4Endpoint { IPv4Endpoint(127, 255, 255, 255, port: port) }

        private func bind(_ number: UInt8) async throws -> UDPTransport {
            try await UDPTransport.bind(node(number), broadcast: everybody)
        }

        private final class Heard: Sendable {
            private let all = Mutex<[ReceivedDatagram]>([])

            var datagrams: [ReceivedDatagram] { all.withLock { $0 } }

            func take(_ datagram: ReceivedDatagram) { all.withLock { $0.append(datagram) } }

            /// Does something again and again until so many were heard.
            func wait(for count: Int, _ again: () -> Void = {}) async throws {
                while datagrams.count < count {
                    again()
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
        }

        @Test("carries datagrams to one node and to everybody, and not its own back")
        func carries() async throws {
            let (first, second) = (try await bind(1), try await bind(2))
            let (atFirst, atSecond) = (Heard(), Heard())
            first.start { atFirst.take($0) }
            second.start { atSecond.take($0) }
            first.send([1, 2], to: second.endpoint)
            try await atSecond.wait(for: 1)
            first.send([3], to: first.broadcastEndpoint)
            try await atSecond.wait(for: 2)
            #expect(
                atSecond.datagrams == [
                    ReceivedDatagram(octets: [1, 2], source: node(1), isBroadcast: false),
                    ReceivedDatagram(octets: [3], source: node(1), isBroadcast: true),
                ])
            #expect(atFirst.datagrams.isEmpty)
            #expect(first.droppedCounts.isEmpty && second.droppedCounts.isEmpty)
            await first.close()
            await second.close()
        }

        // Many devices send their I-Am to 255.255.255.255. No socket received it, so they were not
        // found.
        @Test("receives what is sent to 255.255.255.255 and to the subnet, each once")
        func limitedBroadcast() async throws {
            let limited = IPv4Endpoint(
                address: IPv4Endpoint.limitedBroadcastAddress, port: port)
            let (first, second) = (try await bind(1), try await bind(2))
            // Its own broadcasts go to the limited broadcast.
            let third = try await UDPTransport.bind(node(3), broadcast: limited)
            let (atFirst, atSecond, atThird) = (Heard(), Heard(), Heard())
            first.start { atFirst.take($0) }
            second.start { atSecond.take($0) }
            third.start { atThird.take($0) }
            second.send([1], to: limited)
            try await atFirst.wait(for: 1)
            third.send([2], to: third.broadcastEndpoint)
            try await atFirst.wait(for: 2)
            second.send([3], to: second.broadcastEndpoint)
            try await atFirst.wait(for: 3)
            try await atThird.wait(for: 2)
            second.send([4], to: first.endpoint)
            second.send([5], to: third.endpoint)
            try await atFirst.wait(for: 4)
            try await atThird.wait(for: 3)
            #expect(
                atFirst.datagrams.map(\.octets) == [[1], [2], [3], [4]]
                    && atThird.datagrams.map(\.octets) == [[1], [3], [5]])
            #expect(atFirst.datagrams.map(\.isBroadcast) == [true, true, true, false])
            #expect(atSecond.datagrams.map(\.octets) == [[2]])
            #expect(second.droppedCounts.isEmpty && third.droppedCounts.isEmpty)
            for transport in [first, second, third] { await transport.close() }
        }

        @Test("knows the interface of its address by number, and no other")
        func ownInterface() throws {
            let loopback = OwnInterface(with: 0x7F07_0001)
            let index = try #require((1...100).first { loopback.has(index: $0) })
            #expect((1...100).count { loopback.has(index: $0) } == 1)
            let endpoints = loopback.broadcastEndpoints(besides: everybody)
            #expect(endpoints.map(\.address) == [0x7FFF_FFFF, 0xFFFF_FFFF])
            let elsewhere = OwnInterface(with: 0xC000_0201)
            #expect(!elsewhere.has(index: index))
        }

        @Test("drops and counts what is too long either way, and what no node can be sent")
        func drops() async throws {
            let (first, second) = (try await bind(1), try await bind(2))
            let heard = Heard()
            second.start { heard.take($0) }
            let most = MessageLimits.datagramOctetCountMax
            first.send([UInt8](repeating: 7, count: most + 1), to: second.endpoint)
            for impossible in [
                IPv4Endpoint(127, 0, 0, 1, port: 0), IPv4Endpoint(address: 0, port: port),
                IPv4Endpoint(240, 0, 0, 1, port: port),
            ] {
                first.send([1], to: impossible)
            }
            #expect(first.droppedCounts == [.oversize: 1, .unsendable: 3] && first.isOpen)
            first.send([UInt8](repeating: 7, count: most), to: second.endpoint)
            try await heard.wait(for: 1)
            #expect(heard.datagrams[0].octets.count == most)
            await first.close()
            #expect(!first.isOpen)
            first.send([1], to: second.endpoint)
            #expect(
                first.droppedCounts[.closed, default: 0] + first.droppedCounts[.unsendable]! == 4)
            await second.close()
        }

        @Test("binds another socket where its own has died")
        func comesBack() async throws {
            let (first, second) = (try await bind(1), try await bind(2))
            let (atFirst, atSecond) = (Heard(), Heard())
            first.start { atFirst.take($0) }
            second.start { atSecond.take($0) }
            await first.breakSocket()
            try await atSecond.wait(for: 1) { first.send([5], to: second.endpoint) }
            #expect(atSecond.datagrams[0].source == node(1) && first.isOpen)
            second.send([6], to: first.endpoint)
            try await atFirst.wait(for: 1)
            await first.close()
            await second.close()
        }

        /// The clock stands still: a destination that was refused once stays so. On a busy machine
        /// the pause ended meanwhile, the next datagram cost the socket, and others were lost with it.
        @Test("loses nothing to others where the system does not send to one")
        func refusedDestination() async throws {
            let first = try await UDPTransport.bind(
                node(1), broadcast: everybody, hearsBroadcasts: true, clock: ManualTime())
            let second = try await bind(2)
            let heard = Heard()
            second.start { heard.take($0) }
            // From an address of loopback there is no way to one that is none.
            let nowhere = IPv4Endpoint(192, 0, 2, 1, port: port)
            first.send([0], to: nowhere)
            try await heard.wait(for: 1) { first.send([0], to: second.endpoint) }
            let others = 0..<100
            for number in others {
                first.send([0], to: nowhere)
                first.send([UInt8(number) + 1], to: second.endpoint)
            }
            var values: [Int] { heard.datagrams.map { Int($0.octets[0]) }.filter { $0 > 0 } }
            while values.count < others.count { try await Task.sleep(for: .milliseconds(20)) }
            #expect(values == others.map { $0 + 1 })
            #expect(first.droppedCounts[.unsendable, default: 0] >= 101)
            await first.close()
            await second.close()
        }

        @Test("leaves a destination alone for longer each time that it is refused")
        func pauses() {
            var refused = RefusedDestinations()
            var now = Duration.zero
            #expect(!refused.isRefused(node(1), at: now))
            for seconds in [5, 10, 20, 40, 60, 60] {
                refused.refuse(node(1), at: now)
                now += .seconds(seconds)
                #expect(refused.isRefused(node(1), at: now - .milliseconds(1)))
                #expect(
                    !refused.isRefused(node(1), at: now) && !refused.isRefused(node(2), at: now))
            }
            refused.accept(node(1))
            refused.refuse(node(1), at: now)
            #expect(!refused.isRefused(node(1), at: now + .seconds(5)))
            for number in 0..<2_000 {
                refused.refuse(IPv4Endpoint(address: UInt32(number), port: 1), at: now)
            }
            // No room for more; later there is.
            let last = IPv4Endpoint(address: 1_999, port: 1)
            #expect(!refused.isRefused(last, at: now))
            refused.refuse(last, at: now + .seconds(5))
            #expect(refused.isRefused(last, at: now + .seconds(6)))
        }

        @Test(
            "refuses a port that is taken, all addresses at once, and interfaces that are not there"
        )
        func refuses() async throws {
            let first = try await bind(1)
            await #expect(throws: UDPFailure.self) { try await bind(1) }
            await #expect(throws: UDPFailure.everyAddress) {
                try await UDPTransport.bind(
                    IPv4Endpoint(address: 0, port: port), broadcast: everybody)
            }
            await first.close()
            let again = try await bind(1)
            await again.close()
            let loopback = try #require(
                try UDPInterface.all().first { $0.address == 0x7F00_0001 })
            #expect(try UDPInterface.named(loopback.name) == loopback)
            let failure = #expect(throws: UDPFailure.self) { try UDPInterface.named("nowhere7") }
            guard case .noInterface(found: "nowhere7", let expected)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(expected.contains(loopback.name))
        }

        @Test("takes any port where none is named, for broadcasts too")
        func anyPort() async throws {
            let transport = try await UDPTransport.bind(
                IPv4Endpoint(127, net, 7, 3, port: 0),
                broadcast: IPv4Endpoint(127, 255, 255, 255, port: 0))
            #expect(transport.endpoint.port != 0)
            #expect(transport.broadcastEndpoint.port == transport.endpoint.port)
            await transport.close()
        }
    }
#endif
