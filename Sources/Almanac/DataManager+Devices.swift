import SegmentStore

extension DataManager {
    /// Makes a device known, or changes it; the key is its number.
    ///
    /// - Parameters:
    ///   - device: as it is to be.
    ///   - author: recorded with the change in the audit trail.
    /// - Returns: the device as it is stored, with its times set.
    /// - Throws: `invalidParameter` for a name that is empty or holds a `/`; `readOnly`, `diskFull`.
    @discardableResult
    public func upsert(
        _ device: Device, by author: Author = .program
    ) async throws(HistoryError) -> Device {
        let marks = marks
        return try await edit { (edit) throws(HistoryError) in
            let before = try edit.device(device.deviceID)
            let key = DocumentKey.device(device.deviceID)
            let known = try edit.value(key, as: StoredDevice.self)
            let seen = marks.current.applied(to: device).lastSeen
            var stored = StoredDevice(
                type: device.deviceType, ip: device.ipAddress, port: device.port,
                inactive: device.isActive ? nil : true,
                seen: [seen?.rawValue, known?.seen].compactMap(\.self).max(),
                made: known?.made ?? edit.now.rawValue, changed: known?.changed ?? 0)
            try edit.setName(device.deviceName, of: device.deviceID)
            // Nothing but the time of the change would be new: nothing is.
            if stored != known || known == nil {
                stored.changed = edit.now.rawValue
                try edit.set(stored, for: key)
            }
            try edit.audit(
                "upsertDevice", by: author, device: device.deviceID, from: before,
                to: try edit.device(device.deviceID))
            var result = device
            result.lastSeen = stored.seen.map(Timestamp.init(rawValue:))
            result.createdAt = Timestamp(rawValue: stored.made)
            result.updatedAt = Timestamp(rawValue: stored.changed)
            return result
        }
    }

    /// Notes when something was last heard from a device, and changes nothing else of it. Never goes
    /// back; held in memory as `lastSeen` of ``setStatus(of:active:lastSeen:by:)`` is.
    ///
    /// - Throws: `unknownDevice`.
    public func markSeen(_ device: DeviceID, at time: Timestamp) throws(HistoryError) {
        guard try view.storedDevice(device) != nil else {
            throw HistoryError(
                .unknownDevice, "device \(device.rawValue) is not known", parameter: "device")
        }
        marks.note(device, seenAt: time)
    }

    /// Says whether a device is collected, and when it was last heard of. Its history stays.
    ///
    /// `lastSeen` never goes back. It is held in memory, and written with the next change of the
    /// device; after a restart the newest sample of the device's points takes its place, if it is
    /// later.
    ///
    /// - Throws: `unknownDevice`.
    public func setStatus(
        of device: DeviceID, active: Bool, lastSeen: Timestamp? = nil,
        by author: Author = .program
    ) async throws(HistoryError) {
        guard let known = try view.storedDevice(device) else {
            throw HistoryError(
                .unknownDevice, "device \(device.rawValue) is not known", parameter: "device")
        }
        if let lastSeen { marks.note(device, seenAt: lastSeen) }
        guard known.isActive != active else { return }
        let seen = marks.current.applied(to: known).lastSeen?.rawValue
        try await edit { (edit) throws(HistoryError) in
            let key = DocumentKey.device(device)
            let before = try edit.device(device)
            // Of what others change meanwhile nothing is taken back.
            var stored =
                try edit.value(key, as: StoredDevice.self)
                ?? StoredDevice(
                    type: Device.defaultType, made: edit.now.rawValue, changed: edit.now.rawValue)
            stored.inactive = active ? nil : true
            stored.seen = [seen, stored.seen].compactMap(\.self).max()
            stored.changed = edit.now.rawValue
            try edit.set(stored, for: key)
            try edit.audit(
                "setStatus", by: author, device: device, from: before, to: try edit.device(device))
        }
    }
}
