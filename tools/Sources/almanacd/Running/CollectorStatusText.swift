import Almanac
import AlmanacAPI
import AlmanacCollector

/// The state of a collector as JSON.
struct CollectorStatusText {
    let status: CollectorStatus

    init(_ status: CollectorStatus) { self.status = status }

    var json: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("running", status.isRunning)
            json.list("devices", status.devices) { json, device in
                json.object { json in
                    json.field("device_id", Int(device.id.rawValue))
                    json.field("name", device.name)
                    json.field("state", device.state.rawValue)
                    json.field("points", device.points)
                    json.field("last_tick", device.lastTick)
                    json.field("lag_ms", device.lag)
                    json.field("missed_ticks", device.missedTicks)
                    json.field("last_success", device.lastSuccess)
                    json.field("last_error", device.lastError)
                    json.field("last_error_time", device.lastErrorTime)
                    json.field("next_due", device.nextDue)
                    json.field("failures_in_a_row", device.failuresInARow)
                    json.field("batch_size", device.batchSize)
                    json.field("clock_skew_ms", device.clockSkew)
                }
            }
            json.list("schedules", status.schedules) { json, schedule in
                json.object { json in
                    json.field("device_id", Int(schedule.device.rawValue))
                    json.field("interval_ms", schedule.interval)
                    json.field("points", schedule.points)
                    json.field("last_tick", schedule.lastTick)
                    json.field("next_due", schedule.nextDue)
                    json.field("ticks_due", schedule.ticksDue)
                    json.field("ticks_done", schedule.ticksDone)
                    json.field("missed_ticks", schedule.missedTicks)
                }
            }
        }
        return json.bytes
    }
}
