import SegmentStore

extension DataManager {
    /// Makes points known, or changes them: all of them or none.
    ///
    /// A new label, unit or kind adds a version that holds from now on; what was valid before is
    /// kept. A point without a name goes by its address.
    ///
    /// - Parameters:
    ///   - points: as they are to be.
    ///   - author: recorded with each change in the audit trail.
    /// - Returns: the points as they are stored, in the order given.
    /// - Throws: `unknownDevice` for a device that nobody made known; `invalidParameter` for a point
    ///   that stands twice, or a name that cannot be; `readOnly`, `diskFull`.
    @discardableResult
    public func upsert(
        _ points: [MonitoringPoint], by author: Author = .program
    ) async throws(HistoryError) -> [MonitoringPoint] {
        var seen: Set<PointAddress> = []
        if let twice = points.first(where: { !seen.insert($0.address).inserted }) {
            throw HistoryError(
                .invalidParameter, "point \(twice.address) stands twice in one call",
                parameter: "points")
        }
        return try await edit { (edit) throws(HistoryError) in
            var stored: [MonitoringPoint] = []
            for point in points {
                let before = try edit.point(point.address)
                stored.append(try edit.upsert(point))
                try edit.audit(
                    "upsertPoint", by: author, point: point.address, from: before,
                    to: try edit.point(point.address))
            }
            return stored
        }
    }

    /// Sets what is known of a point beyond its label, from now on. The same again changes nothing.
    ///
    /// - Throws: `unknownPoint`; `invalidParameter` for limits that cross or are no numbers, a modulus
    ///   of 0, decimals outside 0 to 17, a time zone that IANA's list does not have, or a binding
    ///   without an object or with an interval outside 1 s to 24 h.
    public func setProfile(
        _ profile: PointProfile, of point: PointAddress, by author: Author = .program
    ) async throws(HistoryError) {
        try await setProfiles([point: profile], by: author)
    }

    /// The same for several points: all of them or none.
    public func setProfiles(
        _ profiles: [PointAddress: PointProfile], by author: Author = .program
    ) async throws(HistoryError) {
        for profile in profiles.values { try profile.check() }
        try await edit { (edit) throws(HistoryError) in
            for (point, profile) in profiles.sorted(by: { $0.key < $1.key }) {
                let before = try edit.value(
                    DocumentKey.point(point), as: StoredPoint.self)?.profile?.profile
                try edit.setProfile(profile, of: point)
                try edit.audit(
                    "setProfile", by: author, point: point, from: before, to: profile)
            }
        }
    }
}

extension CatalogEdit {
    fileprivate mutating func setProfile(
        _ profile: PointProfile, of point: PointAddress
    ) throws(HistoryError) {
        let key = DocumentKey.point(point)
        guard catalog[point] != nil else { throw HistoryError.unknown(point) }
        let known = try value(key, as: StoredPoint.self)
        var stored = known ?? StoredPoint(made: now.rawValue, changed: now.rawValue)
        stored.profile = StoredProfile(profile)
        guard stored != known else { return }
        stored.changed = now.rawValue
        try set(stored, for: key)
    }

    fileprivate mutating func upsert(
        _ point: MonitoringPoint
    ) throws(HistoryError) -> MonitoringPoint {
        let address = point.address
        guard catalog.name(of: address.device) != nil else {
            throw HistoryError(
                .unknownDevice,
                "device \(address.device.rawValue) of point \(address) is not known",
                parameter: "points")
        }
        let isNew = catalog[address]?.current == nil
        try define(
            address,
            as: PointVersion(
                name: point.pointName ?? address.description, unit: point.displayedUnit ?? "",
                dataType: point.dataType,
                // The first description holds for samples of any age.
                validFrom: isNew ? Timestamp(rawValue: 0) : now))
        let key = DocumentKey.point(address)
        let known = try value(key, as: StoredPoint.self)
        var stored = StoredPoint(
            description: point.description, unit: point.unitCode,
            inactive: point.isActive ? nil : true, nameless: point.pointName == nil ? true : nil,
            profile: known?.profile, made: known?.made ?? now.rawValue,
            changed: known?.changed ?? 0)
        if stored != known {
            stored.changed = now.rawValue
            try set(stored, for: key)
        }
        var result = point
        result.unitSymbol = point.displayedUnit
        result.createdAt = Timestamp(rawValue: stored.made)
        result.updatedAt = Timestamp(rawValue: stored.changed)
        return result
    }
}
