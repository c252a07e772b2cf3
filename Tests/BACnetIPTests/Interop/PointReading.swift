#if Collector
    import BACnetIP
    import BACnetMessages

    /// What a client makes of a simulated device, and how that compares with what the simulator says.
    struct PointReading {
        let client: BACnetClient
        let simulator: Simulator
        var patience = Patience(timeout: .seconds(3), retryCount: 4)
        /// Present values and flags, and nothing that stays as it is.
        var valuesOnly = false

        /// The object that the simulator calls `analog-input,1`.
        static func object(_ id: String) throws -> ObjectIdentifier {
            let parts = id.split(separator: ",")
            guard parts.count == 2, let instance = UInt32(parts[1]),
                let type = ObjectType.names.first(where: { $0.value == parts[0] })?.key
            else { throw Simulator.Failure(message: "object \(id)") }
            return ObjectIdentifier(ObjectType(rawValue: type), instance)
        }

        /// Reads until every target has an outcome that is the device's last word: what an unlucky
        /// request lost is asked for again, so often at most.
        func read(
            _ targets: [ObjectProperty], of device: DeviceAddress, attempts: Int = 8
        ) async -> [ObjectProperty: [TaggedValue]] {
            var found: [ObjectProperty: [TaggedValue]] = [:]
            for _ in 0..<attempts {
                let left = targets.filter { found[$0] == nil }
                if left.isEmpty { break }
                let outcomes = await client.readProperties(left, of: device, patience: patience)
                for (target, outcome) in outcomes {
                    if case .values(let values) = outcome { found[target] = values }
                }
            }
            return found
        }

        func objectList(
            of device: DeviceAddress, _ instance: UInt32, attempts: Int = 8
        ) async throws -> Set<ObjectIdentifier> {
            let object = ObjectIdentifier(.device, instance)
            for _ in 1..<attempts {
                if let list = try? await client.objectList(
                    of: object, at: device, patience: patience)
                {
                    return Set(list.objects)
                }
            }
            return Set(
                try await client.objectList(of: object, at: device, patience: patience).objects)
        }

        /// Everything that differs from the simulator's word; nothing if all is well.
        func differences(
            of description: Simulator.DeviceDescription, at device: DeviceAddress, step: Int
        ) async throws -> [String] {
            let list = try await objectList(of: device, description.id)
            var differences: [String] = []
            var targets: [ObjectProperty] = []
            for described in description.objects {
                let object = try PointReading.object(described.id)
                if !list.contains(object) { differences.append("\(object) is not in the list") }
                targets += properties(of: object, described)
            }
            let found = await read(targets, of: device)
            for described in description.objects {
                let object = try PointReading.object(described.id)
                differences += try compare(described, object, description, step, found).map {
                    "\(description.profile) \(description.id) \(object) \($0)"
                }
            }
            return differences
        }

        /// The present values of a device's objects in a step, in words.
        func truths(
            of description: Simulator.DeviceDescription, step: Int
        ) throws -> [ObjectProperty: [String]] {
            var truths: [ObjectProperty: [String]] = [:]
            for described in description.objects {
                let object = try PointReading.object(described.id)
                truths[ObjectProperty(object, .presentValue)] = [
                    try truth(of: described, description, step)
                ]
            }
            return truths
        }

        private func truth(
            of described: Simulator.ObjectDescription, _ device: Simulator.DeviceDescription,
            _ step: Int
        ) throws -> String {
            let value = try simulator.truth(described.id, of: device.id, step: step).value
            return described.states == nil ? "\(Float(value))" : "\(Int(value))"
        }

        private func properties(
            of object: ObjectIdentifier, _ described: Simulator.ObjectDescription
        ) -> [ObjectProperty] {
            var properties: [PropertyIdentifier] = [.presentValue, .statusFlags]
            if valuesOnly { return properties.map { ObjectProperty(object, $0) } }
            properties.append(.objectName)
            if described.units != nil { properties.append(.units) }
            if described.states != nil {
                properties +=
                    PointReading.isBinary(object) ? [.inactiveText, .activeText] : [.stateText]
            }
            return properties.map { ObjectProperty(object, $0) }
        }

        private static func isBinary(_ object: ObjectIdentifier) -> Bool {
            [ObjectType.binaryInput, .binaryOutput, .binaryValue].contains(object.type)
        }

        private func compare(
            _ described: Simulator.ObjectDescription, _ object: ObjectIdentifier,
            _ device: Simulator.DeviceDescription, _ step: Int,
            _ found: [ObjectProperty: [TaggedValue]]
        ) throws -> [String] {
            var differences: [String] = []
            func expect(_ property: PropertyIdentifier, _ wanted: String) {
                let values = found[ObjectProperty(object, property)]
                let words = values?.map(PointReading.words).joined(separator: "|") ?? "nothing"
                if words != wanted {
                    differences.append("\(property) is \(words), \(wanted) expected")
                }
            }
            if !valuesOnly {
                expect(.objectName, described.name)
                if let units = described.units {
                    expect(
                        .units, simulator.unitNumbers[units].map { "\($0)" } ?? "unknown \(units)")
                }
                if let states = described.states, PointReading.isBinary(object) {
                    expect(.inactiveText, states[0])
                    expect(.activeText, states[1])
                } else if let states = described.states {
                    expect(.stateText, states.joined(separator: "|"))
                }
            }
            let truth = try simulator.truth(described.id, of: device.id, step: step)
            expect(.presentValue, try self.truth(of: described, device, step))
            // A panel's analog inputs never show a flag.
            let isClear = device.profile == "t3" && object.type == .analogInput
            var flags = isClear ? [0, 0, 0, 0] : truth.flags
            // The other stack works the flags out by itself and has no word for a local hand.
            flags[2] = 0
            expect(.statusFlags, flags.map { "\($0)" }.joined())
            return differences
        }

        static func words(_ value: TaggedValue) -> String {
            switch value {
            case .real(let real): "\(real)"
            case .unsigned(let number): "\(number)"
            case .enumerated(let number): "\(number)"
            case .bits(let bits): "\(bits)"
            case .characters(let text): (try? text.text()) ?? "?"
            default: "\(value)"
            }
        }
    }
#endif
