import Almanac

/// Runs the code of the embedding guide, one section after another, in a folder that is given.
@main struct Guide {
    static func main() async throws {
        let folder = CommandLine.arguments[1] + "/history"
        let gateway = GatewaySource { _, points in
            Dictionary(uniqueKeysWithValues: points.map { ($0, Double($0.number)) })
        }
        // One queue for polls and current values: ten requests in all, one per device.
        let source = QueuedSource(gateway, gate: try DeviceGate())
        let history = try openHistory(at: folder, source: source)
        try await define(in: history)
        let start = history.snapshot().position
        try await storeTwoDays(in: history)
        try readBack(from: history)
        try readBuckets(from: history)
        try await readAll(from: history)
        try await follow(history, from: start, count: 192)
        await showCurrent(of: Plant.supply, in: history)
        try await showHealth(of: history)
        try await backUp(history, to: folder + ".backup", restoringTo: folder + ".copy")
        try await readBeside(history, at: folder)
        let service = Task { await serve(history, source: source, every: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(100))
        service.cancel()
        await service.value
        print("closed")
    }
}
