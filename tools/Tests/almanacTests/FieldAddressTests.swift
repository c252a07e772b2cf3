import ArgumentParser
import BACnetMessages
import Testing

@testable import almanac

@Suite("Addresses of devices") struct FieldAddressTests {
    @Test(
        "are read back as they are written",
        arguments: ["10.0.0.9:47808", "2001:0c@10.0.0.9:47809", "1:c0a80105bac0@192.168.1.1:47808"])
    func roundTrip(text: String) throws {
        let address = try #require(DeviceAddress(text: text, port: 1))
        #expect(address.text == text)
    }

    @Test("have the network's port where they name none")
    func port() {
        #expect(
            DeviceAddress(text: "10.0.0.9", port: 47_950)
                == DeviceAddress(node: IPv4Endpoint(10, 0, 0, 9, port: 47_950)))
        #expect(
            DeviceAddress(text: "2001:0C@10.0.0.9", port: 47_808)?.station
                == NetworkAddress(network: 2001, station: [12]))
    }

    @Test(
        "are refused where they name no device",
        arguments: [
            "", "10.0.0", "10.0.0.256", "10.0.0.9:", "10.0.0.9:65536", "10.0.0.9:0", "10.0.0.-1",
            "0.0.0.0", "10.0.0.9:1:2", "@10.0.0.9", "2001@10.0.0.9", "2001:@10.0.0.9",
            "2001:c@10.0.0.9", "2001:zz@10.0.0.9", "2001:+1@10.0.0.9", "0:01@10.0.0.9",
            "65535:01@10.0.0.9", "1:01@1:02@10.0.0.9", "10.0.0.9 ", "device",
        ])
    func refused(text: String) {
        #expect(DeviceAddress(text: text, port: 47_808) == nil)
    }

    @Test("a number alone is an instance")
    func instance() {
        #expect(DeviceTarget(text: "1001", port: 47_808) == .instance(1001))
        #expect(DeviceTarget(text: "4194303", port: 47_808) == nil)
        let node = DeviceAddress(node: IPv4Endpoint(127, 0, 0, 1, port: 47_950))
        #expect(DeviceTarget(text: "1001@127.0.0.1", port: 47_950) == .device(1001, at: node))
        #expect(DeviceTarget(text: "4194303@127.0.0.1", port: 47_950) == nil)
        #expect(
            DeviceTarget(text: "2001:0c@127.0.0.1", port: 47_950)
                == DeviceAddress(text: "2001:0c@127.0.0.1", port: 47_950).map { .address($0) })
        #expect(
            DeviceTarget(text: "127.0.0.1", port: 47_950)
                == .address(DeviceAddress(node: IPv4Endpoint(127, 0, 0, 1, port: 47_950))))
    }

    @Test("ranges of instances have two ends, or one instance")
    func ranges() {
        #expect(InstanceRange(text: "10-20") == InstanceRange(10, 20))
        #expect(InstanceRange(text: "7") == InstanceRange(7, 7))
        for text in ["20-10", "-5", "5-", "1-2-3", "0-4194303", "a"] {
            #expect(InstanceRange(text: text) == nil, "\(text)")
        }
    }
}

@Suite("The interface of a field command") struct FieldSettingsTests {
    private static let interfaces = [
        LocalInterface(name: "lo", address: 0x7F00_0001, broadcastAddress: 0x7FFF_FFFF),
        LocalInterface(name: "eth0", address: 0x0A00_0005, broadcastAddress: 0x0A00_00FF),
    ]

    private func settings(_ arguments: String...) throws -> FieldSettings {
        try FieldOptions.parse(arguments).settings(FieldSettingsTests.interfaces)
    }

    private func failure(_ arguments: String...) throws -> String {
        let options = try FieldOptions.parse(arguments)
        do throws(ToolFailure) { _ = try options.settings(FieldSettingsTests.interfaces) } catch {
            #expect(error.status == .usage)
            return error.message ?? ""
        }
        return "nothing"
    }

    @Test("is named, and brings its broadcast address")
    func named() throws {
        let settings = try settings("--interface", "eth0")
        #expect(settings.endpoint == IPv4Endpoint(10, 0, 0, 5))
        #expect(settings.broadcast == IPv4Endpoint(10, 0, 0, 255))
        #expect(settings.patience == Patience() && settings.bbmd == nil)
    }

    @Test("is that of an address; any address of 127 is the loopback's")
    func address() throws {
        let loopback = try settings("--address", "127.0.60.1", "--port", "47950")
        #expect(loopback.endpoint == IPv4Endpoint(127, 0, 60, 1, port: 47_950))
        #expect(loopback.broadcast == IPv4Endpoint(127, 255, 255, 255, port: 47_950))
        // A port of the system's choice leaves the network its own.
        #expect(try settings("--address", "10.0.0.5:0").networkPort == 47_808)
        let given = try settings("--address", "10.0.0.5:0", "--broadcast", "10.0.0.255:47809")
        #expect(given.networkPort == 47_809)
        // The port of the network holds for a BBMD, for --at, and if the system chooses our own.
        let bbmd = try settings(
            "--address", "10.0.0.5", "--port", "47809", "--bbmd", "10.9.0.1")
        #expect(bbmd.bbmd == IPv4Endpoint(10, 9, 0, 1, port: 47_809))
        #expect(try settings("--address", "10.0.0.5:0", "--port", "47809").networkPort == 47_809)
        let any = try settings("--address", "10.0.0.5", "--port", "0")
        #expect(any.endpoint.port == 0 && any.networkPort == 47_808)
        #expect(
            try settings("--address", "10.0.0.5:0", "--broadcast", "10.0.0.255:0").networkPort
                == 47_808)
        let limited = try settings("--interface", "eth0", "--broadcast", "255.255.255.255")
        #expect(limited.broadcast == IPv4Endpoint(255, 255, 255, 255))
    }

    @Test("is never every interface, an unknown one, two or none")
    func refused() throws {
        #expect(try failure().contains("lo 127.0.0.1, eth0 10.0.0.5"))
        #expect(try failure("--address", "0.0.0.0").contains("every interface at once"))
        #expect(try failure("--interface", "eth1").contains("this machine has lo"))
        #expect(
            try failure("--interface", "lo", "--address", "10.0.0.5").contains("name the interface")
        )
        #expect(try failure("--address", "10.0.0.6").contains("no interface of this machine"))
        #expect(try failure("--address", "10.0.0.5", "--wait", "never").contains("--wait"))
        #expect(try failure("--address", "10.0.0.5", "--bbmd", "x").contains("--bbmd"))
        #expect(try failure("--address", "10.0.0.5", "--bbmd", "10.9.0.1:0").contains("port 0"))
    }
}
