import SegmentStore
import TimeSeriesModel

/// The same for a process that is going to write: the lock, recovery where it is due, and then the
/// first look-up.
enum FirstWrittenStep {
    static func milliseconds(
        _ folder: String, _ key: SeriesKey, at time: Int64
    ) throws -> Double {
        try ChildProcess.figure(
            ["first-written", folder, key.address.description, String(time)])
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step first-written", words: 3, options: [])
        let key = try SeriesKey(number: "0", address: words[1])
        let time = Int64(try words.number(at: 2))
        var opened: Store?
        let nanoseconds = try timed {
            let store = try Store.open(at: words[0])
            opened = store
            return try AlmanacReader(store.snapshot(), [key]).sample(of: 0, atOrBefore: time)
        } then: {
            guard $0 != nil else { throw WrongAnswer("no sample of \(key.address) at \(time)") }
        }
        opened?.close()
        print(Double(nanoseconds) / 1e6)
    }
}

extension SeriesKey {
    init(number: String, address: String) throws {
        guard let number = Int(number), let address = PointAddress(address) else {
            throw UsageError("\(number) \(address) found, a number and a point expected")
        }
        self.init(number: number, address: address)
    }
}
