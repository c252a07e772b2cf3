import Almanac

/// Opens a site's store in a fresh process, to the first answer about a point: milliseconds, or the
/// private memory afterwards in MB.
enum SiteOpenStep {
    static func figure(_ name: String, _ path: String) throws -> Double {
        try ChildProcess.figure(["site-open", name, path])
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step site-open", words: 2, options: [])
        let before = PrivateMemory.megabytes()
        let start = Clock.nanoseconds()
        let manager = try DataManager.open(at: words[1])
        let device = try manager.devices()[0]
        let points = try manager.points(of: device.deviceID)
        guard let last = points.last, last.pointName != nil else {
            throw WrongAnswer("a device without points that have names")
        }
        let milliseconds = Double(Clock.nanoseconds() - start) / 1e6
        print(words[0] == "ms" ? milliseconds : PrivateMemory.megabytes() - before)
    }
}
