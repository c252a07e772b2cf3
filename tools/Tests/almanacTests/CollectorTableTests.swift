import AlmanacCollector
import BACnetMessages
import Foundation
import Testing
import TimeSeriesModel

@testable import almanac

@Suite("The tables of a collector") struct CollectorTableTests {
    private static func device(
        _ instance: UInt32, _ types: [(ObjectType, UInt32)], vendor: UInt32 = 999,
        host: UInt8 = 9
    ) -> DeviceDescription {
        var found = FoundDevice(
            address: DeviceAddress(node: IPv4Endpoint(10, 0, 0, host)), instance: instance)
        found.vendor = vendor
        var device = DeviceDescription(found)
        device.objects = types.map { ObjectDescription(ObjectIdentifier($0.0, $0.1)) }
        return device
    }

    private func addresses(_ device: DeviceDescription) -> [String] {
        let addresses = PointNumbering.addresses(of: device)
        return device.points.map { addresses[$0.object]?.description ?? "none" }
    }

    private func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("number the objects of any device by type and instance")
    func generic() {
        let device = CollectorTableTests.device(
            7,
            [
                (.analogInput, 5), (.multiStateValue, 2), (.device, 7), (.trendLog, 1),
                (.binaryInput, 5), (.analogValue, 0),
            ])
        // Instance 0 has a number that no instance is; neither devices nor logs are points.
        #expect(addresses(device) == ["7:256:5", "7:275:2", "7:259:5", "7:258:4194303"])
    }

    @Test("number a panel's inputs, outputs and variables, analog or binary, as the panel does")
    func panel() {
        let device = CollectorTableTests.device(
            3,
            [
                (.analogInput, 1), (.binaryInput, 2), (.analogOutput, 1), (.binaryOutput, 2),
                (.analogValue, 1), (.binaryValue, 2), (.multiStateValue, 1),
            ], vendor: 148)
        #expect(
            addresses(device)
                == ["3:2:1", "3:2:2", "3:1:1", "3:1:2", "3:3:1", "3:3:2", "3:275:1"])
    }

    @Test("give no two objects one address, whatever a panel lists")
    func collision() {
        let device = CollectorTableTests.device(
            3, [(.analogInput, 1), (.binaryInput, 1), (.analogInput, 0)], vendor: 148)
        #expect(addresses(device) == ["3:2:1", "3:259:1", "3:256:4194303"])
    }

    @Test("have the columns of the contract, and texts that are no formulas")
    func columns() throws {
        var device = CollectorTableTests.device(
            7, [(.analogInput, 5), (.binaryValue, 1), (.accumulator, 2)])
        device.name = "=AHU/1"
        device.model = "M,1"
        device.objects[0].name = "-SP \"a\"\u{1B}[2J"
        device.objects[0].unit = 62
        device.objects[0].low = -40
        device.objects[0].high = 72.3
        device.objects[1].name = "Fan"
        device.objects[2].unit = 999
        let tables = CollectorTables([device])
        #expect(
            lines(tables.deviceTable) == [
                "device_id,device_name,device_type,address,bacnet_instance,profile",
                "7,'=AHU-1,\"M,1\",10.0.0.9:47808,7,generic",
            ])
        #expect(
            lines(tables.pointTable) == [
                "device_id,point_type,point_number,point_name,object,unit,data_type,"
                    + "interval_seconds,mode,history_mode,low,high,range_code",
                "7,256,5,\"'-SP \"\"a\"\"\u{FFFD}[2J\",\"analog-input,5\",°C,analog,900,poll,"
                    + "sampled,-40,72.3,",
                "7,261,1,Fan,\"binary-value,1\",,digital,900,poll,sampled,,,",
                "7,279,2,\"accumulator,2\",\"accumulator,2\",999,analog,900,poll,totalizer,,,",
            ])
    }

    @Test("leave out two devices of one instance, and keep the others")
    func doubled() {
        let devices = [
            CollectorTableTests.device(7, [(.analogInput, 1)], host: 9),
            CollectorTableTests.device(7, [(.analogInput, 1)], host: 10),
            CollectorTableTests.device(8, [(.analogInput, 1)], vendor: 148, host: 11),
        ]
        let tables = CollectorTables(devices)
        #expect(lines(tables.deviceTable).dropFirst() == ["8,device-8,BACnet,10.0.0.11:47808,8,t3"])
        #expect(lines(tables.pointTable).count == 2)
        let findings = FieldSurvey(devices: devices).findings
        #expect(findings.count == 1)
        #expect(
            findings[0].contains("instance 7 is that of 2 devices, 10.0.0.9:47808 and 10.0.0.10"))
    }

    @Test("are not replaced by mistake, and are written whole")
    func written() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/site"
        try CollectorTables.refuseToReplace(in: path)
        let tables = CollectorTables([CollectorTableTests.device(8, [(.analogInput, 1)])])
        try tables.write(to: path)
        let text = try String(contentsOfFile: path + "/devices.csv", encoding: .utf8)
        #expect(Array(text.utf8) == tables.deviceTable)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 2)
        let refusal = #expect(throws: ToolFailure.self) {
            try CollectorTables.refuseToReplace(in: path)
        }
        #expect(refusal?.status == .usage)
        #expect(refusal?.message?.contains("devices.csv is there already; --force") == true)
        try tables.write(to: path)
        let orphan = #expect(throws: ToolFailure.self) {
            try CollectorTables.refuseToReplace(in: folder.path + "/no/such")
        }
        #expect(orphan?.status == .missing)
    }
}
