#if Collector
    import BACnetMessages
    import Foundation
    import Glibc

    /// The devices of `Tests/Interop/simulator.py`, another stack's, in a process of their own on
    /// loopback.
    final class Simulator: @unchecked Sendable {
        struct Failure: Error { let message: String }

        struct Description: Decodable {
            var devices: [DeviceDescription]
            var broadcast: String?
            var bbmd: String?
            var router: String?
            var control: String
        }

        struct DeviceDescription: Decodable, Sendable {
            var id: UInt32
            var profile: String
            var address: String?
            var network: UInt16?
            var objects: [ObjectDescription]
        }

        struct ObjectDescription: Decodable, Sendable {
            var id: String
            var name: String
            var units: String?
            var states: [String]?
        }

        let description: Description
        /// Numbers of the units' names, as the other stack has them.
        let unitNumbers: [String: UInt32]
        private let process: Process
        private let control: ControlLine

        /// An interpreter that has the other stack: tools/test.sh makes one.
        static let python: String? = {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let own = root.appendingPathComponent(".build/bacnet-python/bin/python").path
            let path = ProcessInfo.processInfo.environment["ALMANAC_BACNET_PYTHON"] ?? own
            return FileManager.default.isExecutableFile(atPath: path) ? path : nil
        }()

        private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Interop/simulator.py").path

        /// Starts it and returns when its devices answer.
        init(_ arguments: [String]) async throws {
            guard let python = Simulator.python else { throw Failure(message: "no interpreter") }
            let output = FileManager.default.temporaryDirectory
                .appendingPathComponent("almanac-simulator-\(UUID().uuidString)")
            _ = FileManager.default.createFile(atPath: output.path, contents: nil)
            defer { try? FileManager.default.removeItem(at: output) }
            process = Process()
            process.executableURL = URL(fileURLWithPath: python)
            // It ends by itself should this process not live to end it.
            process.arguments = [Simulator.script, "--duration", "600"] + arguments
            process.standardOutput = try FileHandle(forWritingTo: output)
            try process.run()
            description = try await Simulator.described(in: output, by: process)
            control = try ControlLine(to: description.control)
            let names = Set(description.devices.flatMap(\.objects).compactMap(\.units))
            unitNumbers = try Simulator.unitNumbers(names.sorted(), python)
        }

        deinit { process.terminate() }

        private static func described(
            in output: URL, by process: Process
        ) async throws -> Description {
            for _ in 0..<1_200 {
                let text = try String(contentsOf: output, encoding: .utf8)
                let lines = text.split(separator: "\n")
                if lines.contains(where: { $0.hasPrefix("READY") }) {
                    return try JSONDecoder().decode(Description.self, from: Data(lines[0].utf8))
                }
                guard process.isRunning else { throw Failure(message: "it ended: \(text)") }
                try await Task.sleep(for: .milliseconds(50))
            }
            process.terminate()
            throw Failure(message: "not ready in a minute")
        }

        private static func unitNumbers(
            _ names: [String], _ python: String
        ) throws -> [String: UInt32] {
            let asking = Process()
            let output = Pipe()
            asking.executableURL = URL(fileURLWithPath: python)
            asking.arguments =
                [
                    "-c",
                    "import json, sys; from bacpypes3.basetypes import EngineeringUnits as E; "
                        + "print(json.dumps({n: int(E(n)) for n in sys.argv[1:]}))",
                ] + names
            asking.standardOutput = output
            try asking.run()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            asking.waitUntilExit()
            return try JSONDecoder().decode([String: UInt32].self, from: text)
        }
    }

    extension Simulator {
        /// Sends a command and gives the reply as it is.
        @discardableResult func command(_ fields: [String: Any]) throws -> [String: Any] {
            let line = try JSONSerialization.data(withJSONObject: fields)
            let reply = try JSONSerialization.jsonObject(with: control.ask(line))
            guard let reply = reply as? [String: Any], reply["ok"] as? Bool == true else {
                throw Failure(message: "\(fields): \(reply)")
            }
            return reply
        }

        /// What an object's value and flags are in a step, by the simulator's own word.
        func truth(
            _ object: String, of device: UInt32, step: Int
        ) throws -> (value: Double, flags: [Int]) {
            let reply = try command([
                "cmd": "expect", "device": Int(device), "object": object, "step": step,
            ])
            guard let flags = reply["status_flags"] as? [Int] else {
                throw Failure(message: "\(reply)")
            }
            if let text = reply["value"] as? String { return (Double(text) ?? .nan, flags) }
            guard let number = reply["value"] as? NSNumber else {
                throw Failure(message: "\(reply)")
            }
            return (number.doubleValue, flags)
        }

        func stop() {
            _ = try? command(["cmd": "shutdown"])
            process.terminate()
            process.waitUntilExit()
        }
    }

    /// A line to the control port: one object a line, one line back.
    private final class ControlLine: @unchecked Sendable {
        private let descriptor: Int32
        private let lock = NSLock()

        init(to endpoint: String) throws {
            let parts = endpoint.split(separator: ":")
            guard parts.count == 2, let port = UInt16(parts[1]) else {
                throw Simulator.Failure(message: "control at \(endpoint)")
            }
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr(String(parts[0]))
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else {
                throw Simulator.Failure(message: "control does not answer at \(endpoint)")
            }
        }

        deinit { close(descriptor) }

        func ask(_ line: Data) throws -> Data {
            lock.lock()
            defer { lock.unlock() }
            let sent = Array(line) + [UInt8(ascii: "\n")]
            guard write(descriptor, sent, sent.count) == sent.count else {
                throw Simulator.Failure(message: "control does not listen")
            }
            var reply: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65_536)
            while reply.last != UInt8(ascii: "\n") {
                let count = read(descriptor, &part, part.count)
                guard count > 0 else { throw Simulator.Failure(message: "control has ended") }
                reply += part[..<count]
            }
            return Data(reply)
        }
    }

    /// Where a simulator and its client live: addresses and a port that another run on the same
    /// machine is not likely to have.
    struct Neighbourhood {
        let prefix: (UInt8, UInt8) = (.random(in: 2...200), .random(in: 0...250))
        let port: UInt16 = .random(in: 20_000...32_000)

        var own: IPv4Endpoint { IPv4Endpoint(127, prefix.0, prefix.1, 9, port: port) }
        var broadcast: IPv4Endpoint { IPv4Endpoint(127, 255, 255, 255, port: port) }
        var host: String { "127.\(prefix.0).\(prefix.1).10" }

        /// Each device with an address of its own, all hearing broadcasts.
        var arguments: [String] {
            ["--layout", "addresses", "--host", host, "--port", "\(port)", "--manual"]
        }

        /// Each device with a port of its own, and no broadcasts but by a BBMD.
        var portArguments: [String] {
            ["--layout", "ports", "--host", host, "--port", "\(port)", "--manual", "--bbmd"]
        }
    }

    extension IPv4Endpoint {
        init?(_ text: String) {
            let parts = text.split(whereSeparator: { $0 == "." || $0 == ":" })
            let octets = parts.prefix(4).compactMap { UInt8($0) }
            guard parts.count == 5, octets.count == 4, let port = UInt16(parts[4]) else {
                return nil
            }
            self.init(octets[0], octets[1], octets[2], octets[3], port: port)
        }
    }
#endif
