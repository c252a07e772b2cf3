import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingModel
import BuildingSimulation
import Synchronization
import Testing
import TimeSeriesModel

/// What our client finds in the building's devices is what the building says.
@Suite("Simulated devices, their objects") struct ObjectTests {
    private static let plant = Field.address(1001)

    private func device(_ instance: UInt32) -> ObjectIdentifier {
        ObjectIdentifier(.device, instance)
    }

    @Test("are found with name, unit and state texts, and show the building's values")
    func everything() throws {
        let field = Field(deviceCount: 4)
        try field.pass(until: .seconds(36_000))
        let found = try field.go { client in
            try await client.whoIs([InstanceRange(1001, 1004)])
        }
        #expect(found.map(\.instance).sorted() == [1001, 1002, 1003, 1004])
        for instance in found.map(\.instance) { try compare(instance) }
    }

    private func compare(_ instance: UInt32) throws {
        let field = Field(deviceCount: 4)
        let address = Field.address(instance)
        let device = device(instance)
        let properties: [PropertyIdentifier] = [
            .objectName, .description, .presentValue, .statusFlags, .units, .inactiveText,
            .activeText, .reliability, .eventState, .outOfService,
        ]
        let (objects, found) = try field.go { client in
            try await field.sleep(until: .seconds(36_000))
            let objects = try await client.objectList(of: device, at: address).objects
            let targets = objects.flatMap { object in
                properties.map { ObjectProperty(object, $0) }
            }
            return (objects, await client.readProperties(targets, of: address))
        }
        let points = field.points(of: instance)
        #expect(objects.first == device && Set(objects).count == objects.count)
        #expect(Set(points.keys).isSubset(of: objects) && points.count == 50)
        #expect(objects.count { $0.type == .trendLog } == 4)
        #expect(field.uptime == .seconds(36_000))
        for (object, index) in points {
            let point = field.building.points[index]
            func outcome(_ property: PropertyIdentifier) -> PropertyOutcome? {
                found[ObjectProperty(object, property)]
            }
            #expect(outcome(.objectName)?.text == point.pointName)
            #expect(outcome(.description)?.text == point.description)
            // In alarm is offnormal, 2 of BACnetEventState.
            if case .bits(let flags)? = outcome(.statusFlags)?.value {
                let isInAlarm = flags[0]
                #expect(outcome(.eventState)?.value == .enumerated(isInAlarm ? 2 : 0))
            } else {
                Issue.record("\(object) has no status flags")
            }
            #expect(outcome(.inactiveText)?.text == point.stateTexts?.inactive)
            #expect(outcome(.activeText)?.text == point.stateTexts?.active)
            #expect(outcome(.units)?.value == point.unitCode.map { .enumerated(UInt32($0)) })
            #expect(outcome(.presentValue)?.value == field.value(of: index, at: field.now))
            #expect(outcome(.reliability)?.value == .enumerated(0))
            #expect(outcome(.outOfService)?.value == .boolean(false))
        }
    }

    @Test("conclude a state of the controller from its points")
    func summaries() throws {
        let field = Field(deviceCount: 3)
        let names = try field.go { client in
            try await field.sleep(until: .seconds(36_000))
            var names: [[String]] = []
            for instance in [1001, 1002, 1003] as [UInt32] {
                let address = Field.address(instance)
                let objects = try await client.objectList(
                    of: ObjectIdentifier(.device, instance), at: address
                ).objects
                let states = objects.filter {
                    $0.type == .multiStateValue || $0.type == .binaryValue
                }
                let targets = states.flatMap { object in
                    [.objectName, .presentValue, .stateText, .numberOfStates].map {
                        ObjectProperty(object, $0)
                    }
                }
                let found = await client.readProperties(targets, of: address)
                names.append(states.compactMap { found[ObjectProperty($0, .objectName)]?.text })
                for state in states where state.type == .multiStateValue {
                    guard case .values(let texts)? = found[ObjectProperty(state, .stateText)],
                        case .unsigned(let value)? = found[ObjectProperty(state, .presentValue)]?
                            .value
                    else {
                        Issue.record("\(state) has no texts or no value")
                        continue
                    }
                    #expect((1...UInt64(texts.count)).contains(value))
                    let count = found[ObjectProperty(state, .numberOfStates)]?.value
                    #expect(count == .unsigned(UInt64(texts.count)))
                }
            }
            return names
        }
        #expect(
            names == [
                ["any_alarm", "mode"], ["any_alarm", "mode"], ["any_presence", "occupancy"],
            ])
    }

    @Test("give all, required and optional properties, and the right error for the others")
    func selections() throws {
        let field = Field()
        let device = device(1001)
        let input = ObjectIdentifier(.analogInput, 1)
        let log = ObjectIdentifier(.trendLog, 1)
        let targets = [
            ObjectProperty(input, .priorityArray), ObjectProperty(input, .presentValue, index: 1),
            ObjectProperty(ObjectIdentifier(.analogInput, 999), .presentValue),
            ObjectProperty(device, .objectList, index: 0),
            ObjectProperty(device, .objectList, index: 200), ObjectProperty(log, .logBuffer),
            ObjectProperty(device, .utcOffset), ObjectProperty(device, .localTime),
        ]
        let (found, all, list) = try field.go { client in
            let found = await client.readProperties(targets, of: ObjectTests.plant)
            let list = try await client.readProperty(
                ObjectProperty(input, .propertyList), of: ObjectTests.plant)
            let all = [PropertyIdentifier.all, .required, .optional].map {
                properties(ObjectProperty(input, $0), field)
            }
            return (found, all, list)
        }
        #expect(
            targets.map { found[$0] } == [
                .error(ErrorReply(.property, .unknownProperty)),
                .error(ErrorReply(.property, .propertyIsNotAnArray)),
                .error(ErrorReply(.object, .unknownObject)),
                .values([.unsigned(57)]),
                .error(ErrorReply(.property, .invalidArrayIndex)),
                .error(ErrorReply(.property, .readAccessDenied)),
                .values([.signed(0)]),
                .values([.time(BACnetTime(hour: 0, minute: 0))]),
            ])
        #expect(all[0].count == 13)
        #expect(Set(all[0]) == Set(all[1] + all[2]))
        #expect(list.count == 10)
    }

    /// What a device answers to a request for several properties at once, which our client never
    /// puts.
    private func properties(_ target: ObjectProperty, _ field: Field) -> [PropertyIdentifier] {
        let found = Mutex<[PropertyIdentifier]>([])
        let stranger = field.network.transport(at: IPv4Endpoint(10, 0, 0, 9))
        stranger.start { datagram in
            let octets = (try? BVLCMessage(decoding: datagram.octets))?.npdu ?? []
            guard let network = try? NPDU(decoding: octets),
                case .apdu(let octets) = network.content,
                case .message(.complexAck(let pdu))? = try? ReceivedAPDU(decoding: octets),
                let ack = try? ReadPropertyMultipleAck(decoding: pdu.octets)
            else { return }
            found.withLock { $0 = ack.targets.map(\.reference.property) }
        }
        let request = ReadPropertyMultipleRequest(targets: [target])
        let pdu = RequestPDU(
            invokeID: 1, service: .readPropertyMultiple, octets: request.encoded)
        stranger.send(
            APDU.confirmedRequest(pdu).datagram(to: ObjectTests.plant), to: ObjectTests.plant.node)
        return found.withLock { $0 }
    }

    @Test("come in segments, by index and alone where a device can do no more")
    func limits() throws {
        let field = Field(
            deviceCount: 4,
            adjust: { profile, place in
                switch place {
                case 0: profile.octetCountMax = 206
                case 1:
                    profile.octetCountMax = 480
                    profile.segmentation = .none
                case 2: profile.services = [.readProperty]
                default:
                    profile.octetCountMax = 50
                    profile.segmentation = .none
                }
            })
        let names = try field.go { client in
            _ = try await client.whoIs()
            var names: [Set<String>] = []
            for instance in field.devices.instances {
                let address = Field.address(instance)
                let objects = try await client.objectList(
                    of: ObjectIdentifier(.device, instance), at: address
                ).objects
                let found = await client.readProperties(
                    objects.map { ObjectProperty($0, .objectName) }, of: address)
                names.append(Set(found.values.compactMap(\.text)))
            }
            return names
        }
        for (place, instance) in field.devices.instances.enumerated() {
            let expected = field.points(of: instance).values.map {
                field.building.points[$0].pointName
            }
            #expect(names[place].isSuperset(of: expected), "device \(instance)")
            #expect(field.devices.statistics(of: instance).openCountMax == 1)
        }
        let single = field.devices.statistics(of: 1003)
        #expect(single.requestCounts[.readPropertyMultiple] == 1)
    }

    @Test("are silent, flagged or without a value when the building's plan has it so")
    func plantedFaults() throws {
        let field = Field(deviceCount: 4, days: 60)
        for fault in field.building.faults {
            let instance: UInt32
            var index: Int?
            switch fault.subject {
            case .device(let place): instance = field.devices.instances[place]
            case .point(let point):
                index = point
                instance = field.building.points[point].address.device.rawValue
            }
            let own = field.points(of: instance)
            let object =
                own.first { $0.value == index }?.key ?? ObjectIdentifier(.analogInput, 1)
            let middle = (fault.range.from.milliseconds + fault.range.to.milliseconds) / 2
            let shifted = Field(deviceCount: 4, days: 60)
            let found = try shifted.go { client in
                let start = shifted.building.range.from.milliseconds
                try await shifted.sleep(until: .milliseconds(middle - start))
                return await client.readProperties(
                    [ObjectProperty(object, .presentValue), ObjectProperty(object, .statusFlags)],
                    of: Field.address(instance))
            }
            let value = found[ObjectProperty(object, .presentValue)]
            let flags = found[ObjectProperty(object, .statusFlags)]?.value
            switch fault.kind {
            case .deviceOutage:
                guard case .failure(let failure)? = value, case .silence = failure.reason else {
                    Issue.record("\(fault.description) \(value.map { "\($0)" } ?? "-")")
                    continue
                }
            case .gap, .stalled:
                #expect(value == .error(ErrorReply(.device, .operationalProblem)))
                #expect(flags == .bits(StatusFlags(fault: true).bits))
            case .badQuality: #expect(flags == .bits(StatusFlags(fault: true).bits))
            case .stuck, .outOfRange:
                #expect(flags == .bits(StatusFlags().bits))
                #expect(value?.value == shifted.value(of: index!, at: shifted.now))
            }
        }
        #expect(field.building.faults.count == 11)
    }
}
