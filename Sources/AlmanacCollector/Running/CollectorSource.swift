public import Almanac
import BACnetIP
internal import BACnetMessages
import DurableFiles
internal import DurableFiles
internal import Synchronization
public import TimeSeriesModel

/// The current values of collected points, read from their devices: what a `DataManager` is opened
/// with, so that ``DataManager/currentValue(of:maxAge:)`` and the poll share one queue per device.
///
/// Made before the manager is opened, and given to the ``BACnetCollector`` afterwards. Until that one
/// exists, devices cannot be read.
public final class CollectorSource: PointSource {
    private let readers = Guarded<WorkerTable?>(nil)

    public init() {}

    func attach(_ table: WorkerTable) { readers.withLock { $0 = table } }

    public func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        guard let worker = readers.withLock({ $0 })?.worker(of: device) else {
            throw .deviceError("device \(device.rawValue) is not collected")
        }
        return try await worker.readings(of: points)
    }

    public func isResting(_ device: DeviceID) -> Bool {
        readers.withLock { $0 }?.worker(of: device)?.isAway ?? false
    }
}

/// The workers of a collector by their device.
final class WorkerTable: Sendable {
    private let workers = Guarded<[DeviceID: DeviceWorker]>([:])

    func worker(of device: DeviceID) -> DeviceWorker? { workers.withLock { $0[device] } }

    /// In ascending order of their devices.
    var all: [DeviceWorker] {
        workers.withLock { $0.values.sorted { $0.device.id < $1.device.id } }
    }

    func set(_ found: [DeviceWorker]) {
        workers.withLock { workers in
            workers = Dictionary(uniqueKeysWithValues: found.map { ($0.device.id, $0) })
        }
    }
}

extension DeviceWorker {
    var isAway: Bool { state.withLock { $0.collection.watch.isAway } }

    /// Reads points for callers that wait for them.
    func readings(
        of addresses: [PointAddress]
    ) async throws(PointSourceError) -> [PointAnswer] {
        let wanted = Set(addresses)
        let points = state.withLock { $0.collection.agenda.points }
            .filter { wanted.contains($0.address) }
        var answers: [PointAnswer] = []
        if !points.isEmpty {
            let outcome = try await liveOutcome(of: points)
            answers = outcome.readings.map(DeviceWorker.answer)
        }
        let known = Set(points.map(\.address))
        return answers
            + addresses.filter { !known.contains($0) }.map {
                PointAnswer($0, failure: .deviceError("point \($0) is not collected"))
            }
    }

    private func liveOutcome(
        of points: [CollectedPoint]
    ) async throws(PointSourceError) -> PointReader.Outcome {
        let address: DeviceAddress
        switch await resolvedAddress() {
        case .success(let found): address = found
        case .failure(let failure): throw DeviceWorker.error(failure.reading)
        }
        var selection = PointReader.Selection()
        state.withLock { state in
            selection.flagless = state.collection.flagless
            selection.unreliable = state.collection.unreliable
        }
        let reader = PointReader(
            context: context, device: device, address: address, urgency: .live)
        let outcome =
            device.profile == .t3
            ? await readPanel(points, selection, reader) : await reader.read(points, selection)
        if Task.isCancelled { throw .cancelled }
        let loss = outcome.readings.lazy.map(\.reading).first { reading in
            if case .lost = reading { true } else { false }
        }
        if case .lost(let words)? = loss {
            apply { $0.take(contact: .lost(words), now: $1, uptime: $2) }
            guard outcome.readings.contains(where: { $0.reading != loss }) else {
                throw .timeout(words)
            }
        } else if !outcome.readings.allSatisfy(\.reading.isNotRead) {
            apply { $0.take(contact: .reply, now: $1, uptime: $2) }
        }
        return outcome
    }

    private static func answer(_ reading: RoundResult.Reading) -> PointAnswer {
        guard case .value(let value, let quality) = reading.reading else {
            return PointAnswer(reading.point.address, failure: error(reading.reading))
        }
        return PointAnswer(
            PointReading(
                point: reading.point.address, value: value, quality: quality,
                arrival: reading.arrival, dataType: reading.point.dataType,
                unitCode: reading.point.unitCode))
    }

    private static func error(_ reading: JudgedReading) -> PointSourceError {
        switch reading {
        case .lost(let words): .timeout(words)
        case .missing(_, let words), .unknown(let words), .notRead(let words): .deviceError(words)
        case .value: .deviceError("a value")
        }
    }
}

extension JudgedReading {
    fileprivate var isNotRead: Bool { if case .notRead = self { true } else { false } }
}
