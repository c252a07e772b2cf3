import TimeSeriesModel

/// A value per series, by its id. Ids are given out in order, so a place in an array is nearly
/// always enough.
///
/// A file may contain any id, so the array grows with the number of values and not with the ids:
/// an id far beyond the number of values is kept in a dictionary.
struct SeriesMap<Value: Sendable>: Sendable {
    /// Ids that the array takes when there are no values yet.
    private static var lookAhead: Int { 4096 }

    /// The value of every id that has none of its own.
    private let absent: Value
    private var places: [Value] = []
    private var isTaken: [Bool] = []
    private var strays: [SeriesID: Value] = [:]
    private(set) var count = 0

    init(absent: Value) { self.absent = absent }

    /// Elements of the array, taken or not.
    var placeCount: Int { places.count }

    subscript(id: SeriesID) -> Value {
        get {
            let place = Int(id.rawValue)
            if place < places.count { return places[place] }
            return strays.isEmpty ? absent : strays[id] ?? absent
        }
        set { update(id) { $0 = newValue } }
        _modify {
            if let place = place(of: id) {
                yield &places[place]
            } else {
                let absent = absent
                yield &strays[id, default: absent]
            }
        }
    }

    /// Changes a value in place. For loops over the samples of a batch: a call of the subscript's
    /// coroutine takes and frees memory, which costs more than the change.
    @inline(__always)
    mutating func update(_ id: SeriesID, _ body: (inout Value) -> Void) {
        if let place = place(of: id) {
            body(&places[place])
        } else {
            let absent = absent
            body(&strays[id, default: absent])
        }
    }

    /// The place of an id in the array, which counts as taken from now on; nil for a stray.
    @inline(__always)
    private mutating func place(of id: SeriesID) -> Int? {
        let place = Int(id.rawValue)
        if place >= places.count { makePlace(place) }
        guard place < places.count else {
            if strays[id] == nil { count += 1 }
            return nil
        }
        if !isTaken[place] {
            isTaken[place] = true
            count += 1
        }
        return place
    }

    /// Makes the array long enough for a place, if there are values enough to justify it.
    private mutating func makePlace(_ place: Int) {
        let countMax = 2 * count + Self.lookAhead
        guard place < countMax else { return }
        // Half as long again, or values that arrive in order would move the strays each time.
        let added = min(countMax, max(place + 1, places.count + places.count / 2)) - places.count
        places.append(contentsOf: repeatElement(absent, count: added))
        isTaken.append(contentsOf: repeatElement(false, count: added))
        for (id, value) in strays where Int(id.rawValue) < places.count {
            places[Int(id.rawValue)] = value
            isTaken[Int(id.rawValue)] = true
            strays[id] = nil
        }
    }

    /// The ids that have a value of their own, ascending.
    var ids: [SeriesID] {
        var found: [SeriesID] = []
        found.reserveCapacity(count)
        for place in isTaken.indices where isTaken[place] {
            found.append(SeriesID(rawValue: UInt32(place)))
        }
        return found + strays.keys.sorted()
    }
}
