import Almanac

/// The life of a service: opened, looked after and polled until its task is cancelled, then closed.
func serve(_ history: DataManager, source: any PointSource, every interval: Duration) async {
    await withTaskGroup(of: Void.self) { group in
        group.addTask {
            do { try await history.runHousekeeping() } catch { print("housekeeping: \(error)") }
        }
        group.addTask {
            while !Task.isCancelled {
                await poll(history, source)
                try? await Task.sleep(for: interval)
            }
        }
        await group.waitForAll()
    }
    // Nothing that was acknowledged needs it; it writes counts of the last minute and frees the lock.
    await history.close()
}

/// Reads all points once and tells the cache; requests of one device are made one after another.
private func poll(_ history: DataManager, _ source: any PointSource) async {
    do {
        for device in try history.devices(activeOnly: true) {
            let id = device.deviceID
            let points = try history.points(of: id).map(\.address)
            // A device that fails is counted, and read again in the next round.
            let answers = (try? await source.readings(of: points, on: id)) ?? []
            let readings = answers.compactMap { try? $0.result.get() }
            try history.cache(readings.map { RealtimeValue($0) })
            history.recordReadings(
                succeeded: readings.count, failed: points.count - readings.count)
        }
    } catch { print("poll: \(error)") }
}
