internal import Almanac
internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import DurableFiles
internal import Logging
internal import Synchronization
internal import TimeSeriesModel

/// Reading a T3000 panel: only listed objects, and only while the list is in force.
extension DeviceWorker {
    /// A panel whose list changes while it is read is read once again.
    private static let readCountMax = 2

    func readPanel(
        _ points: [CollectedPoint], _ selection: PointReader.Selection, _ reader: PointReader
    ) async -> PointReader.Outcome {
        for _ in 0..<DeviceWorker.readCountMax {
            let objects: PanelObjects
            switch await panelObjects(reader.address) {
            case .success(let found): objects = found
            case .failure(let failure): return all(points, failure.reading)
            }
            var outcome = await reader.read(resolved(points, objects), selection)
            guard !outcome.isLost else {
                // It is not known whether the list was still in force for the readings before.
                return all(points, outcome.readings.last?.reading ?? .lost("no reply"))
            }
            switch await currentPanel(reader.address, like: objects) {
            case .failure(let failure): return all(points, failure.reading)
            case .success(let current) where current == objects:
                outcome.readings += unlisted(points, objects)
                cache(outcome.readings)
                return outcome
            case .success(let current):
                state.withLock { $0.panel = current }
                await takeFlips(of: points, current)
            }
        }
        return all(
            points, .missing(.deviceError, "the object list of \(device.name) changes all the time")
        )
    }

    private func all(_ points: [CollectedPoint], _ reading: JudgedReading) -> PointReader.Outcome {
        let now = context.time.now
        var outcome = PointReader.Outcome()
        outcome.readings = points.map {
            RoundResult.Reading(point: $0, reading: reading, arrival: now)
        }
        if case .lost = reading { outcome.isLost = true }
        return outcome
    }

    /// The points whose kind is the one that the catalog has now.
    private func resolved(_ points: [CollectedPoint], _ objects: PanelObjects) -> [CollectedPoint] {
        points.filter { objects.object(of: $0) == $0.object }
    }

    private func unlisted(
        _ points: [CollectedPoint], _ objects: PanelObjects
    ) -> [RoundResult.Reading] {
        let now = context.time.now
        return points.compactMap { point in
            let object = objects.object(of: point)
            guard object != point.object else { return nil }
            let words =
                object.map { "\(point.object) became \($0)" }
                ?? "the panel does not list \(point.object)"
            return RoundResult.Reading(
                point: point, reading: .missing(.deviceError, words), arrival: now)
        }
    }

    private func panelObjects(
        _ address: DeviceAddress
    ) async -> Result<PanelObjects, Unreachable> {
        if let known = state.withLock({ $0.panel }) { return .success(known) }
        let found = await readPanelObjects(address)
        if case .success(let objects) = found {
            state.withLock { $0.panel = objects }
            await takeFlips(of: state.withLock { $0.collection.agenda.points }, objects)
        }
        return found
    }

    /// The objects that are in force now: those that are known, if the revision is the same.
    private func currentPanel(
        _ address: DeviceAddress, like known: PanelObjects
    ) async -> Result<PanelObjects, Unreachable> {
        guard let revision = known.revision else { return await readPanelObjects(address) }
        switch await readRevision(address) {
        case .failure(let failure): return .failure(failure)
        case .success(let now?) where now == revision: return .success(known)
        case .success: return await readPanelObjects(address)
        }
    }

    private func readPanelObjects(
        _ address: DeviceAddress
    ) async -> Result<PanelObjects, Unreachable> {
        for _ in 0..<DeviceWorker.readCountMax {
            let before: UInt64?
            switch await readRevision(address) {
            case .success(let revision): before = revision
            case .failure(let failure): return .failure(failure)
            }
            let object = ObjectIdentifier(.device, device.instance)
            let list: ObjectList
            do throws(RequestFailure) {
                list = try await context.client.objectList(
                    of: object, at: address, patience: context.patience)
            } catch { return .failure(Unreachable(error)) }
            guard case .success(let after) = await readRevision(address) else { continue }
            guard before == after else { continue }
            return .success(PanelObjects(objects: Set(list.objects), revision: before))
        }
        return .failure(
            Unreachable(
                reading: .missing(
                    .deviceError, "the object list of \(device.name) changes while it is read")))
    }

    /// Nil if the panel has no database revision.
    private func readRevision(_ address: DeviceAddress) async -> Result<UInt64?, Unreachable> {
        let target = ObjectProperty(ObjectIdentifier(.device, device.instance), .databaseRevision)
        do throws(RequestFailure) {
            let values = try await context.client.readProperty(
                target, of: address, patience: context.patience)
            guard case .unsigned(let revision)? = values.first else { return .success(nil) }
            return .success(revision)
        } catch {
            return error.isAnswered ? .success(nil) : .failure(Unreachable(error))
        }
    }

    /// Gives points that turned from analog to digital or back a new version in the catalog: same
    /// address, other object and kind. Samples of the new kind begin with the next tick.
    private func takeFlips(of points: [CollectedPoint], _ objects: PanelObjects) async {
        var changed: [MonitoringPoint] = []
        var profiles: [PointAddress: PointProfile] = [:]
        for point in points {
            guard let object = objects.object(of: point), object != point.object,
                var known = try? context.history.point(point.address)
            else { continue }
            known.dataType = object.panelDataType
            changed.append(known)
            var profile = point.profile
            profile.binding = PointBinding(
                object: "\(object)", mode: point.mode, interval: profile.binding?.interval)
            profiles[point.address] = profile
        }
        guard !changed.isEmpty else { return }
        do throws(HistoryError) {
            try await context.history.upsert(changed, by: .collector)
            try await context.history.setProfiles(profiles, by: .collector)
        } catch {
            let words = "\(changed.count) changed points of \(device.name)"
            context.logger.warning("\(words) are not in the catalog: \(error.message)")
        }
    }
}

extension Author {
    /// The properties that devices report of themselves.
    static let collector = Author(source: "collector")
}

extension DeviceWorker.Unreachable {
    init(_ failure: RequestFailure) {
        reading =
            failure.isOurs
            ? .notRead("\(failure)")
            : failure.isAnswered ? .missing(.deviceError, "\(failure)") : .lost("\(failure)")
    }
}
