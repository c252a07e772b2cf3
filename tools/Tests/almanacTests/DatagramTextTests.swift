import Almanac
import BACnetIP
import BACnetMessages
import Foundation
import Synchronization
import Testing
import TimeSeriesModel
import ToolTestSupport

@testable import almanac

@Suite("Datagrams in words") struct DatagramTextTests {
    private static func octets(_ text: String) -> [UInt8] {
        text.split(separator: " ").flatMap { word in
            stride(from: 0, to: word.count, by: 2).compactMap {
                UInt8(word.dropFirst($0).prefix(2), radix: 16)
            }
        }
    }

    @Test(
        "say what is asked and answered",
        arguments: [
            ("810b000c 0120ffff00ff 1008", "to every network who-is anybody"),
            (
                "810a0011 0104 0244000c0c 00000001 1955",
                "request 0: read-property analog-input,1 present-value"
            ),
            (
                "810a001b 0108 07d1 01 01 30000c0c 00000001 1955 3e 4442f60000 3f",
                "from 2001:01 answer 0: read-property analog-input,1 present-value = 123"
            ),
            (
                "810a000d 0100 50050e 9102 9120",
                "error 5 of read-property-multiple: property: unknown-property"
            ),
            ("810a0009 0100 600109", "reject 1: unrecognized-service"),
            ("81050006 003c", "register-foreign-device for 60 s"),
            ("81000006 0030", "result of the BBMD: register-foreign-device-nak"),
            ("8100", "no BACnet/IP that can be read: at octet 2: 2 octets expected, 0 left"),
            ("810a0006 0100", "an application message that cannot be read: at octet 0"),
        ])
    func meaning(text: String, meaning: String) {
        let said = DatagramMeaning.text(of: DatagramTextTests.octets(text))
        #expect(said.hasPrefix(meaning), "\(said)")
    }

    @Test("never trap and stay on one line, whatever came", arguments: 0..<40)
    func anything(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for length in 0..<80 {
            var octets = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            if length >= 4 { octets.replaceSubrange(0..<4, with: [0x81, 0x0A, 0, UInt8(length)]) }
            if length >= 6 { octets.replaceSubrange(4..<6, with: [1, 0]) }
            let said = DatagramMeaning.text(of: octets)
            #expect(!said.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
    }

    @Test("have their octets, which are read back")
    func hex() {
        let octets = (0..<37).map { UInt8($0 * 7) }
        let datagram = ObservedDatagram(
            octets: octets, peer: IPv4Endpoint(10, 0, 0, 9), isSent: false, isBroadcast: true,
            uptime: .zero, time: Timestamp(milliseconds: 1_000), droppedReasons: ["too late"])
        let lines = DatagramText.text(of: datagram, in: .utc).split(separator: "\n")
        #expect(
            lines[0].hasPrefix(
                "1970-01-01 00:00:01Z < 10.0.0.9:47808, 37 octets, broadcast: no BACnet/IP"))
        #expect(lines[0].hasSuffix("; dropped: too late"))
        let read = lines.dropFirst().flatMap { line in
            DatagramTextTests.octets(String(line.dropFirst(8).prefix(48)))
        }
        #expect(read == octets)
        #expect(lines[1].hasPrefix("  0000  00 07 0e 15") && lines[1].hasSuffix("...#*18?FMT[bi|"))
    }

    @Test("of a client are reported in order, with what became of them")
    func observed() async throws {
        let network = MemoryNetwork()
        let seen = Mutex<[ObservedDatagram]>([])
        let transport = ObservedTransport(network.transport(at: IPv4Endpoint(10, 0, 0, 1))) {
            datagram in
            seen.withLock { $0.append(datagram) }
        }
        let client = BACnetClient(
            ClientConfiguration(device: OwnDevice(instance: 9, name: "us")), over: transport)
        transport.judge { [weak client] in client?.droppedWords ?? [:] }
        client.start()
        let peer = network.transport(at: IPv4Endpoint(10, 0, 0, 2))
        peer.start { _ in }
        // Who-Is is answered in the course of being received, and told behind it.
        peer.send(DatagramTextTests.octets("810a0008 0100 1008"), to: transport.endpoint)
        peer.send(DatagramTextTests.octets("810a0009 0100 200105"), to: transport.endpoint)
        peer.send([1, 2, 3], to: transport.endpoint)
        await client.close()
        let datagrams = seen.withLock { $0 }
        #expect(datagrams.map(\.isSent) == [false, true, false, false])
        #expect(
            datagrams.map(\.droppedReasons) == [
                [], [], ["no open question has this number"], ["its link header cannot be read"],
            ])
    }
}
