import AlmanacCollector
import BACnetMessages
import BuildingModel
import Testing
import TimeSeriesModel

@Suite("CollectorInputs") struct CollectorInputsTests {
    private static let deviceHeader: String = CollectorInputs.deviceColumns.joined(separator: ",")
    private static let pointHeader: String = CollectorInputs.pointColumns.joined(separator: ",")
    private static let deviceRow = "1001,ahu-1,Odd 1,10.0.0.9:47809,1001,generic"
    private static let pointRow =
        "1001,256,5,\"supply, temp\",\"analog-input,5\",°C,analog,60,cov+poll,sampled,-40,72.3,"

    private func inputs(_ devices: String? = nil, _ points: String? = nil) -> CollectorInputs {
        let devices =
            devices ?? "\(CollectorInputsTests.deviceHeader)\n\(CollectorInputsTests.deviceRow)\n"
        let points =
            points ?? "\(CollectorInputsTests.pointHeader)\n\(CollectorInputsTests.pointRow)\n"
        return CollectorInputs(
            devices: .init(name: "devices.csv", bytes: Array(devices.utf8)),
            points: .init(name: "points.csv", bytes: Array(points.utf8)))
    }

    private func devices(_ rows: String...) -> CollectorInputs {
        inputs(([CollectorInputsTests.deviceHeader] + rows).joined(separator: "\n"))
    }

    private func points(_ rows: String...) -> CollectorInputs {
        inputs(
            "\(CollectorInputsTests.deviceHeader)\n\(CollectorInputsTests.deviceRow)\n",
            ([CollectorInputsTests.pointHeader] + rows).joined(separator: "\n"))
    }

    private func problems(_ inputs: CollectorInputs) -> [String] {
        do throws(InputFailure) {
            _ = try inputs.plan()
            return []
        } catch {
            #expect(error.problemCount >= error.problems.count && !error.problems.isEmpty)
            return error.problems.map(\.description)
        }
    }

    @Test("become a plan")
    func plan() throws {
        let plan = try inputs().plan()
        let device = CollectedDevice(
            id: 1001, name: "ahu-1", type: "Odd 1",
            address: DeviceAddress(node: IPv4Endpoint(10, 0, 0, 9, port: 47_809)), instance: 1001)
        #expect(plan.devices == [device])
        let point = CollectedPoint(
            address: PointAddress(device: 1001, type: 256, number: 5), name: "supply, temp",
            object: ObjectIdentifier(.analogInput, 5), unitCode: 62, dataType: .analog,
            profile: PointProfile(low: -40, high: 72.3), interval: .seconds(60), mode: .both)
        #expect(plan.points == [point])
    }

    @Test(
        "may come from a spreadsheet: byte order mark, other line ends and separators, other columns",
        arguments: ["\n", "\r\n", "\r"], [",", ";", "\t"])
    func spreadsheets(end: String, separator: String) throws {
        let devices = [
            "profile,note,bacnet_instance,address,device_type,device_name,device_id,",
            "generic,\"a \"\"b\"\"\",1001,,,\"'=ahu\",1001,", ",,,,,,,", "",
        ].map {
            $0.split(separator: ",", omittingEmptySubsequences: false).joined(separator: separator)
        }
        let points = [
            CollectorInputs.pointColumns.joined(separator: separator),
            [
                "1001", "256", "5", "a", "\"analog-input\(separator == "," ? "," : ":")5\"", "",
                "analog",
                "", "", "", "", separator == ";" ? "\"72,3\"" : "72.3", "",
            ].joined(separator: separator),
        ]
        let problems = problems(
            inputs("\u{FEFF}" + devices.joined(separator: end), points.joined(separator: end)))
        // Only the column that the table does not have is reported.
        #expect(problems.count == 1 && problems[0].contains("found \"note\""))
        let known = devices.map {
            $0.split(separator: separator, omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset != 1 }.map(\.element).joined(separator: separator)
        }
        let plan = try inputs(
            "\u{FEFF}" + known.joined(separator: end), points.joined(separator: end)
        ).plan()
        #expect(plan.devices.map(\.name) == ["=ahu"] && plan.devices[0].type == "BACnet")
        #expect(plan.devices[0].address == nil && plan.points[0].profile.high == 72.3)
        #expect(plan.points[0].mode == .poll && plan.points[0].interval == nil)
    }

    private static let deviceFaults: [(String, [String])] = [
        ("x,a,,,7,generic", ["line 2, column 1 (device_id): found \"x\""]),
        ("7,,,,7,generic", ["column 2 (device_name): found nothing"]),
        ("7,a/b,,,7,generic", ["(device_name): found \"a/b\", expected a name without /"]),
        ("7,a,,10.0.0.300,7,generic", ["column 4 (address): found \"10.0.0.300\""]),
        ("7,a,,,4194303,generic", ["column 5 (bacnet_instance): found \"4194303\""]),
        ("7,a,,,7,T3", ["column 6 (profile): found \"T3\", expected one of generic, t3"]),
        ("7,a,,,7", ["line 2: found 5 cells, expected 6 as in the header"]),
        ("7,a,,,7,t3,more", ["line 2: found 7 cells"]),
        ("7,\"a,,,7,t3", ["line 2, column 2: found a quote that is not closed"]),
        ("7,\"a\"b,,,7,t3", ["column 2: found text after a closing quote"]),
        ("-1,a,,1,-2,no", ["(device_id)", "(bacnet_instance)", "(address)", "(profile)"]),
    ]

    @Test("of devices are refused cell by cell", arguments: 0..<deviceFaults.count)
    func badDevices(index: Int) {
        let (row, expected) = CollectorInputsTests.deviceFaults[index]
        let found = problems(devices(row)).filter { $0.hasPrefix("devices.csv") }
        #expect(found.count == expected.count)
        for (problem, part) in zip(found, expected) { #expect(problem.contains(part)) }
    }

    private static let pointFaults: [(String, [String])] = [
        (
            "7,256,5,a,\"analog-input,5\",,analog,,,,,,",
            ["(device_id): found \"7\", expected a device of devices.csv"]
        ),
        ("1001,x,0,a,\"analog-input,5\",,analog,,,,,,", ["(point_type)", "(point_number)"]),
        ("1001,256,5,a,analog-input,,analog,,,,,,", ["column 5 (object): found \"analog-input\""]),
        ("1001,256,5,a,\"trend-log,5\",,analog,,,,,,", ["an object with a present value"]),
        ("1001,256,5,a,\"analog-input,4194304\",,analog,,,,,,", ["(object)"]),
        (
            "1001,256,5,a,\"analog-input,5\",,binary,,,,,,",
            ["(data_type): found \"binary\", expected one of analog"]
        ),
        (
            "1001,256,5,a,\"binary-input,5\",,analog,,,,,,",
            ["expected digital, because the object is binary-input,5"]
        ),
        (
            "1001,256,5,a,\"analog-input,5\",,analog,0,,,,,",
            ["(interval_seconds): found \"0\", expected a whole number from 1 to 86400"]
        ),
        ("1001,256,5,a,\"analog-input,5\",,analog,900.5,,,,,", ["(interval_seconds)"]),
        (
            "1001,256,5,a,\"analog-input,5\",,analog,,often,,,,",
            ["(mode): found \"often\", expected one of poll, cov, cov+poll"]
        ),
        ("1001,256,5,a,\"analog-input,5\",,analog,,,always,,,", ["(history_mode)"]),
        ("1001,256,5,a,\"analog-input,5\",,analog,,,,nan,1e999,", ["(low)", "(high)"]),
        (
            "1001,256,5,a,\"analog-input,5\",,analog,,,,5,4,",
            ["(high): found \"4\", expected a number of at least low, 5"]
        ),
        ("1001,256,5,a,\"analog-input,5\",,analog,,,,,,65536", ["(range_code)"]),
    ]

    @Test("of points are refused cell by cell", arguments: 0..<pointFaults.count)
    func badPoints(index: Int) {
        let (row, expected) = CollectorInputsTests.pointFaults[index]
        let found = problems(points(row))
        #expect(found.count == expected.count, "\(found)")
        for (problem, part) in zip(found, expected) {
            #expect(problem.contains(part) && problem.hasPrefix("points.csv, line 2"), "\(problem)")
        }
    }

    @Test("name the line that has a number, name, instance or object already")
    func duplicates() {
        let found = problems(
            devices("7,a,,10.0.0.9,7,generic", "7,b,,,8,generic", "9,a,,,9,t3", "10,d,,,7,t3"))
        #expect(found.filter { $0.hasPrefix("devices.csv") }.map { $0.suffix(40) }.count == 3)
        #expect(found[0].contains("line 3, column 1 (device_id)") && found[0].contains("line 2"))
        #expect(found[1].contains("line 4, column 2 (device_name)"))
        #expect(found[2].contains("line 5, column 5 (bacnet_instance)"))
        let twice = problems(
            points(
                CollectorInputsTests.pointRow,
                "1001,256,5,b,\"analog-input,6\",,analog,,,,,,",
                "1001,256,7,c,\"analog-input,5\",,analog,,,,,,"))
        #expect(twice.count == 2)
        #expect(twice[0].contains("line 3, column 3 (point_number): found 1001:256:5"))
        #expect(twice[1].contains("line 4, column 5 (object)") && twice[1].contains("line 2"))
    }

    // A request names the address and the object, not the device: two points would be one.
    @Test("refuse an object at an address that two devices have, and accept other objects there")
    func sharedAddress() throws {
        let header = CollectorInputsTests.deviceHeader
        let shared = "\(header)\n7,a,,10.0.0.9,7,generic\n8,b,,10.0.0.9,8,generic\n"
        func rows(_ second: String) -> String {
            """
            \(CollectorInputsTests.pointHeader)
            7,256,5,a,"analog-input,5",,analog,,,,,,
            8,256,5,a,"analog-input,\(second)",,analog,,,,,,
            """
        }
        let found = problems(inputs(shared, rows("5")))
        #expect(found.count == 1 && found[0].contains("line 2") && found[0].contains("device 7"))
        #expect(try inputs(shared, rows("6")).plan().points.count == 2)
    }

    @Test("say so if one file was given in place of the other, or that of an import")
    func interchanged() {
        let good = inputs()
        let found = problems(CollectorInputs(devices: good.points, points: good.devices))
        #expect(
            found == [
                "points.csv, line 1: found a table of points, expected a table of devices; were the "
                    + "two files interchanged?",
                "devices.csv, line 1: found a table of devices, expected a table of points; were the "
                    + "two files interchanged?",
            ])
        let imported = problems(
            inputs("\(CollectorInputsTests.deviceHeader)\n", "site,point,kind,unit\na,b,c,d\n"))
        #expect(imported.count == 1 && imported[0].contains("`almanac import csv`"))
        let empty = problems(inputs("", ""))
        #expect(empty.count == 2 && empty.allSatisfy { $0.contains("found an empty file") })
    }

    @Test("report every problem, up to a bound, and count the others")
    func bounded() {
        let rows = (1...80).map { "x\($0),256,5,a,\"analog-input,5\",,analog,,,,,," }
        do throws(InputFailure) {
            _ = try inputs(
                "\(CollectorInputsTests.deviceHeader)\n\(CollectorInputsTests.deviceRow)\n",
                ([CollectorInputsTests.pointHeader] + rows).joined(separator: "\n")
            ).plan()
            Issue.record("accepted")
        } catch {
            #expect(error.problems.count == InputFailure.problemCountMax)
            #expect(error.problemCount == 80 && "\(error)".hasSuffix("and 30 more"))
        }
    }

    @Test("of any octets are refused or become a plan, and nothing traps")
    func changed() {
        let good = inputs()
        var bytes = good.points.bytes
        for place in bytes.indices {
            for byte: UInt8 in [0, 0x22, 0x2C, 0x0A, 0xFF, 0x2D] {
                let kept = bytes[place]
                bytes[place] = byte
                let changed = CollectorInputs(
                    devices: good.devices, points: .init(name: "points.csv", bytes: bytes))
                if let plan = try? changed.plan() { #expect(plan.points.count <= 1) }
                bytes[place] = kept
            }
        }
        for count in good.devices.bytes.indices {
            let cut = CollectorInputs(
                devices: .init(name: "d", bytes: Array(good.devices.bytes.prefix(count))),
                points: good.points)
            _ = try? cut.plan()
        }
    }
}
