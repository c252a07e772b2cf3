internal import TimeSeriesModel

extension DeviceCollection {
    func currentStatus(now: Timestamp) -> CollectorStatus.Device {
        var status = status
        status.points = agenda.points.count
        status.nextDue = isRunning ? schedules.values.map(\.nextDue).min() : nil
        status.state =
            switch watch.state {
            case _ where !agenda.isActive: .disabled
            case .waiting: .waiting
            case .ok: .ok
            case .suspect: .suspect
            case .offline: .offline
            }
        return status
    }

    var scheduleStatus: [CollectorStatus.Schedule] {
        var found: [CollectorStatus.Schedule] = []
        for (interval, schedule) in schedules.sorted(by: { $0.key < $1.key }) {
            var status = CollectorStatus.Schedule(device: agenda.device.id, interval: interval)
            status.points = agenda.points.count {
                agenda.intervals[$0.address]?.contains(interval) == true
            }
            status.fill(from: schedule)
            found.append(status)
        }
        if let realtime {
            var status = CollectorStatus.Schedule(device: agenda.device.id, interval: nil)
            status.points = agenda.points.count
            status.fill(from: realtime)
            found.append(status)
        }
        return found
    }
}

extension CollectorStatus.Schedule {
    fileprivate mutating func fill(from schedule: TickSchedule) {
        lastTick = schedule.lastTick
        nextDue = schedule.nextDue
        ticksDue = schedule.dueCount
        ticksDone = schedule.doneCount
        missedTicks = schedule.missedCount
    }
}
