import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingSimulation
import Synchronization
import Testing
import TimeSeriesModel

/// Whole sites in virtual time: what takes long is what the client's limits make long.
@Suite("Simulated sites") struct SiteTests {
    private static let deviceCount = 1_000
    private static let replyDelay: Duration = .milliseconds(100)
    private static let slowDelay: Duration = .seconds(5)
    private static let patience = Patience(timeout: .seconds(6), retryCount: 3)
    /// The list and its length, and the names of its 57 objects by 25.
    private static let requestCount = 5

    private struct Findings: Sendable {
        var discovered: [UInt32] = []
        var discoveryTime: Duration = .zero
        /// Names found of each device and when the last of it came, from the end of discovery on.
        var names: [UInt32: Int] = [:]
        var ends: [UInt32: Duration] = [:]
    }

    /// Discovers the site and reads the names of all objects of all devices at once.
    private func explore(slow: Set<UInt32>, silent: Set<UInt32>) throws -> (Field, Findings) {
        let field = Field(
            deviceCount: SiteTests.deviceCount,
            configure: { $0.patience = SiteTests.patience },
            adjust: { profile, place in
                profile.replyDelay =
                    slow.contains(1001 + UInt32(place)) ? SiteTests.slowDelay : SiteTests.replyDelay
            })
        let ranges = (0..<20).map { InstanceRange(1001 + $0 * 50, 1050 + $0 * 50) }
        let findings = try field.go { client in
            var findings = Findings()
            let devices = try await client.whoIs(
                ranges, pace: DiscoveryPace(patience: .seconds(6), gap: .seconds(1)))
            findings.discovered = devices.map(\.instance).sorted()
            findings.discoveryTime = field.uptime
            for instance in silent {
                var faults = DeviceFaults()
                faults.isOffline = true
                field.devices.setFaults(faults, of: instance)
            }
            let start = field.uptime
            await withTaskGroup(of: (UInt32, Int, Duration).self) { group in
                for device in devices {
                    group.addTask {
                        let count = await SiteTests.nameCount(of: device, client)
                        return (device.instance, count, field.uptime - start)
                    }
                }
                for await (instance, count, end) in group {
                    findings.names[instance] = count
                    findings.ends[instance] = end
                }
            }
            return findings
        }
        return (field, findings)
    }

    private static func nameCount(
        of device: DiscoveredDevice, _ client: BACnetClient
    ) async -> Int {
        let objects = try? await client.objectList(of: device.object, at: device.address).objects
        let found = await client.readProperties(
            (objects ?? []).map { ObjectProperty($0, .objectName) }, of: device.address)
        return found.values.count { $0.text != nil }
    }

    private func expectPolite(_ field: Field, besides silent: Set<UInt32> = []) {
        for instance in field.devices.instances where !silent.contains(instance) {
            let statistics = field.devices.statistics(of: instance)
            #expect(statistics.openCountMax == 1 && statistics.repeatedCount == 0)
            #expect(statistics.requestCount == SiteTests.requestCount)
        }
    }

    @Test("of 1,000 devices are discovered in the time that pace and places make")
    func healthy() throws {
        let (field, findings) = try explore(slow: [], silent: [])
        #expect(findings.discovered == field.devices.instances)
        // Twenty ranges a second apart, and six seconds behind the last.
        #expect(findings.discoveryTime == .seconds(25))
        #expect(findings.names.values.allSatisfy { $0 >= 57 && $0 <= 58 })
        // 5,000 requests of a tenth of a second in ten places.
        #expect(field.uptime - findings.discoveryTime == .seconds(50))
        expectPolite(field)
    }

    @Test("of 1,000 devices wait for none that is slow or silent, but for the places it takes")
    func sick() throws {
        let slow: Set<UInt32> = [1003, 1100, 1555]
        let silent: Set<UInt32> = [1004, 1777]
        let (field, findings) = try explore(slow: slow, silent: silent)
        #expect(findings.discovered == field.devices.instances)
        #expect(findings.discoveryTime == .seconds(25))
        // A silent device is asked for its list and for the list's length, four times each.
        func work(_ instance: UInt32) -> Duration {
            if silent.contains(instance) { return SiteTests.patience.timeout * 8 }
            let delay = slow.contains(instance) ? SiteTests.slowDelay : SiteTests.replyDelay
            return delay * SiteTests.requestCount
        }
        let total = field.devices.instances.map(work).reduce(.zero, +)
        #expect(total == .milliseconds(668_500))
        for instance in field.devices.instances {
            let isSilent = silent.contains(instance)
            #expect(isSilent ? findings.names[instance] == 0 : findings.names[instance]! >= 57)
            // While it waits for its turn, all ten places are taken by the others.
            let own = work(instance)
            let end = try #require(findings.ends[instance])
            #expect(end <= own + (total - own) / 10, "device \(instance)")
        }
        let elapsed = field.uptime - findings.discoveryTime
        #expect(elapsed >= total / 10 && elapsed == findings.ends.values.max())
        expectPolite(field, besides: silent)
    }

    @Test("that are polled for a month show the building's values, hour by hour")
    func month() throws {
        let field = Field(deviceCount: 3)
        let hourCount = 30 * 24
        let wrong = Mutex(0)
        let read = Mutex(0)
        try field.go { client in
            for hour in 1...hourCount {
                try await field.sleep(until: .seconds(3600 * hour))
                for instance in field.devices.instances {
                    let points = field.points(of: instance)
                    let targets = points.keys.map { ObjectProperty($0, .presentValue) }
                    let found = await client.readProperties(
                        targets, of: Field.address(instance))
                    for (object, index) in points {
                        let value = found[ObjectProperty(object, .presentValue)]?.value
                        read.withLock { $0 += 1 }
                        if value != field.value(of: index, at: field.now) {
                            wrong.withLock { $0 += 1 }
                        }
                    }
                }
            }
        }
        #expect(field.uptime == .seconds(3600 * hourCount))
        #expect(read.withLock { $0 } == hourCount * 150 && wrong.withLock { $0 } == 0)
        for instance in field.devices.instances {
            let statistics = field.devices.statistics(of: instance)
            #expect(statistics.openCountMax == 1)
            #expect(statistics.requestCounts == [.readPropertyMultiple: hourCount])
        }
    }
}
