#if Collector
    import BACnetIP
    import BACnetMessages
    import Foundation
    import Testing

    /// Against devices of another stack, over UDP on loopback. Whether time passes quickly decides
    /// nothing here: what is waited for is waited for until it comes or the tries are used up.
    @Suite(
        "BACnet devices of another stack", .serialized,
        .enabled(if: Simulator.python != nil, "no Python with bacpypes3: tools/test.sh makes one"),
        .timeLimit(.minutes(5)))
    struct InteropTests {
        private static let pointCount =
            ProcessInfo.processInfo.environment["ALMANAC_INTEROP_POINTS"] ?? "98"

        /// A simulator and a client beside it.
        private func meet<Answer>(
            _ arguments: [String], byManager: Bool = false,
            _ body: (Simulator, BACnetClient, [UInt32: DeviceAddress]) async throws -> Answer
        ) async throws -> Answer {
            let place = Neighbourhood()
            let simulator = try await Simulator(
                (byManager ? place.portArguments : place.arguments)
                    + ["--points", InteropTests.pointCount] + arguments)
            defer { simulator.stop() }
            let transport = try await UDPTransport.bind(
                place.own, broadcast: place.broadcast, hearsBroadcasts: !byManager)
            let client = BACnetClient(
                ClientConfiguration(device: OwnDevice(instance: 77, name: "Almanac")),
                over: transport,
                broadcastManager: simulator.description.bbmd.flatMap(IPv4Endpoint.init))
            client.start()
            let devices = try await find(simulator, client)
            let answer = try await body(simulator, client, devices)
            await client.close()
            #expect(transport.droppedCounts[.oversize] == nil)
            return answer
        }

        /// Asks until every device has said that it is there.
        private func find(
            _ simulator: Simulator, _ client: BACnetClient
        ) async throws -> [UInt32: DeviceAddress] {
            var found: [UInt32: DeviceAddress] = [:]
            let wanted = Set(simulator.description.devices.map(\.id))
            for _ in 0..<8 where !wanted.subtracting(found.keys).isEmpty {
                let pace = DiscoveryPace(patience: .seconds(2), gap: .milliseconds(500))
                for device in try await client.whoIs(pace: pace) {
                    found[device.instance] = device.address
                }
            }
            #expect(wanted.subtracting(found.keys).isEmpty)
            return found
        }

        /// Reads everything of every device at once, and compares.
        private func compare(
            _ simulator: Simulator, _ client: BACnetClient, _ devices: [UInt32: DeviceAddress],
            step: Int, patience: Patience = Patience(timeout: .seconds(3), retryCount: 4),
            valuesOnly: Bool = false
        ) async throws {
            let reading = PointReading(
                client: client, simulator: simulator, patience: patience, valuesOnly: valuesOnly)
            try await withThrowingTaskGroup(of: [String].self) { group in
                for description in simulator.description.devices {
                    guard let device = devices[description.id] else { continue }
                    group.addTask {
                        try await reading.differences(of: description, at: device, step: step)
                    }
                }
                for try await differences in group {
                    #expect(differences.isEmpty, "\(differences.prefix(5))")
                }
            }
        }

        @Test(
            "of every kind are found, with names, units, states and true values, one question each")
        func everything() async throws {
            let profiles = [
                "normal", "segmented", "mstp", "tiny", "norpm", "rpmlimit", "nocov", "legacy",
                "intl", "skewed", "ghost", "t3", "replay", "lossy", "errors", "normal", "segmented",
                "mstp", "tiny", "legacy", "lossy",
            ]
            let arguments = [
                "--devices", "\(profiles.count)", "--routed", "3",
                "--profiles", profiles.joined(separator: ","),
            ]
            try await meet(arguments) { simulator, client, devices in
                #expect(devices.values.count { $0.station?.network == 2001 } == 3)
                try simulator.command(["cmd": "tick", "n": 25])
                try await compare(simulator, client, devices, step: 25)
                // Every third of the awkward ones has its fault, its NaN, its alarm now.
                try simulator.command(["cmd": "tick", "n": 36])
                try await compare(simulator, client, devices, step: 61, valuesOnly: true)
                for description in simulator.description.devices {
                    let statistics = try simulator.command([
                        "cmd": "stats", "device": Int(description.id),
                    ])
                    #expect(statistics["inflight_max"] as? Int == 1, "\(description.profile)")
                }
            }
        }

        @Test("that take seconds for an answer give all of it")
        func slow() async throws {
            let arguments = ["--devices", "2", "--profiles", "slow,normal", "--points", "20"]
            try await meet(arguments) { simulator, client, devices in
                try simulator.command(["cmd": "tick", "n": 7])
                try await compare(
                    simulator, client, devices, step: 7, patience: Patience(timeout: .seconds(7)))
            }
        }

        @Test("are found and read by a foreign device through a BBMD")
        func foreign() async throws {
            let arguments = ["--devices", "2", "--routed", "1", "--profiles", "normal,mstp"]
            try await meet(arguments, byManager: true) { simulator, client, devices in
                #expect(client.registration == .registered)
                try simulator.command(["cmd": "tick", "n": 7])
                try await compare(simulator, client, devices, step: 7)
            }
        }

        @Test("that go away and come back are read when they are there, and never wrongly")
        func flaky() async throws {
            let settings = #"{"1001": {"offline_cycle": [2.0, 3.0]}}"#
            let arguments = ["--devices", "1", "--device-set", settings]
            try await meet(arguments) { simulator, client, devices in
                let device = try #require(devices[1001])
                let targets = simulator.description.devices[0].objects.compactMap {
                    (try? PointReading.object($0.id)).map { ObjectProperty($0, .presentValue) }
                }
                var wasAway = false
                var wasBack = false
                for _ in 0..<60 where !wasBack {
                    let found = await client.readProperties(
                        targets, of: device,
                        patience: Patience(timeout: .milliseconds(300), retryCount: 1))
                    #expect(found.count == targets.count)
                    let isThere = found.values.allSatisfy { outcome in
                        if case .values = outcome { true } else { false }
                    }
                    wasBack = wasAway && isThere
                    wasAway = wasAway || !isThere
                    try await Task.sleep(for: .milliseconds(200))
                }
                #expect(wasAway && wasBack)
            }
        }

        @Test(
            "that send garbage do no harm, and give a wrong value only where they spoiled a reply")
        func garbage() async throws {
            let arguments = ["--devices", "4", "--profiles", "garbage"]
            try await meet(arguments) { simulator, client, devices in
                let reading = PointReading(
                    client: client, simulator: simulator,
                    patience: Patience(timeout: .milliseconds(500), retryCount: 3))
                for description in simulator.description.devices {
                    let device = try #require(devices[description.id])
                    let targets = try description.objects.map {
                        ObjectProperty(try PointReading.object($0.id), .presentValue)
                    }
                    let truth = try reading.truths(of: description, step: 0)
                    for _ in 0..<10 {
                        let before = try spoiledCount(simulator, description.id)
                        let found = await reading.read(targets, of: device)
                        #expect(found.count == targets.count)
                        let wrong = found.filter {
                            $0.value.map(PointReading.words) != truth[$0.key]
                        }
                        let spoiled = try spoiledCount(simulator, description.id) - before
                        #expect(wrong.isEmpty || spoiled > 0, "\(wrong.keys)")
                    }
                    // Whole again, it is believed again.
                    try simulator.command([
                        "cmd": "faults", "device": Int(description.id),
                        "set": ["corrupt": 0.0, "wrong_invoke": 0.0, "duplicate": 0.0],
                    ])
                    let found = await reading.read(targets, of: device)
                    #expect(found.mapValues { $0.map(PointReading.words) } == truth)
                }
                #expect(!client.droppedReplyCounts.isEmpty)
            }
        }

        private func spoiledCount(_ simulator: Simulator, _ device: UInt32) throws -> Int {
            let statistics = try simulator.command(["cmd": "stats", "device": Int(device)])
            return statistics["corrupted"] as? Int ?? 0
        }

        @Test("that turn an analog input into a binary one show it in their list")
        func flip() async throws {
            let arguments = ["--devices", "1", "--profiles", "t3", "--points", "98"]
            try await meet(arguments) { simulator, client, devices in
                let device = try #require(devices[1001])
                let reading = PointReading(client: client, simulator: simulator)
                let before = try await reading.objectList(of: device, 1001)
                let reply = try simulator.command([
                    "cmd": "flip", "device": 1001, "object": "analog-input,30",
                ])
                let flipped = try PointReading.object(try #require(reply["object"] as? String))
                let after = try await reading.objectList(of: device, 1001)
                let old = ObjectIdentifier(.analogInput, 30)
                #expect(before.contains(old) && !after.contains(old))
                #expect(!before.contains(flipped) && after.contains(flipped))
                let value = try await client.readProperty(
                    ObjectProperty(flipped, .presentValue), of: device)
                let truth = try simulator.truth("\(flipped)", of: 1001, step: 0)
                #expect(value == [.enumerated(UInt32(truth.value))])
            }
        }

        @Test("give their logs by position, by sequence and by time, as they are")
        func logs() async throws {
            let arguments = [
                "--devices", "3", "--profiles", "normal,ghost,segmented", "--trend-records", "60",
                "--trend-first-seq", "4294967260", "--trend-interval", "3600",
                "--trend-logs", "2", "--trend-multiple", "1",
            ]
            try await meet(arguments) { simulator, client, devices in
                // The simulator's logs of an odd number have status flags.
                let logs = [
                    (ObjectIdentifier(.trendLog, 1), true), (ObjectIdentifier(.trendLog, 2), false),
                    (ObjectIdentifier(.trendLogMultiple, 1), false),
                ]
                for (description, object) in simulator.description.devices.flatMap({ device in
                    logs.map { (device, $0) }
                }) {
                    let device = try #require(devices[description.id])
                    let log = LogReading(
                        client: client, device: device,
                        target: ObjectProperty(object.0, .logBuffer))
                    let truth = try LogReading.truth(
                        simulator.command([
                            "cmd": "trend", "device": Int(description.id),
                            "object": "\(object.0)",
                        ]), hasFlags: object.1)
                    #expect(truth.count == 60)
                    #expect(try await log.byPosition(truth.count) == truth.map(\.words))
                    #expect(
                        try await log.bySequence(from: truth[0].sequence, truth.count)
                            == truth.map(\.words))
                    #expect(
                        try await log.byTime(after: truth[29].time)
                            == truth[30...].map(\.words))
                }
            }
        }

        @Test("tell changes to a subscriber, who renews, also behind a restart")
        func changes() async throws {
            let arguments = ["--devices", "2", "--profiles", "normal,segmented"]
            try await meet(arguments) { simulator, client, devices in
                for (id, isConfirmed) in [(UInt32(1001), false), (1002, true)] {
                    let device = try #require(devices[id])
                    let object = ObjectIdentifier(.binaryInput, 1)
                    let options = SubscriptionOptions(
                        lifetime: .seconds(4), isConfirmed: isConfirmed)
                    let subscription = try await client.subscribe(
                        to: object, of: device, options: options)
                    var events = subscription.makeAsyncIterator()
                    // A notification comes with the subscription, then one with each change.
                    for _ in 0..<3 {
                        let value = try await presentValue(&events)
                        let step = try simulator.command(["cmd": "step"])["step"] as? Int ?? -1
                        let truth = try simulator.truth("\(object)", of: id, step: step)
                        #expect(value == [.enumerated(UInt32(truth.value))])
                        try change(simulator, "\(object)", of: id)
                    }
                    // It forgets; the renewal makes it know again.
                    try simulator.command(["cmd": "restart", "device": Int(id)])
                    var wasRenewed = false
                    while !wasRenewed, let event = await events.next(isolation: #isolation) {
                        wasRenewed = event == .renewed
                    }
                    #expect(wasRenewed)
                    try change(simulator, "\(object)", of: id)
                    _ = try await presentValue(&events)
                    await subscription.cancel()
                    let left = try simulator.command(["cmd": "stats", "device": Int(id)])
                    #expect(left["subscriptions"] as? Int == 0)
                }
            }
        }

        private func presentValue(
            _ events: inout COVSubscription.Iterator
        ) async throws -> [TaggedValue] {
            while let event = await events.next(isolation: #isolation) {
                guard case .notification(let notification, _) = event,
                    let value = notification.values.first(where: {
                        $0.reference == PropertyReference(.presentValue)
                    })
                else { continue }
                return value.values
            }
            throw Simulator.Failure(message: "the subscription has ended")
        }

        /// Ticks until the object's value is another.
        private func change(_ simulator: Simulator, _ object: String, of device: UInt32) throws {
            guard let step = try simulator.command(["cmd": "step"])["step"] as? Int else { return }
            let before = try simulator.truth(object, of: device, step: step).value
            for ahead in 1..<100
            where try simulator.truth(object, of: device, step: step + ahead).value != before {
                try simulator.command(["cmd": "tick", "n": ahead])
                return
            }
            throw Simulator.Failure(message: "\(object) does not change")
        }
    }
#endif
