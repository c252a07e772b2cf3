internal import Almanac
internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import Synchronization
internal import TimeSeriesModel

/// Fills the history from the trend logs of devices: carries out what ``LogBackfill`` returns.
///
/// Safe to call from any task; one pass over a device at a time. Requests take turns with those of
/// the poll, one reply after the other.
final class BackfillRunner: Sendable {
    let history: DataManager
    let client: BACnetClient
    let settings: BackfillSettings
    let time: any TimeSource
    /// The time that the list of a device's logs is used before it is read again.
    private let rediscoveryInterval: Duration
    private let site: TimeZoneRules?
    private let state = Mutex(State())

    private struct State {
        var lists: [DeviceID: LogList] = [:]
        var running: Set<DeviceID> = []
    }

    private struct LogList {
        var objects: [ObjectIdentifier]
        var uptime: Duration
    }

    init(
        history: DataManager, client: BACnetClient, settings: BackfillSettings,
        rediscoveryInterval: Duration, time: any TimeSource
    ) {
        self.history = history
        self.client = client
        self.settings = settings
        self.rediscoveryInterval = rediscoveryInterval
        self.time = time
        site = try? TimeZoneRules.named(history.configuration.siteTimeZone)
    }

    /// Reads all logs of a device from where the last pass ended.
    ///
    /// - Parameters:
    ///   - device: the device.
    ///   - address: its address.
    ///   - points: those of the device that are collected.
    ///   - verifies: whether logs without new records are looked at too, to find those that began
    ///     anew: at the start and after an outage.
    func run(
        _ device: CollectedDevice, at address: DeviceAddress, points: [CollectedPoint],
        verifies: Bool
    ) async -> BackfillReport {
        var report = BackfillReport(device: device.id, time: time.now)
        guard state.withLock({ $0.running.insert(device.id).inserted }) else {
            report.failure = "a pass over this device is under way"
            return report
        }
        defer { _ = state.withLock { $0.running.remove(device.id) } }
        do throws(RequestFailure) {
            let logs = try await logs(of: device, at: address)
            guard !logs.isEmpty else { return report }
            let clock = try await clock(of: device, at: address)
            report.clockSkew = clock.skew.map { .milliseconds($0) }
            let logged = LoggedPoints(device, points)
            for log in logs where !Task.isCancelled {
                let pass = LogPass(
                    runner: self, device: device, address: address, log: log, clock: clock,
                    points: logged)
                report.logs.append(await pass.run(verifies: verifies))
            }
        } catch { report.failure = "\(error)" }
        return report
    }

    /// Forgets which logs a device has: they are read again with the next pass.
    func forgetLogs(of device: DeviceID) {
        state.withLock { $0.lists[device] = nil }
    }

    private func logs(
        of device: CollectedDevice, at address: DeviceAddress
    ) async throws(RequestFailure) -> [ObjectIdentifier] {
        let now = time.uptime
        if let list = state.withLock({ $0.lists[device.id] }),
            now - list.uptime < rediscoveryInterval
        {
            return list.objects
        }
        let list = try await client.objectList(
            of: ObjectIdentifier(.device, device.instance), at: address)
        let logs = list.objects.filter { $0.type == .trendLog || $0.type == .trendLogMultiple }
        // A list with holes is read again with the next pass: a log may be in one of them.
        if list.isComplete {
            state.withLock { $0.lists[device.id] = LogList(objects: logs, uptime: now) }
        }
        return logs
    }

    private func clock(
        of device: CollectedDevice, at address: DeviceAddress
    ) async throws(RequestFailure) -> DeviceClock {
        let object = ObjectIdentifier(.device, device.instance)
        let names: [PropertyIdentifier] = [
            .localDate, .localTime, .utcOffset, .daylightSavingsStatus,
        ]
        let before = time.now
        let found = await client.readProperties(
            names.map { ObjectProperty(object, $0) }, of: address)
        let after = time.now
        var values: [PropertyIdentifier: TaggedValue] = [:]
        for name in names {
            switch found[ObjectProperty(object, name)] {
            case .values(let value)?: values[name] = value.first
            case .failure(let failure)? where !failure.isAnswered: throw failure
            default: continue
            }
        }
        var localTime: Int64?
        if case .date(let date)? = values[.localDate], case .time(let time)? = values[.localTime] {
            localTime = BACnetDateTime(date: date, time: time)
                .unixMilliseconds(utcOffsetMinutes: 0)
        }
        var offset: Int64?
        if case .signed(let minutes)? = values[.utcOffset], abs(minutes) <= 1440 {
            offset = minutes
        }
        var isDaylightSaving: Bool?
        if case .boolean(let value)? = values[.daylightSavingsStatus] { isDaylightSaving = value }
        // The device looked at its clock somewhere between the request and the reply.
        let middle = Timestamp(
            milliseconds: before.milliseconds + (after.milliseconds - before.milliseconds) / 2)
        return DeviceClock(
            localTime: localTime, utcOffsetMinutes: offset, isDaylightSaving: isDaylightSaving,
            at: middle, site: site)
    }
}

/// The collected points of a device, by the object that a log may record.
struct LoggedPoints: Sendable {
    private let instance: UInt32
    private let members: [ObjectIdentifier: LogMember]

    init(_ device: CollectedDevice, _ points: [CollectedPoint]) {
        instance = device.instance
        var members: [ObjectIdentifier: LogMember] = [:]
        for point in points where members[point.object] == nil {
            members[point.object] = LogMember(point: point, profile: device.profile)
        }
        self.members = members
    }

    func member(of reference: LoggedReference) -> Result<LogMember, LogIgnored> {
        if let device = reference.device, device != instance {
            return .failure(.otherDevice(device))
        }
        guard reference.target.reference == PropertyReference(.presentValue) else {
            return .failure(.otherProperty("\(reference.target)"))
        }
        guard let member = members[reference.target.object] else {
            return .failure(.notCollected("\(reference.target.object)"))
        }
        return .success(member)
    }
}
