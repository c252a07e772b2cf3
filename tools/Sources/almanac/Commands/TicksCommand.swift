import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// Appends ticks until it is killed and says of each that it is durable: the tests' victim.
struct TicksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append-ticks",
        abstract: "Appends ticks until killed; prints the number of each once it is durable.",
        discussion: """
            Tick k has the value (k * 7 + point) / 10 for each point, at k times the interval after \
            2025. For tests that end it without warning.

            Example:
              almanac append-ticks --store ./s --points 20
            """,
        shouldDisplay: false)

    @Option(help: "How many points each tick has.")
    var points = 20

    @Option(help: "The number of the first tick.")
    var first = 0

    @Option(help: "How many ticks; all that there is time for without it.")
    var ticks: Int?

    @Option(help: "Milliseconds between ticks of history.")
    var interval: Int64 = 900_000

    @Option(help: "Samples in memory at which they become a segment.")
    var headSamples = 5000

    @Option(help: "How many ticks to keep: older ones are removed, a quarter at a time.")
    var keepTicks: Int?

    @OptionGroup var store: StoreOption
    @OptionGroup var reserve: ReserveOption

    func run() throws {
        let path = store.path
        try withStoreErrors(of: path) { () throws(StoreError) in
            var options = reserve.storeOptions
            options.headSampleCountMax = headSamples
            options.logFileByteCount = 1 << 18
            let store = try Store.open(at: path, options: options)
            let series = try define(in: store)
            for tick in first..<(ticks.map { first + $0 } ?? Int.max) {
                var batch = SampleBatch()
                for (point, id) in series.enumerated() {
                    batch.append(
                        id, time: time(of: tick).rawValue, value: Double(tick * 7 + point) / 10)
                }
                let receipt = try store.append(batch)
                precondition(receipt.durability == .durable, "what is printed is durable")
                acknowledge(tick)
                if let keepTicks, tick % max(1, keepTicks / 4) == 0 {
                    try store.removeSamples(before: time(of: tick - keepTicks))
                }
            }
            store.close()
        }
    }

    private func time(of tick: Int) -> Timestamp {
        Timestamp(rawValue: 1_735_689_600_000 + Int64(tick) * interval)
    }

    private func define(in store: Store) throws(StoreError) -> [SeriesID] {
        try store.define(
            (0..<points).map { point in
                PointDefinition(
                    address: PointAddress(device: 1, type: .variable, number: UInt32(point + 1)),
                    deviceName: "ticks",
                    version: PointVersion(
                        name: "p\(point)", unit: "", dataType: .analog,
                        validFrom: Timestamp(milliseconds: 0)))
            })
    }

    /// At once, not buffered: what is printed is what the reader may rely on.
    private func acknowledge(_ tick: Int) {
        let output = OutputBuffer.standard()
        try? output.append("\(tick)\n")
        try? output.finish()
    }
}
